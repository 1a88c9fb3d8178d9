#include "server/resync/page_call.hpp"

#include "net/as_result.hpp"
#include "net/deadline.hpp"
#include "protocol/http_auth/digest.hpp"
#include "protocol/sip/notify_request.hpp"

#include <algorithm>
#include <boost/asio/buffer.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/read.hpp>
#include <boost/beast/http/string_body.hpp>
#include <fmt/format.h>
#include <variant>

namespace offhook::server {
namespace {

namespace asio = boost::asio;
namespace http = boost::beast::http;
using State = NotifyOutcome::State;
using PageParser = http::response_parser<http::string_body>;

struct PageAnswer {
    enum class End : std::uint8_t { answered, unreachable, broken } end = End::broken;
    std::uint16_t status = 0;
    std::string reason;                       ///< of what the network did
    std::vector<std::string> challenges = {}; ///< values of WWW-Authenticate
};

asio::ip::address page_address(const IpAddress& address) {
    const auto& bytes = address.bytes();
    if (!address.is_v4()) return asio::ip::address_v6(bytes);
    return asio::ip::address_v4({bytes[12], bytes[13], bytes[14], bytes[15]});
}

asio::awaitable<PageAnswer> ask_once(IpAddress address, std::uint16_t port, std::string text) {
    PageAnswer out;
    asio::ip::tcp::socket socket(co_await asio::this_coro::executor);
    const asio::ip::tcp::endpoint to(page_address(address), port);
    const auto [no_way] = co_await socket.async_connect(to, net::as_result);
    if (no_way) {
        out.end = PageAnswer::End::unreachable;
        out.reason = no_way.message();
        co_return out;
    }
    const auto [not_sent, sent] = co_await asio::async_write(socket, asio::buffer(text), net::as_result);
    boost::beast::flat_buffer buffer(page_response_bytes_max);
    PageParser parser;
    parser.body_limit(page_response_bytes_max);
    if (!not_sent) {
        const auto [error, bytes] = co_await http::async_read_header(socket, buffer, parser, net::as_result);
        out.reason = error.message();
    }
    if (!parser.is_header_done()) co_return out;
    out.end = PageAnswer::End::answered;
    out.status = static_cast<std::uint16_t>(parser.get().result_int());
    const auto [from, to_end] = parser.get().equal_range(http::field::www_authenticate);
    for (auto each = from; each != to_end; ++each) out.challenges.emplace_back(each->value());
    co_return out;
}

std::string request_text(const PageTask& task, const std::string& host, const std::string& authorization) {
    return fmt::format(
        "GET {} HTTP/1.1\r\nHost: {}\r\nUser-Agent: Offhook\r\nAccept: */*\r\n{}Connection: close\r\n\r\n", task.target,
        host, authorization.empty() ? "" : "Authorization: " + authorization + "\r\n");
}

/// "": the phone asks for something else than Digest.
std::string answer_to(const PageAnswer& asked, const PageTask& task, Random& random) {
    for (const auto& text : asked.challenges) {
        const auto challenge = protocol::parse_digest_challenge(text);
        if (!challenge) continue;
        return to_text(protocol::HttpCredentials(
            protocol::answer_challenge(*challenge, *task.account, "GET", task.target, 1, random.letters(16))));
    }
    return {};
}

NotifyOutcome outcome_of(const PageAnswer& answer) {
    NotifyOutcome out;
    out.status = answer.status;
    out.was_sent = answer.end != PageAnswer::End::unreachable;
    if (answer.end == PageAnswer::End::unreachable) {
        out.state = State::unreachable;
        out.text = fmt::format("its page cannot be reached: {}", answer.reason);
    } else if (answer.end == PageAnswer::End::broken) {
        out.text = "its page does not answer";
    } else if (answer.status >= 200 && answer.status < 300) {
        out.state = State::accepted;
        out.text = "accepted on its page"; // a phone says so even where its configuration forbids it
    } else if (answer.status == 401) {
        out.state = State::wrong_account;
        out.text = "its page does not take web.admin_password";
    } else {
        out.state = State::refused;
        out.text = answer.status == 403   ? "its page refuses us (HTTP 403): a switch in its configuration"
                   : answer.status == 404 ? "it has no such page (HTTP 404)"
                                          : fmt::format("its page answers HTTP {}", answer.status);
    }
    return out;
}

asio::awaitable<NotifyOutcome> call(PageTask task, IpAddress address, std::uint16_t port, Random& random) {
    const std::string host = protocol::sip::host_and_port(address.text(), port);
    std::string first = request_text(task, host, "");
    PageAnswer answer = co_await ask_once(address, port, std::move(first));
    if (answer.end != PageAnswer::End::answered || answer.status != 401) co_return outcome_of(answer);
    NotifyOutcome wrong = outcome_of(answer);
    if (!task.account) {
        wrong.text = "its page asks for a password, and web.admin_password is not set";
        co_return wrong;
    }
    const std::string authorization = answer_to(answer, task, random);
    if (authorization.empty()) {
        wrong.text = "its page asks for something else than Digest";
        co_return wrong;
    }
    std::string second = request_text(task, host, authorization);
    answer = co_await ask_once(address, port, std::move(second));
    co_return outcome_of(answer);
}

} // namespace

asio::awaitable<NotifyOutcome> call_page(PageTask task, IpAddress address, std::uint16_t port, Random& random) {
    auto calling = call(std::move(task), address, port, random);
    auto outcome = co_await net::with_deadline(std::move(calling), page_call_time);
    if (outcome) co_return std::move(*outcome);
    NotifyOutcome silent;
    silent.text = "its page does not answer";
    silent.was_sent = true;
    co_return silent;
}

std::string page_argument(std::string_view text) {
    constexpr std::string_view plain = "-._~:/?&=$,;@!*'()|"; // reference: Linksys 18.8
    std::string out;
    for (const char c : text) {
        const bool is_letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
        if (is_letter || plain.find(c) != std::string_view::npos)
            out += c;
        else
            out += fmt::format("%{:02X}", static_cast<unsigned>(static_cast<unsigned char>(c)));
    }
    return out;
}

} // namespace offhook::server
