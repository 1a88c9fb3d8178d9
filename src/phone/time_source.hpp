#pragma once
/// @file  TimeSource: how a phone sets its clock.
///
/// Errors  unavailable: nobody answered; invalid: what came does not count.
#include "base/result.hpp"

#include <boost/asio/awaitable.hpp>
#include <chrono>
#include <string>

namespace offhook::phone {

class TimeSource {
public:
    virtual ~TimeSource() = default;
    /// How much the server's clock is ahead of this host's. `server`: an address or a name.
    [[nodiscard]] virtual boost::asio::awaitable<Result<std::chrono::milliseconds>> ask(std::string server) = 0;
};

} // namespace offhook::phone
