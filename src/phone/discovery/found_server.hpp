#pragma once
/// @file  FoundServer: where discovery told a phone to go, and what it asked and heard on the way.
#include <string>
#include <vector>

namespace offhook::phone {

/// Which discovery an operator lets the phone use; `all`: its own order, whatever that is.
enum class DiscoveryChoice : unsigned char { none, pnp, dhcp4, dhcp6, all };

struct FoundServer {
    std::string address;            ///< URL, host or address, as the family's rules take it; "": nothing was found
    std::string how;                ///< "DHCP option 160", "SIP PnP"; for people
    std::string boot_file;          ///< of option 67, where the family uses it
    std::vector<std::string> steps; ///< sentences: what was asked and what was told, in order
};

} // namespace offhook::phone
