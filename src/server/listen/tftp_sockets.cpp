#include "server/listen/tftp_sockets.hpp"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <fmt/format.h>

namespace offhook::server {
namespace {

using Endpoint = boost::asio::ip::udp::endpoint;
enum class Sharing : std::uint8_t { alone, with_our_own };

constexpr int buffer_bytes = 4 << 20; // a window to each of many phones; the kernel cuts it to net.core.rmem_max
constexpr int port_attempts = 200;    // of a range, at random, before it counts as full

tl::unexpected<Error> refusal(std::string_view what, const Endpoint& at) {
    const int error = errno;
    const auto code = error == EACCES || error == EPERM ? ErrorCode::forbidden : ErrorCode::unavailable;
    const std::string_view advice = error == EADDRINUSE      ? "; another server has it"
                                    : error == EADDRNOTAVAIL ? "; this machine has no such address"
                                    : error == EINVAL && at.address().is_v6()
                                        ? "; a link-local address wants its interface: listen on [::]"
                                    : error == EACCES ? "; ports below 1024 need CAP_NET_BIND_SERVICE"
                                                      : "";
    return fail(code, fmt::format("cannot {} udp {}: {}{}", what, to_text(at), std::strerror(error), advice));
}

bool set(int fd, int level, int name, int value) { return ::setsockopt(fd, level, name, &value, sizeof value) == 0; }

Result<net::OwnedFd> bind_to(const Endpoint& at, Sharing sharing) {
    net::OwnedFd fd(::socket(at.protocol().family(), SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, IPPROTO_UDP));
    if (!fd) return refusal("open a socket for", at);
    const bool v6 = at.address().is_v6();
    const bool everywhere = at.address().is_unspecified();
    if ((v6 && !set(fd.get(), IPPROTO_IPV6, IPV6_V6ONLY, 1)) ||
        (sharing == Sharing::with_our_own && !set(fd.get(), SOL_SOCKET, SO_REUSEPORT, 1)) ||
        (everywhere && v6 && !set(fd.get(), IPPROTO_IPV6, IPV6_RECVPKTINFO, 1)) ||
        (everywhere && !v6 && !set(fd.get(), IPPROTO_IP, IP_PKTINFO, 1)))
        return refusal("set up a socket for", at);
    (void)set(fd.get(), SOL_SOCKET, SO_RCVBUF, buffer_bytes);
    (void)set(fd.get(), SOL_SOCKET, SO_SNDBUF, buffer_bytes);
    if (::bind(fd.get(), at.data(), static_cast<socklen_t>(at.size())) != 0) return refusal("bind", at);
    return fd;
}

Result<Endpoint> bound_to(int fd, const Endpoint& asked) {
    Endpoint bound;
    auto length = static_cast<socklen_t>(bound.capacity());
    if (::getsockname(fd, bound.data(), &length) != 0) return refusal("read the port of", asked);
    bound.resize(length);
    return bound;
}

/// A socket of the pool: a port that nobody can foresee.
Result<net::OwnedFd> open_transfer_socket(const Endpoint& at, const TftpOptions& options, Random& random) {
    if (options.port_first == 0) return bind_to(Endpoint(at.address(), 0), Sharing::alone);
    const auto last = std::max(options.port_first, options.port_last);
    const auto count = static_cast<std::uint64_t>(last - options.port_first) + 1;
    Endpoint tried = at;
    const auto begin = random.below(count);
    const auto attempts = std::min<std::uint64_t>(count, port_attempts);
    for (std::uint64_t i = 0; i < attempts; ++i) {
        tried.port(static_cast<std::uint16_t>(options.port_first + (begin + i) % count));
        if (tried.port() == at.port()) continue;
        auto fd = bind_to(tried, Sharing::alone);
        if (fd || fd.error().code != ErrorCode::unavailable) return fd;
    }
    return fail(ErrorCode::unavailable, fmt::format("no port of {}-{} is free for TFTP transfers at {}",
                                                    options.port_first, last, at.address().to_string()));
}

/// A narrow range is shared out evenly: what one loop takes for comfort must not leave another with none.
std::size_t transfer_sockets_of_a_loop(const TftpOptions& options, std::size_t loops) {
    if (options.ports == TftpOptions::Ports::the_listeners) return 0;
    const auto wanted = std::clamp<std::size_t>(options.ports_per_loop, 1, 256);
    if (options.port_first == 0) return wanted;
    const std::size_t range = std::max(options.port_first, options.port_last) - options.port_first + std::size_t{1};
    return std::clamp<std::size_t>(range / loops, 1, wanted);
}

} // namespace

std::optional<TftpPeer> peer_of(const msghdr& message) {
    TftpPeer peer;
    std::memcpy(&peer.name, message.msg_name, std::min<std::size_t>(message.msg_namelen, sizeof peer.name));
    if (peer.name.sin6_family == AF_INET) {
        sockaddr_in v4{};
        std::memcpy(&v4, &peer.name, sizeof v4);
        peer.address = IpAddress::v4(ntohl(v4.sin_addr.s_addr));
        peer.port = ntohs(v4.sin_port);
    } else {
        std::array<std::uint8_t, 16> bytes{};
        std::memcpy(bytes.data(), &peer.name.sin6_addr, bytes.size());
        peer.address = IpAddress(bytes);
        peer.port = ntohs(peer.name.sin6_port);
    }
    auto& writable = const_cast<msghdr&>(message); // CMSG_NXTHDR takes no const
    for (auto* control = CMSG_FIRSTHDR(&writable); control != nullptr; control = CMSG_NXTHDR(&writable, control)) {
        if (control->cmsg_level == IPPROTO_IP && control->cmsg_type == IP_PKTINFO) {
            in_pktinfo info{};
            std::memcpy(&info, CMSG_DATA(control), sizeof info);
            // For a broadcast or multicast the kernel names the address that it would answer from instead.
            if (info.ipi_addr.s_addr != info.ipi_spec_dst.s_addr) return std::nullopt;
            info.ipi_ifindex = 0; // the route decides, as for any other answer
            peer.local_v4 = info;
        } else if (control->cmsg_level == IPPROTO_IPV6 && control->cmsg_type == IPV6_PKTINFO) {
            in6_pktinfo info{};
            std::memcpy(&info, CMSG_DATA(control), sizeof info);
            if (info.ipi6_addr.s6_addr[0] == 0xff) return std::nullopt;
            peer.local_v6 = info;
        }
    }
    return peer;
}

std::optional<IpAddress> TftpPeer::local() const {
    if (local_v4) return IpAddress::v4(ntohl(local_v4->ipi_addr.s_addr));
    if (!local_v6) return std::nullopt;
    std::array<std::uint8_t, 16> bytes{};
    std::memcpy(bytes.data(), &local_v6->ipi6_addr, bytes.size());
    return IpAddress(bytes);
}

std::size_t put_local_address(const TftpPeer& peer, char* control) {
    if (!peer.local_v4 && !peer.local_v6) return 0;
    cmsghdr header{};
    if (peer.local_v4) {
        header.cmsg_len = CMSG_LEN(sizeof(in_pktinfo));
        header.cmsg_level = IPPROTO_IP;
        header.cmsg_type = IP_PKTINFO;
        std::memcpy(control + CMSG_LEN(0), &*peer.local_v4, sizeof(in_pktinfo));
    } else {
        header.cmsg_len = CMSG_LEN(sizeof(in6_pktinfo));
        header.cmsg_level = IPPROTO_IPV6;
        header.cmsg_type = IPV6_PKTINFO;
        std::memcpy(control + CMSG_LEN(0), &*peer.local_v6, sizeof(in6_pktinfo));
    }
    std::memcpy(control, &header, sizeof header);
    return peer.local_v4 ? CMSG_SPACE(sizeof(in_pktinfo)) : CMSG_SPACE(sizeof(in6_pktinfo));
}

std::uint32_t path_block_bytes(const TftpPeer& peer) {
    namespace bounds = protocol::tftp::limits;
    const bool v4 = peer.name.sin6_family == AF_INET;
    const net::OwnedFd fd(::socket(peer.name.sin6_family, SOCK_DGRAM | SOCK_CLOEXEC, IPPROTO_UDP));
    int mtu = 0;
    socklen_t length = sizeof mtu;
    if (!fd || ::connect(fd.get(), reinterpret_cast<const sockaddr*>(&peer.name), peer.name_bytes()) != 0 ||
        ::getsockopt(fd.get(), v4 ? IPPROTO_IP : IPPROTO_IPV6, v4 ? IP_MTU : IPV6_MTU, &mtu, &length) != 0)
        return bounds::block_bytes_ethernet;
    const int headers = v4 ? 32 : 52; // IP, UDP and TFTP's own four bytes
    return static_cast<std::uint32_t>(std::max(mtu - headers, static_cast<int>(bounds::block_bytes_default)));
}

Result<TftpSocketSet> open_tftp_sockets(const Endpoint& at, std::size_t loops, const TftpOptions& options,
                                        Random& random) {
    TftpSocketSet out;
    out.bound = at;
    if (at.port() != 0) {
        // Under SO_REUSEPORT a second server would bind silently and take half of the requests.
        const auto probe = bind_to(at, Sharing::alone);
        if (!probe) return tl::unexpected(probe.error());
    }
    for (std::size_t i = 0; i < loops; ++i) {
        TftpSockets share;
        auto requests = bind_to(out.bound, Sharing::with_our_own);
        if (!requests) return tl::unexpected(requests.error());
        share.requests = std::move(*requests);
        if (out.bound.port() == 0) {
            const auto bound = bound_to(share.requests.get(), at);
            if (!bound) return tl::unexpected(bound.error());
            out.bound = *bound;
        }
        for (std::size_t n = 0; n < transfer_sockets_of_a_loop(options, loops); ++n) {
            auto socket = open_transfer_socket(out.bound, options, random);
            if (!socket && share.transfers.empty()) return tl::unexpected(socket.error());
            if (!socket) break; // a narrow range: fewer do as well
            share.transfers.push_back(std::move(*socket));
        }
        out.loops.push_back(std::move(share));
    }
    return out;
}

std::string to_text(const Endpoint& endpoint) {
    const auto address = endpoint.address().to_string();
    return endpoint.address().is_v6() ? fmt::format("[{}]:{}", address, endpoint.port())
                                      : fmt::format("{}:{}", address, endpoint.port());
}

} // namespace offhook::server
