#include "phone/web/web_listener.hpp"

#include "base/text.hpp"
#include "net/as_result.hpp"
#include "net/deadline.hpp"
#include "phone/web/web_request.hpp"
#include "protocol/sip/notify_request.hpp"

#include <array>
#include <boost/asio/buffer.hpp>
#include <boost/asio/ip/v6_only.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/write.hpp>
#include <boost/system/system_error.hpp>
#include <fmt/format.h>
#include <stdexcept>

namespace offhook::phone {
namespace {

namespace asio = boost::asio;
using boost::system::error_code;
using WebSocket = asio::ip::tcp::socket;

constexpr std::chrono::milliseconds web_accept_pause{100};

asio::ip::address web_address(const IpAddress& address) {
    const auto& bytes = address.bytes();
    if (!address.is_v4()) return asio::ip::address_v6(bytes);
    return asio::ip::address_v4({bytes[12], bytes[13], bytes[14], bytes[15]});
}

IpAddress web_peer(const asio::ip::tcp::endpoint& endpoint) {
    const auto address = endpoint.address();
    return address.is_v4() ? IpAddress::v4(address.to_v4().to_uint()) : IpAddress(address.to_v6().to_bytes());
}

std::string_view web_reason(std::uint16_t status) {
    switch (status) {
    case 200:
        return "OK";
    case 400:
        return "Bad Request";
    case 401:
        return "Unauthorized";
    case 403:
        return "Forbidden";
    case 404:
        return "Not Found";
    case 405:
        return "Method Not Allowed";
    default:
        return "Answer";
    }
}

/// nullopt: the connection ended first, or it is no head of ours.
asio::awaitable<std::optional<std::string>> read_head(WebSocket& socket) {
    std::string read;
    std::array<char, 2048> piece{};
    for (;;) {
        if (const auto end = read.find("\r\n\r\n"); end != std::string::npos) co_return read.substr(0, end + 4);
        if (read.size() > web_head_bytes_max) co_return std::nullopt;
        const auto [error, bytes] = co_await socket.async_read_some(asio::buffer(piece), net::as_result);
        if (error) co_return std::nullopt;
        read.append(piece.data(), bytes);
    }
}

asio::awaitable<bool> send_text(WebSocket& socket, std::string text) {
    const auto [error, bytes] = co_await asio::async_write(socket, asio::buffer(text), net::as_result);
    co_return !error;
}

std::string wire_text(const WebAnswer& answer, bool with_body) {
    return fmt::format("HTTP/1.1 {} {}\r\n{}Content-Type: {}\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{}",
                       answer.status, web_reason(answer.status), answer.fields, answer.type, answer.body.size(),
                       with_body ? answer.body : std::string());
}

} // namespace

WebListener::WebListener(asio::io_context& context, WebPages& pages, Hears hears)
    : context_(context), pages_(pages), hears_(std::move(hears)), acceptor_(context),
      tasks_(context.get_executor(), [](const std::exception_ptr& failure) {
          try {
              std::rethrow_exception(failure);
          } catch (const boost::system::system_error& error) {
              if (error.code() == asio::error::operation_aborted) return; // told to stop: no failure
          } catch (...) {                                                 // logged below
          }
          net::log_task_failure(failure);
      }) {}

WebListener::~WebListener() {
    tasks_.close();
    tasks_.cancel();
    close();
    context_.restart();
    while (tasks_.size() > 0) context_.run_one();
}

void WebListener::open(const std::optional<IpAddress>& address, std::uint16_t port) {
    const auto bind = [&](const asio::ip::address& to) {
        acceptor_.open(Tcp::endpoint(to, port).protocol());
        if (to.is_v6()) acceptor_.set_option(asio::ip::v6_only(address.has_value()));
        acceptor_.set_option(Tcp::acceptor::reuse_address(true));
        acceptor_.bind(Tcp::endpoint(to, port));
        acceptor_.listen();
    };
    try {
        try {
            bind(address ? web_address(*address) : asio::ip::address(asio::ip::address_v6::any()));
        } catch (const boost::system::system_error& error) {
            if (address || error.code() != asio::error::address_family_not_supported) throw;
            close();
            bind(asio::ip::address_v4::any()); // a host without IPv6
        }
    } catch (const boost::system::system_error& error) {
        close();
        throw std::runtime_error(fmt::format("the port of the phone's pages, {}, cannot be had: {}; choose another "
                                             "with --web-port",
                                             port, error.code().message()));
    }
    tasks_.spawn(connections());
}

void WebListener::close() {
    error_code ignored;
    acceptor_.close(ignored);
}

std::uint16_t WebListener::port() const {
    error_code ignored;
    return acceptor_.local_endpoint(ignored).port();
}

std::string WebListener::local() const {
    return protocol::sip::host_and_port(web_peer(acceptor_.local_endpoint()).text(), port());
}

asio::awaitable<void> WebListener::connections() {
    asio::steady_timer pause(context_);
    for (;;) {
        auto [error, socket] = co_await acceptor_.async_accept(net::as_result);
        if (error == asio::error::operation_aborted || !acceptor_.is_open()) co_return;
        if (error) { // no descriptor is left, say
            pause.expires_after(web_accept_pause);
            (void)co_await pause.async_wait(net::as_result);
            continue;
        }
        if (sessions_ < sessions_max) tasks_.spawn(session(std::move(socket)));
    }
}

asio::awaitable<void> WebListener::session(Tcp::socket socket) {
    struct Counted {
        std::size_t& count;
        explicit Counted(std::size_t& all) : count(all) { ++count; }
        ~Counted() { --count; }
        Counted(const Counted&) = delete;
        Counted& operator=(const Counted&) = delete;
    };
    const Counted counted(sessions_);
    error_code ignored;
    const IpAddress from = web_peer(socket.remote_endpoint(ignored));
    auto reading = read_head(socket);
    const auto head = co_await net::with_deadline(std::move(reading), session_time);
    if (!head || !*head) co_return;
    WebAnswer answer;
    bool with_body = true;
    if (auto request = read_web_request(**head)) {
        request->from = from;
        answer = pages_.answer(*request);
        with_body = request->method != "HEAD";
        hears_.tell(fmt::format("{} {} from {}: {} {}{}{}", printable(request->method, 16),
                                // What follows may hold a key or a password.
                                printable(request->target.substr(0, request->target.find('?')), 100), from.text(),
                                answer.status, web_reason(answer.status), answer.told.empty() ? "" : "; ",
                                answer.told));
    } else {
        answer.status = 400;
    }
    std::string text = wire_text(answer, with_body);
    auto sending = send_text(socket, std::move(text));
    const auto sent = co_await net::with_deadline(std::move(sending), session_time);
    socket.shutdown(Tcp::socket::shutdown_both, ignored);
    if (sent && answer.order) hears_.take(std::move(*answer.order));
}

} // namespace offhook::phone
