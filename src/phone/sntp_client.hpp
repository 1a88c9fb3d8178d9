#pragma once
/// @file  SntpClient: asks an SNTP server for the time, over UDP.
///
/// Limits  two questions, two seconds each; of one question four packets are looked at; two addresses of a name.
/// What the question says as its time is random: nobody who does not see it can answer.
/// Threads the loop's own. Source  RFC 4330 section 5.
#include "base/clock.hpp"
#include "base/random.hpp"
#include "phone/resolver.hpp"
#include "phone/time_source.hpp"
#include "protocol/sntp/message.hpp"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/ip/address.hpp>

namespace offhook::phone {

class SntpClient final : public TimeSource {
public:
    /// Lifetime: all outlive this. `port` and `wait` are other ones in tests.
    SntpClient(boost::asio::any_io_executor executor, Resolver& resolver, const Clock& clock, Random& random,
               std::uint16_t port = protocol::sntp::server_port,
               std::chrono::milliseconds wait = std::chrono::seconds(2))
        : executor_(std::move(executor)), resolver_(resolver), clock_(clock), random_(random), port_(port),
          wait_(wait) {}

    [[nodiscard]] boost::asio::awaitable<Result<std::chrono::milliseconds>> ask(std::string server) override;

private:
    [[nodiscard]] boost::asio::awaitable<Result<std::chrono::milliseconds>> ask_at(boost::asio::ip::address address);

    boost::asio::any_io_executor executor_;
    Resolver& resolver_;
    const Clock& clock_;
    Random& random_;
    std::uint16_t port_;
    std::chrono::milliseconds wait_;
};

} // namespace offhook::phone
