#pragma once
/// @file  HttpChunkReader: the body of a chunked request, piece by piece.
///
/// Shape    fed whatever arrived, it hands back views into it: nothing is copied.
/// Limits   a chunk's line (size and extensions) 256 bytes, all trailer lines 4,096; extensions and trailers are
///          skipped.
/// Errors   broken: what came is no chunk. Lines end in CRLF, strictly: two readers must not see two bodies.
/// Source   RFC 9112 section 7.1.
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace offhook::protocol {

class HttpChunkReader {
public:
    enum class State : std::uint8_t { needs_more, data, done, broken };
    struct Step {
        State state = State::needs_more;
        std::size_t used = 0;    ///< bytes of the input that are dealt with
        std::string_view data{}; ///< State::data: at least one byte of the body, a view into the input
    };

    /// Deals with the front of `bytes`; call again with the rest until it needs more or has ended.
    [[nodiscard]] Step read(std::string_view bytes);

    static constexpr std::size_t line_bytes_max = 256;
    static constexpr std::size_t trailer_bytes_max = 4096;

private:
    enum class Place : std::uint8_t { size_line, data, data_end, trailer };

    [[nodiscard]] Step end_of(std::size_t used, State state) const { return {state, used, {}}; }
    /// Moves bytes to line_ up to the line's end. True: line_ is whole, without its CRLF.
    enum class Line : std::uint8_t { whole, part, broken };
    Line take_line(std::string_view bytes, std::size_t& used, std::size_t bytes_max);
    [[nodiscard]] bool read_size();

    Place place_ = Place::size_line;
    std::string line_;
    std::uint64_t left_ = 0; ///< of the chunk under way
    std::size_t trailer_bytes_ = 0;
};

} // namespace offhook::protocol
