#pragma once
/// @file  DiscoveryClients: how a phone asks its network where the boot server is, as far as its boot needs to know.
///
/// The families' rules (which method, in which order, what an answer means) are written against this; real sockets
/// stand behind it (phone/network), or a script in tests. Errors   silence, refusals and nonsense are answers: nothing
/// is thrown for what a network does. Threads  the loop's own.
#include "base/mac_address.hpp"
#include "phone/discovery/questions.hpp"

#include <boost/asio/awaitable.hpp>
#include <optional>
#include <string>
#include <vector>

namespace offhook::phone {

class DiscoveryClients {
public:
    virtual ~DiscoveryClients() = default;
    /// Kind::lease: the address is set on the phone's own interface before this returns. nullopt: nobody answered.
    [[nodiscard]] virtual boost::asio::awaitable<std::optional<Dhcp4Answer>> dhcp4(Dhcp4Ask ask) = 0;
    [[nodiscard]] virtual boost::asio::awaitable<std::optional<Dhcp6Answer>> dhcp6(Dhcp6Ask ask) = 0;
    [[nodiscard]] virtual boost::asio::awaitable<std::optional<PnpAnswer>> pnp(PnpAsk ask) = 0;
    /// What was odd about the last question, answered or not: "a NAK of 10.0.0.1: no free address". In order.
    [[nodiscard]] virtual std::vector<std::string> remarks() const { return {}; }
    /// The MAC that the network sees.
    [[nodiscard]] virtual MacAddress mac() const = 0;
};

} // namespace offhook::phone
