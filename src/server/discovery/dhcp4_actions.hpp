#pragma once
/// @file  What goes into the DHCPv4 server's machine and what comes out: plain values, no socket.
#include "catalogue/lease.hpp"
#include "protocol/dhcp4/message.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace offhook::server {

/// Where a datagram came from.
struct Dhcp4Place {
    IpAddress source;            ///< of the packet; 0.0.0.0 before a lease
    std::uint16_t port = 0;      ///< of the source
    std::uint32_t interface = 0; ///< index of the one that it came in by
    IpAddress local;             ///< ours there, which answers leave from
};

struct Dhcp4Request {
    protocol::dhcp4::Message message;
    Dhcp4Place place;
};

struct Dhcp4Send {
    std::string bytes;
    IpAddress to; ///< may be 255.255.255.255
    std::uint16_t port = 0;
    std::uint32_t interface = 0; ///< 0: the route decides
    IpAddress from;
};

struct Dhcp4Write {
    catalogue::Lease lease;
    std::uint64_t ticket = 0; ///< for lease_stored(); 0: nobody waits for it
};

/// To find out whether somebody has that address.
struct Dhcp4Probe {
    IpAddress address;
    std::uint32_t interface = 0;
    enum class By : std::uint8_t { arp, echo } by = By::arp; ///< on the link, or behind a relay
};

/// In the order that they are to be done: writes and probes first.
struct Dhcp4Actions {
    std::vector<Dhcp4Write> writes;
    std::vector<Dhcp4Probe> probes;
    std::vector<Dhcp4Send> sends;

    void clear() { writes.clear(), probes.clear(), sends.clear(); }
};

/// 67 and 68; a test has its own.
struct Dhcp4Ports {
    std::uint16_t server = protocol::dhcp4::server_port;
    std::uint16_t client = protocol::dhcp4::client_port;
};

/// What a relay may say inside of option 82. Source  RFC 3527, RFC 5107, RFC 8357.
enum class RelayCode : std::uint8_t { link_selection = 5, server_id_override = 11, source_port = 19 };
[[nodiscard]] std::optional<IpAddress> relay_address(const protocol::dhcp4::Message& message, RelayCode code);

/// Where a reply goes: the relay, the client's address, or everybody on the link. Source RFC 2131 4.1; a relay that
/// names its port in sub-option 19 is answered there (RFC 8357).
[[nodiscard]] Dhcp4Send addressed(const protocol::dhcp4::Message& reply, const Dhcp4Request& request,
                                  const Dhcp4Ports& ports);

} // namespace offhook::server
