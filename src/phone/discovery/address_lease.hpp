#pragma once
/// @file  How a phone that is told where its server is gets an address all the same.
#include "phone/boot_observer.hpp"
#include "phone/discovery/discovery_clients.hpp"
#include "phone/ip_mode.hpp"

#include <boost/asio/awaitable.hpp>

namespace offhook::phone {

/// By DHCPv4, DHCPv6 or both, as the mode has it; without any the observer hears of a problem. Lifetime: both outlive
/// the call.
[[nodiscard]] boost::asio::awaitable<void> lease_address(DiscoveryClients& clients, IpMode mode,
                                                         BootObserver& observer);

} // namespace offhook::phone
