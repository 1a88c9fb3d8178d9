#pragma once
/// @file  Who asks by DHCPv6: the MAC and the enterprise that a message and its relays show.
///
/// Source  RFC 8415 11 (DUID), RFC 6939 (what a relay saw), RFC 4291 appendix A (EUI-64).
#include "base/ip_address.hpp"
#include "base/mac_address.hpp"
#include "protocol/dhcp6/message.hpp"
#include "server/discovery/offer_source.hpp"

#include <functional>
#include <optional>

namespace offhook::server {

/// The link-layer address of a neighbour on an interface, as far as the host knows it.
using NeighbourLookup = std::function<std::optional<MacAddress>(const IpAddress& neighbour, unsigned interface)>;

/// Which way a datagram came.
struct Dhcp6Way {
    IpAddress source;       ///< of the datagram: the client, or the relay next to us
    IpAddress local;        ///< ours on that interface, fit for a URL where there is one
    unsigned interface = 0; ///< its index
};

/// The client's own address: of the datagram, or as its nearest relay names it.
[[nodiscard]] IpAddress dhcp6_client_address(const protocol::dhcp6::Message& message, const IpAddress& source);
/// The MAC inside of fe80::/64 made of one.
[[nodiscard]] std::optional<MacAddress> mac_of_link_local(const IpAddress& address);

/// The MAC of the DUID, else as a relay saw it, else of the link-local address, else as the neighbour table has it.
/// Lifetime  views into `message`.
[[nodiscard]] Asker dhcp6_asker(const protocol::dhcp6::Message& message, const Dhcp6Way& way, std::uint16_t listener,
                                const NeighbourLookup& neighbours);

} // namespace offhook::server
