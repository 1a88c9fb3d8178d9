#pragma once
/// @file  HTTP ranges: which part of a file a Range header asks for.
///
/// We serve one part or the whole: a request for several parts gets the whole, which RFC 9110 section 14.2 allows, and
/// which a phone that resumes a firmware download never sends.
/// Errors  none: a header that cannot be read is ignored, as section 14.2 wants.
/// Source  RFC 9110 section 14.
#include <cstdint>
#include <optional>
#include <string_view>

namespace offhook::protocol {

struct HttpRange {
    enum class Kind : std::uint8_t {
        whole,         ///< no range, or one to be ignored: 200
        part,          ///< 206
        unsatisfiable, ///< 416
    };
    Kind kind = Kind::whole;
    std::uint64_t first = 0; ///< of a part: offset of its first byte
    std::uint64_t bytes = 0; ///< of a part: how many, at least one

    friend bool operator==(const HttpRange&, const HttpRange&) = default;
};

/// `value` is the header's, absent when there was none; `file_bytes` the size of the file.
[[nodiscard]] HttpRange read_http_range(std::optional<std::string_view> value, std::uint64_t file_bytes);

/// What a request's body is a part of: "bytes 512-1023/1024", or "/*" where the whole is not known yet.
struct HttpContentRange {
    std::uint64_t first = 0;
    std::uint64_t bytes = 0;
    std::optional<std::uint64_t> whole; ///< of the file once this part stands

    friend bool operator==(const HttpContentRange&, const HttpContentRange&) = default;
};

/// Errors: nullopt for what is no range of bytes, or reaches behind its own whole.
[[nodiscard]] std::optional<HttpContentRange> read_http_content_range(std::string_view value);

} // namespace offhook::protocol
