#pragma once
/// @file  Interview: a phone asks its network, and what was asked and told is put down in plain sentences.
///
/// The sentences go to the observer as they happen and into FoundServer::steps; passwords in URLs are left out.
/// Threads  the loop's own.
#include "phone/boot_observer.hpp"
#include "phone/discovery/discovery_clients.hpp"
#include "phone/discovery/found_server.hpp"

#include <boost/asio/awaitable.hpp>
#include <optional>
#include <string>

namespace offhook::phone {

class Interview {
public:
    /// Lifetime: both outlive the interview.
    Interview(DiscoveryClients& clients, BootObserver& observer) : clients_(clients), observer_(observer) {}

    /// An answer that is no ACK counts as none.
    [[nodiscard]] boost::asio::awaitable<std::optional<Dhcp4Answer>> dhcp4(Dhcp4Ask ask);
    [[nodiscard]] boost::asio::awaitable<std::optional<Dhcp6Answer>> dhcp6(Dhcp6Ask ask);
    [[nodiscard]] boost::asio::awaitable<std::optional<PnpAnswer>> pnp(PnpAsk ask);

    /// "option 160 is not used: it is empty".
    void tell(std::string sentence);
    /// The end: where the phone goes. `how` as in "DHCP option 160".
    [[nodiscard]] FoundServer found(std::string address, std::string how);
    [[nodiscard]] FoundServer found_nothing();
    [[nodiscard]] MacAddress mac() const { return clients_.mac(); }

private:
    DiscoveryClients& clients_;
    BootObserver& observer_;
    FoundServer found_;
};

} // namespace offhook::phone
