#pragma once
/// @file  The other end of a connection, from the kernel's form to ours.
#include "base/ip_address.hpp"

#include <array>
#include <cstdint>
#include <cstring>
#include <netinet/in.h>
#include <sys/socket.h>

namespace offhook::server {

struct PeerAddress {
    IpAddress address;
    std::uint16_t port = 0;
};

/// `::` and 0 for a family that is neither.
[[nodiscard]] inline PeerAddress peer_of(const sockaddr_storage& address) {
    PeerAddress peer;
    if (address.ss_family == AF_INET) {
        sockaddr_in v4{};
        std::memcpy(&v4, &address, sizeof v4);
        peer.address = IpAddress::v4(ntohl(v4.sin_addr.s_addr));
        peer.port = ntohs(v4.sin_port);
    } else if (address.ss_family == AF_INET6) {
        sockaddr_in6 v6{};
        std::memcpy(&v6, &address, sizeof v6);
        std::array<std::uint8_t, 16> bytes{};
        std::memcpy(bytes.data(), &v6.sin6_addr, bytes.size());
        peer.address = IpAddress(bytes);
        peer.port = ntohs(v6.sin6_port);
    }
    return peer;
}

/// Our own end of a connection: `::` and 0 when it is gone already.
[[nodiscard]] inline PeerAddress local_of(int connection) {
    sockaddr_storage address{};
    socklen_t bytes = sizeof address;
    if (::getsockname(connection, reinterpret_cast<sockaddr*>(&address), &bytes) != 0) return {};
    return peer_of(address);
}

} // namespace offhook::server
