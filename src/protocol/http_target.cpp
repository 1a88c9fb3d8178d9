#include "protocol/http_target.hpp"

#include "base/text.hpp"

#include <algorithm>
#include <cstring>
#include <optional>

namespace offhook::protocol {
namespace {

using Failure = ParseError<HttpTargetError>;

bool is_control(char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; }

int hex_value(char c) {
    if (ascii_digit(c)) return c - '0';
    const char lower = ascii_lower(c);
    return lower >= 'a' && lower <= 'f' ? lower - 'a' + 10 : -1;
}

/// Nothing to undo or to tidy: true for nearly every request.
bool is_plain(std::string_view path) {
    char before = '/'; // an empty or dotted first segment shows too
    for (const char c : path) {
        if (c == '%' || c == '\\' || is_control(c) || (before == '/' && (c == '/' || c == '.'))) return false;
        before = c;
    }
    return true;
}

/// The bytes of the path with escapes undone and back-slashes turned, one at a time.
class Decoder {
public:
    explicit Decoder(std::string_view path) : path_(path) {}
    [[nodiscard]] bool ended() const { return at_ == path_.size(); }
    [[nodiscard]] std::size_t offset() const { return at_; }

    char next() {
        char c = path_[at_++];
        if (c == '%' && at_ + 2 <= path_.size()) {
            const int high = hex_value(path_[at_]);
            const int low = hex_value(path_[at_ + 1]);
            if (high >= 0 && low >= 0) {
                c = static_cast<char>(high * 16 + low);
                at_ += 2;
            }
        }
        return c == '\\' ? '/' : c;
    }

private:
    std::string_view path_;
    std::size_t at_ = 0;
};

/// Ends the segment that begins at `segment`: drops "." and, with the one before, "..". False when there is none
/// before.
bool end_segment(const char* out, std::size_t segment, std::size_t& size) {
    const std::string_view text(out + segment, size - segment);
    if (text == ".") {
        size = segment;
    } else if (text == "..") {
        if (segment == 0) return false;
        size = segment - 1; // the slash before
        while (size > 0 && out[size - 1] != '/') --size;
    }
    return true;
}

/// Errors as HttpTargetError. Writes the tidied path and says how long it is.
Expected<std::size_t, Failure> tidy(std::string_view path, HttpTargetScratch& scratch) {
    Decoder in(path);
    std::size_t size = 0;
    std::size_t segment = 0; // where the segment under way begins
    while (!in.ended()) {
        const auto offset = in.offset();
        const char c = in.next();
        if (is_control(c)) return tl::unexpected(Failure{HttpTargetError::control_character, offset});
        if (c == '/') {
            if (!end_segment(scratch.data(), segment, size))
                return tl::unexpected(Failure{HttpTargetError::escapes_root, offset});
            if (size == 0 || scratch[size - 1] == '/') {
                segment = size; // a slash in front, or doubled
                continue;
            }
        }
        if (size == scratch.size()) return tl::unexpected(Failure{HttpTargetError::too_long, offset});
        scratch[size++] = c;
        if (c == '/') segment = size;
    }
    if (!end_segment(scratch.data(), segment, size))
        return tl::unexpected(Failure{HttpTargetError::escapes_root, path.size()});
    return size;
}

/// How much of the target stands before its path: a scheme and an authority, if it has them.
Expected<std::size_t, Failure> origin_bytes(std::string_view target) {
    if (target.front() == '/' || target.front() == '\\') return std::size_t{0};
    const auto colon = target.find("://");
    // "a/b?next=http://…" is a path with a colon further on.
    if (colon == std::string_view::npos || target.find_first_of("/?") < colon) return std::size_t{0};
    const auto scheme = target.substr(0, colon);
    if (!equal_ignoring_case(scheme, "http") && !equal_ignoring_case(scheme, "https"))
        return tl::unexpected(Failure{HttpTargetError::unknown_scheme, 0});
    return std::min(target.find_first_of("/?\\", colon + 3), target.size());
}

} // namespace

std::string_view to_text(HttpTargetError error) {
    switch (error) {
    case HttpTargetError::empty:
        return "the request names nothing";
    case HttpTargetError::control_character:
        return "the name asked for has a control character in it";
    case HttpTargetError::escapes_root:
        return "the name asked for climbs above the root";
    case HttpTargetError::too_long:
        return "the name asked for is too long";
    case HttpTargetError::unknown_scheme:
        return "the request is for another protocol";
    case HttpTargetError::no_path:
        return "the request is for the server and not for a file";
    }
    return "the name asked for cannot be read";
}

ParseResult<HttpTarget, HttpTargetError> parse_http_target(std::string_view target, HttpTargetScratch& scratch) {
    if (target.empty()) return tl::unexpected(Failure{HttpTargetError::empty, 0});
    if (target == "*") return tl::unexpected(Failure{HttpTargetError::no_path, 0});
    const auto origin = origin_bytes(target);
    if (!origin) return tl::unexpected(origin.error());
    const auto question = target.find('?', *origin);
    HttpTarget out;
    if (question != std::string_view::npos) out.query = target.substr(question + 1);
    if (const auto bad = std::find_if(out.query.begin(), out.query.end(), is_control); bad != out.query.end())
        return tl::unexpected(
            Failure{HttpTargetError::control_character, static_cast<std::size_t>(&*bad - target.data())});
    auto path = target.substr(*origin, question == std::string_view::npos ? question : question - *origin);
    std::size_t skipped = *origin;
    if (!path.empty() && path.front() == '/') path.remove_prefix(1), ++skipped;
    if (is_plain(path)) {
        if (path.size() > scratch.size())
            return tl::unexpected(Failure{HttpTargetError::too_long, skipped + scratch.size()});
        out.path = path;
        return out;
    }
    const auto size = tidy(path, scratch);
    if (!size) return tl::unexpected(Failure{size.error().code, size.error().offset + skipped});
    out.path = std::string_view(scratch.data(), *size);
    return out;
}

} // namespace offhook::protocol
