#include "phone/web/web_request.hpp"

#include <boost/asio/buffer.hpp>
#include <boost/beast/http/empty_body.hpp>
#include <boost/beast/http/parser.hpp>

namespace offhook::phone {
namespace {

namespace http = boost::beast::http;

std::optional<unsigned> hex_digit(char c) {
    if (c >= '0' && c <= '9') return c - '0';
    if (c >= 'a' && c <= 'f') return c - 'a' + 10;
    if (c >= 'A' && c <= 'F') return c - 'A' + 10;
    return std::nullopt;
}

} // namespace

Result<WebRequest> read_web_request(std::string_view head) {
    const auto wrong = [] { return fail(ErrorCode::invalid, "no HTTP request"); };
    if (head.size() > web_head_bytes_max) return wrong();
    http::request_parser<http::empty_body> parser;
    parser.header_limit(web_head_bytes_max + 1);
    parser.skip(true);
    boost::system::error_code error;
    parser.put(boost::asio::buffer(head.data(), head.size()), error);
    if (error || !parser.is_header_done()) return wrong();
    const auto& message = parser.get();
    if (message.count(http::field::authorization) > 1) return wrong(); // two readers could differ
    WebRequest out;
    out.method = std::string(message.method_string());
    out.target = std::string(message.target());
    out.authorization = std::string(message[http::field::authorization]);
    return out;
}

std::optional<std::string> undo_url_encoding(std::string_view text) {
    std::string out;
    for (std::size_t i = 0; i < text.size(); ++i) {
        char c = text[i] == '+' ? ' ' : text[i];
        if (c == '%' && i + 2 < text.size()) {
            const auto high = hex_digit(text[i + 1]), low = hex_digit(text[i + 2]);
            if (high && low) c = static_cast<char>(*high << 4U | *low), i += 2;
        }
        const auto byte = static_cast<unsigned char>(c);
        if (byte < ' ' || byte == 0x7f) return std::nullopt;
        out += c;
    }
    return out;
}

} // namespace offhook::phone
