#pragma once
/// @file  WebListener: the TCP port in front of a phone's WebPages.
///
/// It runs in the loop of whoever waits for the phone's orders: while the phone fetches, requests wait in the kernel's
/// queue; while it restarts, its port is closed.
/// Limits   sessions_max connections, one request each, within session_time; web_head_bytes_max of it.
/// Errors   open() throws std::runtime_error where the port cannot be had.
/// Threads  the context's one.
#include "net/task_group.hpp"
#include "phone/web/web_pages.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <chrono>
#include <functional>
#include <string>

namespace offhook::phone {

class WebListener {
public:
    static constexpr std::size_t sessions_max = 8;
    static constexpr std::chrono::seconds session_time{10};
    struct Hears {
        std::function<void(const std::string& line)> tell; ///< of every request
        std::function<void(PhoneOrder order)> take;        ///< once the answer is out
    };

    /// Both outlive it.
    WebListener(boost::asio::io_context& context, WebPages& pages, Hears hears);
    ~WebListener();
    WebListener(const WebListener&) = delete;
    WebListener& operator=(const WebListener&) = delete;

    /// 0: a free one. No address: all of them.
    void open(const std::optional<IpAddress>& address, std::uint16_t port);
    void close();
    [[nodiscard]] bool is_open() const { return acceptor_.is_open(); }
    [[nodiscard]] std::string local() const; ///< "127.0.0.1:8080"
    [[nodiscard]] std::uint16_t port() const;

private:
    using Tcp = boost::asio::ip::tcp;
    [[nodiscard]] boost::asio::awaitable<void> connections();
    [[nodiscard]] boost::asio::awaitable<void> session(Tcp::socket socket);

    boost::asio::io_context& context_;
    WebPages& pages_;
    Hears hears_;
    Tcp::acceptor acceptor_;
    std::size_t sessions_ = 0;
    net::TaskGroup tasks_;
};

} // namespace offhook::phone
