#pragma once
/// @file  Heads of HTTP answers, made ready ahead of time.
///
/// A head here ends where the Date line belongs: whoever sends it puts the date line behind it, which ends in the empty
/// line and is made once a second (http_date_line). So a head can be kept for months and the answer's date is still
/// true, at the price of one more piece to gather; RFC 9110 section 6.6.1 wants a date from a server that has a clock,
/// and phones set theirs by it. Source  RFC 9110 sections 8, 10, 14.4, 15.
#include "base/clock.hpp"

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace offhook::protocol {

enum class HttpStatus : std::uint16_t {
    ok = 200,
    created = 201,
    no_content = 204,
    partial_content = 206,
    not_modified = 304,
    bad_request = 400,
    unauthorized = 401,
    not_found = 404,
    method_not_allowed = 405,
    request_timeout = 408,
    length_required = 411,
    precondition_failed = 412,
    content_too_large = 413,
    uri_too_long = 414,
    unsupported_media_type = 415,
    range_not_satisfiable = 416,
    expectation_failed = 417,
    header_fields_too_large = 431,
    internal_error = 500,
    not_implemented = 501,
    service_unavailable = 503,
    insufficient_storage = 507,
};
[[nodiscard]] std::string_view to_text(HttpStatus status); ///< "Not Found"

/// What becomes of the connection after the answer. The answer says it to 1.0 and 1.1 clients alike.
enum class HttpConnection : std::uint8_t { keep_alive, close };

/// What a head says of a file.
struct HttpFileFacts {
    std::uint64_t bytes = 0;
    std::string_view entity_tag; ///< quoted
    std::string_view media_type;
    std::optional<WallTime> modified; ///< absent: no Last-Modified
};

/// 200. Delivery bakes both ends of it into each ready file.
[[nodiscard]] std::string http_file_head(const HttpFileFacts& file, HttpConnection connection);
/// 206 for `bytes` bytes from `first` on.
[[nodiscard]] std::string http_part_head(const HttpFileFacts& file, std::uint64_t first, std::uint64_t bytes,
                                         HttpConnection connection);
/// 304: the validators, and no length. Source RFC 9110 section 15.4.5.
[[nodiscard]] std::string http_not_modified_head(const HttpFileFacts& file, HttpConnection connection);
/// 416, which says how long the file is.
[[nodiscard]] std::string http_range_refused_head(const HttpFileFacts& file, HttpConnection connection);
/// 401; `challenges` are whole WWW-Authenticate lines, each with its CRLF.
[[nodiscard]] std::string http_challenge_head(std::string_view challenges, HttpConnection connection);
/// "HTTP/1.1 100 Continue" and the empty line: no date line follows it.
inline constexpr std::string_view http_continue = "HTTP/1.1 100 Continue\r\n\r\n";
/// Any status with an empty body; a 405 says what is allowed.
[[nodiscard]] std::string http_empty_head(HttpStatus status, HttpConnection connection);

/// "Date: Sun, 06 Nov 1994 08:49:37 GMT" and the empty line.
inline constexpr std::size_t http_date_line_bytes = 6 + 29 + 4;
[[nodiscard]] std::array<char, http_date_line_bytes> http_date_line(WallTime now);

} // namespace offhook::protocol
