#pragma once
/// @file  SyslogListener: takes phones' log lines over UDP, on one loop. It answers nothing.
///
/// Limits  datagrams_max of a wake-up, for the loop has others to serve; protocol::syslog::payload_bytes_max of each.
/// Threads open, start and stop on one that is no loop's; all else on its loop.
#include "base/result.hpp"
#include "net/loop.hpp"
#include "server/listen/listener.hpp"

#include <boost/asio/ip/udp.hpp>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace offhook::server {

class SyslogLines;

class SyslogListener final : public Listener {
public:
    /// Binds; takes nothing yet. `loop` and `lines` outlive it; `lines` is called on the loop only.
    /// Errors: unavailable, with the address, when it is in use or not ours; forbidden for a port below 1024 without
    /// the right.
    [[nodiscard]] static Result<std::unique_ptr<SyslogListener>>
    open(net::Loop& loop, SyslogLines& lines, std::uint16_t listener_number, const boost::asio::ip::udp::endpoint& at);
    ~SyslogListener() override;
    SyslogListener(const SyslogListener&) = delete;
    SyslogListener& operator=(const SyslogListener&) = delete;

    /// Requires  a running loop.
    void start() override;
    void stop() override; ///< at once
    [[nodiscard]] std::string address() const override;
    [[nodiscard]] std::size_t connections() const override { return 0; }

private:
    SyslogListener(net::Loop& loop, SyslogLines& lines, std::uint16_t listener_number);

    void wait();
    void receive();

    net::Loop& loop_;
    SyslogLines& lines_;
    std::uint16_t number_;
    boost::asio::ip::udp::socket socket_;
    boost::asio::ip::udp::endpoint bound_;
    std::vector<char> buffer_;
    bool waits_ = false, closed_ = false; ///< of the loop
    std::function<void()> stopped_;
    bool started_ = false;
};

} // namespace offhook::server
