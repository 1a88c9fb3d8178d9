#pragma once
/// @file  SyslogSender: a phone's log lines on their way to its syslog servers, over UDP.
///
/// It never blocks: to an address a line goes at once, to a name when the phone has time (finish()), and what cannot be
/// sent is lost, as syslog is.
/// Limits  lines_waiting_max lines that wait for a name; names_max names are looked up.
/// Threads the loop's own. Source  reference: Linksys 14; the header is priority and text (U).
#include "phone/resolver.hpp"
#include "protocol/syslog/message.hpp"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/ip/udp.hpp>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace offhook::phone {

/// "192.0.2.10", "log.example.net:1514", "[2001:db8::1]:514".
struct SyslogPlace {
    std::string host;
    std::uint16_t port = protocol::syslog::usual_port;
};
/// Nullopt: nothing that a phone could send to.
[[nodiscard]] std::optional<SyslogPlace> syslog_place(std::string_view text);

class SyslogSender {
public:
    static constexpr std::size_t lines_waiting_max = 64, names_max = 4;

    /// `resolver` may be null: then names are not looked up. It outlives this.
    SyslogSender(boost::asio::any_io_executor executor, Resolver* resolver)
        : executor_(std::move(executor)), resolver_(resolver) {}

    /// `place` as the phone's parameter has it; empty: nobody.
    void send(std::string_view place, std::string_view line);
    /// Sends what waits for a name.
    [[nodiscard]] boost::asio::awaitable<void> finish();

private:
    struct Waiting {
        SyslogPlace place;
        std::string line;
    };
    void send_to(const boost::asio::ip::address& address, std::uint16_t port, std::string_view line);

    boost::asio::any_io_executor executor_;
    Resolver* resolver_;
    std::vector<Waiting> waiting_;
};

} // namespace offhook::phone
