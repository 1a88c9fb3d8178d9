#pragma once
/// @file  UDP sockets of the TFTP listener: how they are opened, and who is at the other end of a datagram.
#include "base/ip_address.hpp"
#include "base/random.hpp"
#include "base/result.hpp"
#include "net/owned_fd.hpp"
#include "server/listen/tftp_options.hpp"

#include <boost/asio/ip/udp.hpp>
#include <cstdint>
#include <netinet/in.h>
#include <optional>
#include <string>
#include <sys/socket.h>
#include <vector>

namespace offhook::server {

/// Who sent a datagram, and which address of ours it was sent to: answers leave from there.
struct TftpPeer {
    sockaddr_in6 name{}; ///< holds a sockaddr_in for IPv4
    IpAddress address;
    std::uint16_t port = 0;
    std::optional<in_pktinfo> local_v4; ///< on a socket bound to every address
    std::optional<in6_pktinfo> local_v6;

    /// Ours, that the datagram came to; nullopt on a socket bound to one.
    [[nodiscard]] std::optional<IpAddress> local() const;
    [[nodiscard]] socklen_t name_bytes() const {
        return name.sin6_family == AF_INET ? sizeof(sockaddr_in) : sizeof(sockaddr_in6);
    }
};

/// Reads the peer of a received message. nullopt: sent to a broadcast or multicast address, so not to us alone.
[[nodiscard]] std::optional<TftpPeer> peer_of(const msghdr& message);

/// Room for the control messages of one datagram, either way.
inline constexpr std::size_t tftp_control_bytes = 96;
/// Adds what makes the datagram leave from where the peer's came to, and says how many bytes of `control` that took.
std::size_t put_local_address(const TftpPeer& peer, char* control);

/// What a datagram to that peer carries of a block without being cut up. Asks the kernel's route.
[[nodiscard]] std::uint32_t path_block_bytes(const TftpPeer& peer);

/// A loop's share.
struct TftpSockets {
    net::OwnedFd requests;
    std::vector<net::OwnedFd> transfers; ///< empty: TftpOptions::Ports::the_listeners
};

struct TftpSocketSet {
    boost::asio::ip::udp::endpoint bound;
    std::vector<TftpSockets> loops;
};

/// Errors: unavailable, with the address, when it is in use or not ours, or when the port range has no room;
/// forbidden for a port below 1024 without the right.
[[nodiscard]] Result<TftpSocketSet> open_tftp_sockets(const boost::asio::ip::udp::endpoint& at, std::size_t loops,
                                                      const TftpOptions& options, Random& random);

[[nodiscard]] std::string to_text(const boost::asio::ip::udp::endpoint& endpoint);

} // namespace offhook::server
