#include "protocol/http_head.hpp"

#include "protocol/http_date.hpp"

#include <cstring>
#include <fmt/format.h>

namespace offhook::protocol {
namespace {

std::string_view connection_line(HttpConnection connection) {
    return connection == HttpConnection::close ? "Connection: close\r\n" : "Connection: keep-alive\r\n";
}

std::string status_line(HttpStatus status) {
    return fmt::format("HTTP/1.1 {} {}\r\n", static_cast<unsigned>(status), to_text(status));
}

std::string validators(const HttpFileFacts& file) {
    std::string out = fmt::format("ETag: {}\r\n", file.entity_tag);
    if (!file.modified) return out;
    const auto date = write_http_date(*file.modified);
    return out + fmt::format("Last-Modified: {}\r\n", std::string_view(date.data(), date.size()));
}

} // namespace

std::string_view to_text(HttpStatus status) {
    switch (status) {
    case HttpStatus::ok:
        return "OK";
    case HttpStatus::created:
        return "Created";
    case HttpStatus::no_content:
        return "No Content";
    case HttpStatus::partial_content:
        return "Partial Content";
    case HttpStatus::not_modified:
        return "Not Modified";
    case HttpStatus::bad_request:
        return "Bad Request";
    case HttpStatus::unauthorized:
        return "Unauthorized";
    case HttpStatus::not_found:
        return "Not Found";
    case HttpStatus::method_not_allowed:
        return "Method Not Allowed";
    case HttpStatus::request_timeout:
        return "Request Timeout";
    case HttpStatus::length_required:
        return "Length Required";
    case HttpStatus::precondition_failed:
        return "Precondition Failed";
    case HttpStatus::content_too_large:
        return "Content Too Large";
    case HttpStatus::uri_too_long:
        return "URI Too Long";
    case HttpStatus::unsupported_media_type:
        return "Unsupported Media Type";
    case HttpStatus::range_not_satisfiable:
        return "Range Not Satisfiable";
    case HttpStatus::expectation_failed:
        return "Expectation Failed";
    case HttpStatus::header_fields_too_large:
        return "Request Header Fields Too Large";
    case HttpStatus::internal_error:
        return "Internal Server Error";
    case HttpStatus::not_implemented:
        return "Not Implemented";
    case HttpStatus::service_unavailable:
        return "Service Unavailable";
    case HttpStatus::insufficient_storage:
        return "Insufficient Storage";
    }
    return "Unknown";
}

std::string http_file_head(const HttpFileFacts& file, HttpConnection connection) {
    return fmt::format("{}Content-Length: {}\r\nContent-Type: {}\r\n{}Accept-Ranges: bytes\r\n{}",
                       status_line(HttpStatus::ok), file.bytes, file.media_type, validators(file),
                       connection_line(connection));
}

std::string http_part_head(const HttpFileFacts& file, std::uint64_t first, std::uint64_t bytes,
                           HttpConnection connection) {
    return fmt::format("{}Content-Length: {}\r\nContent-Range: bytes {}-{}/{}\r\nContent-Type: {}\r\n{}{}",
                       status_line(HttpStatus::partial_content), bytes, first, first + bytes - 1, file.bytes,
                       file.media_type, validators(file), connection_line(connection));
}

std::string http_not_modified_head(const HttpFileFacts& file, HttpConnection connection) {
    return fmt::format("{}{}{}", status_line(HttpStatus::not_modified), validators(file), connection_line(connection));
}

std::string http_range_refused_head(const HttpFileFacts& file, HttpConnection connection) {
    return fmt::format("{}Content-Length: 0\r\nContent-Range: bytes */{}\r\n{}",
                       status_line(HttpStatus::range_not_satisfiable), file.bytes, connection_line(connection));
}

std::string http_empty_head(HttpStatus status, HttpConnection connection) {
    const std::string_view allow = status == HttpStatus::method_not_allowed ? "Allow: GET, HEAD, PUT\r\n" : "";
    // A 204 has no body by itself, and must not say how long it is: RFC 9110 section 8.6.
    const std::string_view length = status == HttpStatus::no_content ? "" : "Content-Length: 0\r\n";
    return fmt::format("{}{}{}{}", status_line(status), length, allow, connection_line(connection));
}

std::string http_challenge_head(std::string_view challenges, HttpConnection connection) {
    return fmt::format("{}Content-Length: 0\r\n{}{}", status_line(HttpStatus::unauthorized), challenges,
                       connection_line(connection));
}

std::array<char, http_date_line_bytes> http_date_line(WallTime now) {
    std::array<char, http_date_line_bytes> out{};
    const auto date = write_http_date(now);
    std::memcpy(out.data(), "Date: ", 6);
    std::memcpy(out.data() + 6, date.data(), date.size());
    std::memcpy(out.data() + 6 + date.size(), "\r\n\r\n", 4);
    return out;
}

} // namespace offhook::protocol
