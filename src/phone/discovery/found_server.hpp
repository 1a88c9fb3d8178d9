#pragma once
/// @file  FoundServer: where discovery told a phone to go, and what it asked and heard on the way.
#include <cstdint>
#include <string>
#include <vector>

namespace offhook::phone {

/// Which discovery an operator lets the phone use; `all`: its own order, whatever that is.
enum class DiscoveryChoice : unsigned char { none, pnp, dhcp4, dhcp6, all };

/// How a phone may look, and what its interface has before it asks anybody.
struct DiscoveryRequest {
    DiscoveryChoice choice = DiscoveryChoice::none;
    enum class Address : std::uint8_t { none, by_hand };
    Address ipv4 = Address::none; ///< none: DHCP has to lease one before anything else can be asked
    Address ipv6 = Address::none;

    [[nodiscard]] bool allows(DiscoveryChoice method) const {
        return choice == method || choice == DiscoveryChoice::all;
    }
};

struct FoundServer {
    std::string address;            ///< URL, host or address, as the family's rules take it; "": nothing was found
    std::string how;                ///< "DHCP option 160", "SIP PnP"; for people
    std::string time_server;        ///< of option 42, where the family uses it
    std::string boot_file;          ///< of option 67, where the family uses it
    std::vector<std::string> steps; ///< sentences: what was asked and what was told, in order; never a secret
};

} // namespace offhook::phone
