#pragma once
/// @file  PnpLinks: the interfaces that a PnP listener serves, and the networks on them.
///
/// An address selects the interface that has it; 0.0.0.0 all that are up and can multicast; a loopback address lo.
/// Source  getifaddrs(3), rtnetlink(7), arp(7).
#include "base/ip_address.hpp"
#include "base/mac_address.hpp"
#include "net/owned_fd.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace offhook::server {

struct PnpLink {
    struct Subnet {
        std::uint32_t address = 0, mask = 0; ///< host order; the address is ours
    };
    unsigned index = 0; ///< the kernel's
    std::string name;
    std::vector<Subnet> subnets; ///< IPv4; the first is the primary one

    [[nodiscard]] bool holds(const IpAddress& source) const;
    [[nodiscard]] std::string text() const; ///< "eth0 192.0.2.1/24"
};

/// Requires an IPv4 address. Errors: throws std::system_error where the kernel does not say.
[[nodiscard]] std::vector<PnpLink> pnp_links(const IpAddress& at);
/// A socket that becomes readable when links or addresses change; not open where there is none to have.
[[nodiscard]] net::OwnedFd open_link_watch();
/// Takes what it has to say.
void drain_link_watch(int fd);
/// What the kernel's neighbour table has for it now.
[[nodiscard]] std::optional<MacAddress> neighbour_mac(int any_socket, const IpAddress& address, unsigned interface);

/// Host order. Requires is_v4().
[[nodiscard]] std::uint32_t v4_bits(const IpAddress& address);

} // namespace offhook::server
