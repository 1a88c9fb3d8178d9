#include "server/listen/http_request_head.hpp"

#include "base/text.hpp"

#include <boost/asio/buffer.hpp>
#include <boost/beast/http/basic_parser.hpp>
#include <boost/beast/http/error.hpp>

#include <algorithm>
#include <cstring>
#include <functional>

namespace offhook::server {
namespace {

namespace http = boost::beast::http;
using boost::system::error_code;
using Text = boost::beast::string_view; // converts to std::string_view and back
using protocol::HttpConnection;
using protocol::HttpStatus;

/// Beast calls us for each field; we keep a view of those that matter and no copy of any.
class LeanParser final : public http::basic_parser<true> {
public:
    LeanParser(std::string_view text, HttpRequestHead& head, HttpRefusal& refusal)
        : text_(text), head_(head), refusal_(refusal) {
        header_limit(static_cast<std::uint32_t>(text.size() + 1)); // the caller has bounded the bytes
        body_limit(boost::none);                                   // the listener has limits of its own
    }
    [[nodiscard]] bool coded() const { return coded_; }

protected:
    void on_request_impl(http::verb verb, Text, Text target, int, error_code&) override {
        head_.method = verb == http::verb::get    ? HttpMethod::get
                       : verb == http::verb::head ? HttpMethod::head
                       : verb == http::verb::put  ? HttpMethod::put
                       : verb == http::verb::post ? HttpMethod::post
                                                  : HttpMethod::other;
        head_.target = target;
    }

    void on_field_impl(http::field field, Text, Text value, error_code& error) override {
        if (++fields_ > HttpHeadReader::fields_max)
            return refuse(error, {HttpStatus::header_fields_too_large, "too many header fields"});
        const std::less<const char*> before; // a folded value was put together elsewhere
        if (!value.empty() && (before(value.data(), text_.data()) || before(text_.data() + text_.size(), value.data())))
            return refuse(error, {HttpStatus::bad_request, "a folded header line"});
        switch (field) {
        case http::field::host:
            return once(host_, value, error);
        case http::field::user_agent:
            head_.user_agent = value;
            return;
        case http::field::authorization:
            return once(head_.authorization, value, error);
        case http::field::content_range:
            return once(head_.content_range, value, error);
        case http::field::content_encoding:
            if (!equal_ignoring_case(trim(value), "identity")) head_.has_coded_content = true;
            return;
        case http::field::range:
            return once(head_.range, value, error);
        case http::field::if_match:
            return once(head_.conditions.if_match, value, error);
        case http::field::if_none_match:
            return once(head_.conditions.if_none_match, value, error);
        case http::field::if_modified_since:
            return once(head_.conditions.if_modified_since, value, error);
        case http::field::if_unmodified_since:
            return once(head_.conditions.if_unmodified_since, value, error);
        case http::field::if_range:
            return once(head_.conditions.if_range, value, error);
        case http::field::expect:
            head_.expects_continue = equal_ignoring_case(value, "100-continue");
            return;
        case http::field::transfer_encoding:
            coded_ = true;
            return;
        default:
            return;
        }
    }

    void on_header_impl(error_code&) override {}
    void on_response_impl(int, Text, int, error_code&) override {}
    void on_body_init_impl(const boost::optional<std::uint64_t>&, error_code&) override {}
    std::size_t on_body_impl(Text, error_code&) override { return 0; }
    void on_chunk_header_impl(std::uint64_t, Text, error_code&) override {}
    std::size_t on_chunk_body_impl(std::uint64_t, Text, error_code&) override { return 0; }
    void on_finish_impl(error_code&) override {}

private:
    void once(std::optional<std::string_view>& place, std::string_view value, error_code& error) {
        if (place) return refuse(error, {HttpStatus::bad_request, "a header field that may stand once stands twice"});
        place = value;
    }
    void refuse(error_code& error, HttpRefusal why) {
        refusal_ = why;
        error = http::error::bad_field;
    }

    std::string_view text_;
    HttpRequestHead& head_;
    HttpRefusal& refusal_;
    std::optional<std::string_view> host_;
    unsigned fields_ = 0;
    bool coded_ = false;
};

/// Where the head ends, empty line included: at CRLF CRLF, or at an empty line after a bare LF if that comes first.
std::size_t head_end(std::string_view bytes) {
    std::size_t line = 0;
    for (;;) {
        const auto feed = bytes.find('\n', line);
        if (feed == std::string_view::npos) return std::string_view::npos;
        const auto length = feed - line;
        if (length == 0 || (length == 1 && bytes[line] == '\r')) return feed + 1;
        line = feed + 1;
    }
}

constexpr std::string_view hex_digits = "0123456789ABCDEF";

/// "GET /a b.cfg HTTP/1.1": escapes the blanks that the name holds, so that two blanks are left. False: nothing to
/// gain.
bool append_start_line(std::string_view line, std::string& out) {
    const auto first = line.find(' ');
    const auto last = line.rfind(' ');
    if (first == std::string_view::npos || last <= first || line.substr(last + 1, 5) != "HTTP/") return false;
    out += line.substr(0, first + 1);
    for (const char c : trim(line.substr(first, last - first))) {
        const auto byte = static_cast<unsigned char>(c);
        if (byte > 0x20 && byte != 0x7f) {
            out += c;
            continue;
        }
        out += '%';
        out += hex_digits[byte >> 4U];
        out += hex_digits[byte & 0xfU];
    }
    out += line.substr(last);
    return true;
}

} // namespace

HeadProgress HttpHeadReader::read(std::string_view bytes) {
    // Blank lines before a request: RFC 9112 section 2.2; clients of old end a body with one too many.
    const auto blank = std::min(bytes.find_first_not_of("\r\n"), bytes.size());
    const auto rest = bytes.substr(blank);
    const auto end = head_end(rest);
    if (end == std::string_view::npos) return HeadProgress::needs_more;
    const auto text = rest.substr(0, end);
    auto progress = parse(text);
    if (progress == HeadProgress::refused && refusal_.why.empty() && repair(text)) progress = parse(repaired_);
    if (progress == HeadProgress::refused && refusal_.why.empty())
        refusal_ = {HttpStatus::bad_request, "a request that cannot be read"};
    head_.bytes = blank + end;
    return progress;
}

HeadProgress HttpHeadReader::parse(std::string_view head_text) {
    head_ = {};
    refusal_ = {};
    LeanParser parser(head_text, head_, refusal_);
    error_code error;
    parser.put(boost::asio::buffer(head_text), error);
    if (error || !parser.is_header_done()) return HeadProgress::refused;
    if (parser.coded() && !parser.chunked()) {
        refusal_ = {HttpStatus::not_implemented, "an unknown transfer coding"};
        return HeadProgress::refused;
    }
    head_.connection = parser.keep_alive() ? HttpConnection::keep_alive : HttpConnection::close;
    head_.says_length = parser.content_length().has_value();
    head_.body_bytes = parser.content_length().value_or(0);
    head_.framing = parser.chunked()        ? HttpFraming::chunked
                    : head_.body_bytes != 0 ? HttpFraming::length
                                            : HttpFraming::none;
    return HeadProgress::complete;
}

bool HttpHeadReader::repair(std::string_view head_text) {
    repaired_.clear();
    for (bool first = true; !head_text.empty(); first = false) {
        const auto feed = head_text.find('\n'); // the text ends in one
        auto line = head_text.substr(0, feed);
        head_text.remove_prefix(feed + 1);
        if (!line.empty() && line.back() == '\r') line.remove_suffix(1);
        if (line.find('\r') != std::string_view::npos)
            return false; // to some readers that is a line's end, to others not
        if (!first)
            repaired_ += line;
        else if (!append_start_line(line, repaired_))
            return false;
        repaired_ += "\r\n";
    }
    return true;
}

} // namespace offhook::server
