#include "cli/api_client.hpp"

#include "base/text.hpp"
#include "server/api/socket_path.hpp"

#include <algorithm>
#include <boost/asio/io_context.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http/empty_body.hpp>
#include <boost/beast/http/message.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/read.hpp>
#include <boost/beast/http/serializer.hpp>
#include <boost/beast/http/string_body.hpp>
#include <boost/beast/http/write.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <filesystem>
#include <fstream>
#include <vector>

namespace offhook::cli {
namespace {

namespace asio = boost::asio;
namespace http = boost::beast::http;
namespace json = boost::json;

constexpr std::size_t piece_bytes = 256U << 10U;
constexpr std::uint64_t answer_bytes_max = 1ULL << 30U; // a whole catalogue as JSON

ErrorCode code_of(http::status status) {
    switch (status) {
    case http::status::not_found:
        return ErrorCode::not_found;
    case http::status::conflict:
        return ErrorCode::conflict;
    case http::status::forbidden:
        return ErrorCode::forbidden;
    case http::status::payload_too_large:
        return ErrorCode::too_large;
    case http::status::service_unavailable:
        return ErrorCode::unavailable;
    default:
        return ErrorCode::invalid;
    }
}

Result<json::value> read_answer(const http::response<http::string_body>& answer) {
    json::error_code error;
    json::value body = answer.body().empty() ? json::value() : json::parse(answer.body(), error);
    if (error) return fail(ErrorCode::unavailable, "the server's answer is no JSON: " + printable(answer.body(), 80));
    if (http::to_status_class(answer.result()) == http::status_class::successful) return body;
    Error out{code_of(answer.result()), "the server answered " + std::to_string(answer.result_int())};
    if (const auto* object = body.if_object()) {
        if (const auto* message = object->if_contains("error"); message != nullptr && message->is_string())
            out.message = message->as_string().c_str();
        if (const auto* where = object->if_contains("where"); where != nullptr && where->is_string())
            out.where = where->as_string().c_str();
    }
    return tl::unexpected(std::move(out));
}

/// In pieces: one write of a large body returns when all of it is gone, and nobody could be told how far it is.
void write_request(asio::local::stream_protocol::socket& socket, http::request<http::string_body>& request,
                   const ApiClient::Sent& sent, boost::system::error_code& error) {
    http::request_serializer<http::string_body> head(request);
    http::write_header(socket, head, error);
    const std::string& body = request.body();
    for (std::size_t at = 0; at < body.size() && !error; at += piece_bytes) {
        const std::size_t bytes = std::min(piece_bytes, body.size() - at);
        asio::write(socket, asio::buffer(body.data() + at, bytes), error);
        if (sent && !error) sent(at + bytes, body.size());
    }
}

} // namespace

namespace {

Result<void> connect(asio::local::stream_protocol::socket& socket, const std::string& socket_path) {
    boost::system::error_code error;
    const auto path = server::SocketPath::open(socket_path);
    if (!path && path.error().code == ErrorCode::too_large) return tl::unexpected(path.error());
    if (path)
        socket.connect(asio::local::stream_protocol::endpoint(path->address()), error);
    else
        error = boost::system::errc::make_error_code(boost::system::errc::no_such_file_or_directory);
    if (error == boost::system::errc::permission_denied)
        return fail(ErrorCode::forbidden, "only root and the user that the server runs as may; try sudo", socket_path);
    if (error)
        return fail(ErrorCode::unavailable,
                    "no server answers (" + error.message() +
                        "). Start one with `offhook serve --data DIR`, or say with " +
                        "--data or OFFHOOK_DATA where the running one keeps its data",
                    socket_path);
    return {};
}

Result<http::response<http::string_body>> receive(asio::local::stream_protocol::socket& socket,
                                                  const std::string& socket_path) {
    boost::system::error_code error;
    boost::beast::flat_buffer buffer;
    http::response_parser<http::string_body> parser;
    parser.body_limit(answer_bytes_max);
    http::read(socket, buffer, parser, error);
    if (error) return fail(ErrorCode::unavailable, "the server closed the connection: " + error.message(), socket_path);
    return parser.release();
}

} // namespace

Result<json::value> ApiClient::call(std::string_view method, const std::string& target, std::string body,
                                    std::string_view media_type, const Sent& sent) const {
    asio::io_context context;
    asio::local::stream_protocol::socket socket(context);
    if (auto connected = connect(socket, socket_path_); !connected) return tl::unexpected(connected.error());
    boost::system::error_code error;
    http::request<http::string_body> request(http::string_to_verb(method), target, 11);
    request.set(http::field::host, "offhook");
    request.set(http::field::connection, "close");
    if (!body.empty()) request.set(http::field::content_type, media_type);
    request.body() = std::move(body);
    request.prepare_payload();
    // A server that refuses a body answers before it has read it all: the answer counts, not the broken pipe.
    write_request(socket, request, sent, error);
    const auto answer = receive(socket, socket_path_);
    if (!answer) return tl::unexpected(answer.error());
    return read_answer(*answer);
}

Result<json::value> ApiClient::post_file(const std::string& target, const std::string& path, const Sent& sent) const {
    std::error_code unreadable;
    const bool regular = std::filesystem::is_regular_file(path, unreadable);
    const std::uint64_t total = regular ? std::filesystem::file_size(path, unreadable) : 0;
    std::ifstream file(path, std::ios::binary);
    if (!regular || unreadable || !file) return fail(ErrorCode::not_found, "this file cannot be read", path);
    asio::io_context context;
    asio::local::stream_protocol::socket socket(context);
    if (auto connected = connect(socket, socket_path_); !connected) return tl::unexpected(connected.error());
    http::request<http::empty_body> request(http::verb::post, target, 11);
    request.set(http::field::host, "offhook");
    request.set(http::field::connection, "close");
    request.set(http::field::content_type, "application/octet-stream");
    request.content_length(total);
    boost::system::error_code error;
    http::request_serializer<http::empty_body> head(request);
    http::write_header(socket, head, error);
    std::vector<char> piece(piece_bytes);
    for (std::uint64_t at = 0; at < total && !error;) {
        file.read(piece.data(), static_cast<std::streamsize>(std::min<std::uint64_t>(piece.size(), total - at)));
        const auto bytes = static_cast<std::size_t>(file.gcount());
        if (bytes == 0) return fail(ErrorCode::invalid, "the file became shorter while it was read", path);
        asio::write(socket, asio::buffer(piece.data(), bytes), error);
        at += bytes;
        if (sent && !error) sent(at, total);
    }
    const auto answer = receive(socket, socket_path_); // a refusal comes before all is sent
    if (!answer) return tl::unexpected(answer.error());
    return read_answer(*answer);
}

Result<std::string> ApiClient::get_bytes(const std::string& target) const {
    asio::io_context context;
    asio::local::stream_protocol::socket socket(context);
    if (auto connected = connect(socket, socket_path_); !connected) return tl::unexpected(connected.error());
    http::request<http::empty_body> request(http::verb::get, target, 11);
    request.set(http::field::host, "offhook");
    request.set(http::field::connection, "close");
    boost::system::error_code ignored;
    http::write(socket, request, ignored); // the answer counts
    auto answer = receive(socket, socket_path_);
    if (!answer) return tl::unexpected(answer.error());
    if (http::to_status_class(answer->result()) == http::status_class::successful) return std::move(answer->body());
    return tl::unexpected(read_answer(*answer).error());
}

Result<json::value> ApiClient::get(const std::string& target) const { return call("GET", target, {}, {}); }
Result<json::value> ApiClient::post(const std::string& target, const json::value& body) const {
    return call("POST", target, json::serialize(body), "application/json");
}
Result<json::value> ApiClient::patch(const std::string& target, const json::value& body) const {
    return call("PATCH", target, json::serialize(body), "application/json");
}
Result<json::value> ApiClient::remove(const std::string& target) const { return call("DELETE", target, {}, {}); }
Result<json::value> ApiClient::post_text(const std::string& target, std::string text, const Sent& sent) const {
    return call("POST", target, std::move(text), "text/csv", sent);
}

std::string percent_encoded(std::string_view text) {
    static constexpr std::string_view digits = "0123456789ABCDEF";
    std::string out;
    for (const char c : text) {
        const auto byte = static_cast<unsigned char>(c);
        const bool plain = ascii_digit(c) || (ascii_lower(c) >= 'a' && ascii_lower(c) <= 'z') || c == '-' || c == '.' ||
                           c == '_' || c == '~';
        if (plain) {
            out += c;
        } else {
            out += '%';
            out += digits[byte >> 4U];
            out += digits[byte & 0xfU];
        }
    }
    return out;
}

} // namespace offhook::cli
