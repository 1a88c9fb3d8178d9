#include "config/seal/gzip.hpp"

#include "base/assert.hpp"

#include <algorithm>
#include <array>
#include <zlib.h>

namespace offhook::config {
namespace {

constexpr int window_bits = 15;
constexpr int gzip_window = window_bits + 16; ///< zlib's way to ask for the gzip container
constexpr std::size_t piece_bytes = 16 * 1024;
constexpr std::string_view gzip_magic = "\x1f\x8b";

bool is_gzip(std::string_view bytes) { return bytes.starts_with(gzip_magic); }

/// Method deflate, window of 32 KiB, no preset dictionary, and the two bytes a multiple of 31.
bool is_zlib(std::string_view bytes) {
    if (bytes.size() < 2) return false;
    const auto method = static_cast<unsigned char>(bytes[0]), flags = static_cast<unsigned char>(bytes[1]);
    return method == 0x78 && (flags & 0x20U) == 0 && (method * 256U + flags) % 31 == 0;
}

enum class Container { gzip, zlib, bare };

/// One inflating; owns zlib's state.
class Inflation {
public:
    Inflation(Container container, std::string_view in) : container_(container) {
        stream_.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(in.data())); // NOLINT: zlib's API has no const
        stream_.avail_in = static_cast<uInt>(in.size());
        const int begun = inflateInit2(&stream_, container == Container::gzip   ? gzip_window
                                                 : container == Container::zlib ? window_bits
                                                                                : -window_bits);
        OFFHOOK_ASSERT(begun == Z_OK);
    }
    ~Inflation() { (void)inflateEnd(&stream_); }
    Inflation(const Inflation&) = delete;
    Inflation& operator=(const Inflation&) = delete;

    /// Appends one container's content to `out`. Returns the bytes of input behind it.
    Result<std::size_t> append_to(std::string& out, std::size_t limit) {
        for (;;) {
            stream_.next_out = piece_.data();
            stream_.avail_out = static_cast<uInt>(piece_.size());
            const int state = ::inflate(&stream_, Z_NO_FLUSH);
            const std::size_t got = piece_.size() - stream_.avail_out;
            if (got > limit - out.size())
                return fail(ErrorCode::too_large, "this unpacks to more than " + std::to_string(limit) + " bytes");
            out.append(reinterpret_cast<const char*>(piece_.data()), got);
            if (state == Z_STREAM_END) return std::size_t{stream_.avail_in};
            if (state != Z_OK && state != Z_BUF_ERROR) return damaged(state);
            if (stream_.avail_in == 0 && stream_.avail_out != 0) return cut_short();
        }
    }

private:
    [[nodiscard]] tl::unexpected<Error> damaged(int state) const {
        const std::string_view why = state == Z_DATA_ERROR && stream_.msg != nullptr ? stream_.msg : "";
        if (why == "incorrect data check" || why == "incorrect length check")
            return fail(ErrorCode::invalid, "the compressed data fails its checksum");
        if (container_ == Container::bare) return fail(ErrorCode::invalid, "this is neither gzip nor deflate");
        return fail(ErrorCode::invalid, "the compressed data is damaged");
    }
    [[nodiscard]] tl::unexpected<Error> cut_short() const {
        if (container_ == Container::bare)
            return fail(ErrorCode::invalid, "this is neither gzip nor deflate, or deflate that is cut short");
        return fail(ErrorCode::invalid, "the compressed data is cut short");
    }

    Container container_;
    z_stream stream_{};
    std::array<Bytef, piece_bytes> piece_{};
};

} // namespace

bool looks_packed(std::string_view bytes) { return is_gzip(bytes) || is_zlib(bytes); }

Result<std::string> gunzip(std::string_view bytes, std::size_t limit) {
    std::string out;
    const Container container = is_gzip(bytes) ? Container::gzip : is_zlib(bytes) ? Container::zlib : Container::bare;
    for (std::string_view rest = bytes;;) {
        const auto left = Inflation(container, rest).append_to(out, limit);
        if (!left) return tl::unexpected(left.error());
        OFFHOOK_ASSERT(*left < rest.size());
        rest.remove_prefix(rest.size() - *left);
        if (rest.empty()) return out;
        if (container != Container::gzip || !is_gzip(rest))
            return fail(ErrorCode::invalid, "something follows the compressed data");
    }
}

std::string gzip(std::string_view plain) {
    z_stream stream{};
    const int begun = deflateInit2(&stream, Z_BEST_COMPRESSION, Z_DEFLATED, gzip_window, 8, Z_DEFAULT_STRATEGY);
    OFFHOOK_ASSERT(begun == Z_OK);
    gz_header header{};
    header.os = 255; // unknown: the bytes shall not tell one machine from another
    (void)deflateSetHeader(&stream, &header);
    std::string out(deflateBound(&stream, plain.size()), '\0');
    stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(plain.data())); // NOLINT: zlib's API has no const
    stream.avail_in = static_cast<uInt>(plain.size());
    stream.next_out = reinterpret_cast<Bytef*>(out.data());
    stream.avail_out = static_cast<uInt>(out.size());
    const int done = ::deflate(&stream, Z_FINISH);
    OFFHOOK_ASSERT(done == Z_STREAM_END);
    out.resize(stream.total_out);
    (void)deflateEnd(&stream);
    return out;
}

} // namespace offhook::config
