#include "server/syslog/syslog_listener.hpp"

#include "net/listen_socket.hpp"
#include "net/task_group.hpp"
#include "protocol/syslog/message.hpp"
#include "server/syslog/syslog_lines.hpp"

#include <algorithm>
#include <array>
#include <boost/asio/buffer.hpp>
#include <boost/asio/ip/v6_only.hpp>
#include <fmt/format.h>
#include <latch>

namespace offhook::server {
namespace {

using Udp = boost::asio::ip::udp;

constexpr int datagrams_max = 64;      // of one wake-up
constexpr int receive_bytes = 1 << 20; // a site that starts at once

IpAddress sender_of(const Udp::endpoint& from) {
    const auto address = from.address();
    if (address.is_v4()) return IpAddress::v4(address.to_v4().to_uint());
    return IpAddress(std::array<std::uint8_t, 16>(address.to_v6().to_bytes()));
}

} // namespace

SyslogListener::SyslogListener(net::Loop& loop, SyslogLines& lines, std::uint16_t listener_number)
    : loop_(loop), lines_(lines), number_(listener_number), socket_(loop.context()),
      buffer_(protocol::syslog::payload_bytes_max) {}

SyslogListener::~SyslogListener() { stop(); }

Result<std::unique_ptr<SyslogListener>> SyslogListener::open(net::Loop& loop, SyslogLines& lines,
                                                             std::uint16_t listener_number, const Udp::endpoint& at) {
    std::unique_ptr<SyslogListener> out(new SyslogListener(loop, lines, listener_number));
    boost::system::error_code error;
    auto& socket = out->socket_;
    socket.open(at.protocol(), error);
    if (!error && at.address().is_v6()) socket.set_option(boost::asio::ip::v6_only(true), error);
    if (!error) socket.non_blocking(true, error);
    if (!error) socket.bind(at, error);
    if (error)
        return fail(error == boost::asio::error::access_denied ? ErrorCode::forbidden : ErrorCode::unavailable,
                    fmt::format("cannot bind udp {}: {}{}", net::to_text({at.address(), at.port()}), error.message(),
                                error == boost::asio::error::access_denied
                                    ? "; ports below 1024 need CAP_NET_BIND_SERVICE"
                                : error == boost::asio::error::address_in_use
                                    ? "; another program takes syslog there (`ss -lunp` names it): choose another port"
                                    : ""));
    socket.set_option(boost::asio::socket_base::receive_buffer_size(receive_bytes), error); // the kernel cuts it
    out->bound_ = socket.local_endpoint(error);
    return out;
}

void SyslogListener::start() {
    std::latch started(1);
    loop_.post([&] {
        wait();
        started.count_down();
    });
    started.wait();
    started_ = true;
}

void SyslogListener::wait() {
    waits_ = true;
    socket_.async_wait(Udp::socket::wait_read, [this](const boost::system::error_code& error) {
        waits_ = false;
        if (!error && !closed_) {
            try {
                receive();
            } catch (...) {
                net::log_task_failure(std::current_exception()); // these lines are lost, the listener is not
            }
        }
        if (!closed_) return wait();
        if (stopped_) std::exchange(stopped_, nullptr)();
    });
}

void SyslogListener::receive() {
    for (int i = 0; i < datagrams_max; ++i) {
        boost::system::error_code error;
        Udp::endpoint from;
        const auto bytes = socket_.receive_from(boost::asio::buffer(buffer_), from, 0, error);
        if (error) return;
        lines_.received(number_, sender_of(from), std::string_view(buffer_.data(), bytes));
    }
}

void SyslogListener::stop() {
    if (!std::exchange(started_, false)) return;
    std::latch ended(1);
    loop_.post([&] {
        closed_ = true;
        stopped_ = [&ended] { ended.count_down(); };
        boost::system::error_code ignored;
        socket_.close(ignored);
        if (!waits_) std::exchange(stopped_, nullptr)();
    });
    ended.wait();
}

std::string SyslogListener::address() const { return net::to_text({bound_.address(), bound_.port()}); }

} // namespace offhook::server
