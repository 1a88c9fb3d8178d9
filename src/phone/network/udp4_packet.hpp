#pragma once
/// @file  Udp4Packet: an IPv4 packet with UDP in it, built and read by hand.
///
/// A phone without an address must send from 0.0.0.0 and hear what is sent to an address that is not its own yet; UDP
/// sockets do neither for certain, so DHCP travels on a packet socket.
/// Checksums are written, but not read: a virtual network leaves them to a card that is not there.
/// Source   RFC 791, RFC 768, RFC 1071.
#include "base/ip_address.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace offhook::phone {

struct Udp4Packet {
    IpAddress source, destination;
    std::uint16_t source_port = 0, destination_port = 0;
    std::string_view payload;
};

/// Requires: payload <= 65507 bytes.
[[nodiscard]] std::string to_bytes(const Udp4Packet& packet);
/// nullopt: no whole packet of UDP over IPv4, or a fragment. Lifetime: payload views into `bytes`.
[[nodiscard]] std::optional<Udp4Packet> read_udp4_packet(std::string_view bytes);

} // namespace offhook::phone
