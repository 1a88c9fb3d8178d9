#include "phone/network/discovery_socket.hpp"

#include "net/as_result.hpp"
#include "net/deadline.hpp"
#include "phone/network/interface_address.hpp"
#include "phone/network/limits.hpp"
#include "protocol/dhcp4/message.hpp"
#include "protocol/dhcp6/message.hpp"

#include <arpa/inet.h>
#include <array>
#include <cerrno>
#include <cstring>
#include <fmt/format.h>
#include <linux/filter.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <netinet/in.h>
#include <sys/socket.h>

namespace offhook::phone {

namespace asio = boost::asio;

namespace {

constexpr std::uint16_t sip_port = 5060;
constexpr IpAddress pnp_group = IpAddress::v4(0xe000'014b); // 224.0.1.75
constexpr const char* dhcp6_group = "ff02::1:2";

template <class T>
std::string as_bytes(const T& value) {
    return {reinterpret_cast<const char*>(&value), sizeof value};
}
template <class T>
const sockaddr* as_sockaddr(const T& value) {
    return reinterpret_cast<const sockaddr*>(&value);
}

sockaddr_in endpoint4(const IpAddress& address, std::uint16_t port) {
    sockaddr_in out{};
    out.sin_family = AF_INET;
    out.sin_port = htons(port);
    out.sin_addr.s_addr = htonl(v4_number(address));
    return out;
}

sockaddr_in6 endpoint6(const IpAddress& address, std::uint16_t port) {
    sockaddr_in6 out{};
    out.sin6_family = AF_INET6;
    out.sin6_port = htons(port);
    std::memcpy(&out.sin6_addr, address.bytes().data(), sizeof out.sin6_addr);
    return out;
}

template <class T>
bool set_option(int fd, int level, int name, const T& value) {
    return ::setsockopt(fd, level, name, &value, sizeof value) == 0;
}
bool bind_to_device(int fd, const std::string& interface) {
    return ::setsockopt(fd, SOL_SOCKET, SO_BINDTODEVICE, interface.c_str(),
                        static_cast<socklen_t>(interface.size() + 1)) == 0;
}

net::OwnedFd open_fd(int family, int type, int protocol = 0) {
    return net::OwnedFd(::socket(family, type | SOCK_CLOEXEC | SOCK_NONBLOCK, protocol));
}

tl::unexpected<Error> failed(std::string_view what) {
    const int error = errno;
    const bool is_right = error == EPERM || error == EACCES;
    return fail(is_right ? ErrorCode::forbidden : ErrorCode::unavailable,
                fmt::format("{}: {}", what, std::strerror(error)));
}

bool attach(int fd, sock_filter* code, unsigned short count) {
    const sock_fprog program{count, code};
    return set_option(fd, SOL_SOCKET, SO_ATTACH_FILTER, program);
}

/// UDP, no later fragment, destination port 68.
bool hear_dhcp4_only(int fd) {
    std::array<sock_filter, 9> code{{
        {BPF_LD | BPF_B | BPF_ABS, 0, 0, 9},
        {BPF_JMP | BPF_JEQ | BPF_K, 0, 5, IPPROTO_UDP},
        {BPF_LD | BPF_H | BPF_ABS, 0, 0, 6},
        {BPF_JMP | BPF_JSET | BPF_K, 3, 0, 0x1fff},
        {BPF_LDX | BPF_B | BPF_MSH, 0, 0, 0},
        {BPF_LD | BPF_H | BPF_IND, 0, 0, 2},
        {BPF_JMP | BPF_JEQ | BPF_K, 1, 0, protocol::dhcp4::client_port},
        {BPF_RET | BPF_K, 0, 0, 0},
        {BPF_RET | BPF_K, 0, 0, 0xffff},
    }};
    return attach(fd, code.data(), code.size());
}

/// A socket on port 68 that takes nothing: it is there, so the kernel refuses nobody.
net::OwnedFd hold_dhcp4_port(const std::string& interface) {
    auto fd = open_fd(AF_INET, SOCK_DGRAM);
    if (!fd) return {};
    std::array<sock_filter, 1> nothing{{{BPF_RET | BPF_K, 0, 0, 0}}};
    const auto any = endpoint4(IpAddress::v4(0), protocol::dhcp4::client_port);
    if (!attach(fd.get(), nothing.data(), nothing.size()) || !bind_to_device(fd.get(), interface) ||
        ::bind(fd.get(), as_sockaddr(any), sizeof any) != 0)
        return {};
    return fd;
}

asio::awaitable<void> until_readable(asio::posix::stream_descriptor& descriptor) {
    (void)co_await descriptor.async_wait(asio::posix::stream_descriptor::wait_read, net::as_result);
}

} // namespace

DiscoverySocket::DiscoverySocket(const asio::any_io_executor& executor, net::OwnedFd fd, std::string destination)
    : descriptor_(executor, fd.release()), destination_(std::move(destination)),
      buffer_(limits::discovery_datagram_bytes_max, '\0') {}

Result<DiscoverySocket> DiscoverySocket::open_dhcp4(const asio::any_io_executor& executor, const std::string& interface,
                                                    unsigned index) {
    auto fd = open_fd(AF_PACKET, SOCK_DGRAM); // of no protocol yet: nothing comes in before the filter stands
    if (!fd || !hear_dhcp4_only(fd.get())) return failed("DHCP needs a packet socket");
    sockaddr_ll place{};
    place.sll_family = AF_PACKET;
    place.sll_protocol = htons(ETH_P_IP);
    place.sll_ifindex = static_cast<int>(index);
    if (::bind(fd.get(), as_sockaddr(place), sizeof place) != 0) return failed("DHCP cannot listen on its interface");
    place.sll_halen = 6;
    std::memset(place.sll_addr, 0xff, 6);
    DiscoverySocket out(executor, std::move(fd), as_bytes(place));
    out.holder_ = hold_dhcp4_port(interface);
    out.own_port_ = protocol::dhcp4::client_port;
    return out;
}

Result<DiscoverySocket> DiscoverySocket::open_dhcp6(const asio::any_io_executor& executor, const std::string& interface,
                                                    unsigned index) {
    auto fd = open_fd(AF_INET6, SOCK_DGRAM);
    if (!fd) return failed("DHCPv6 needs IPv6");
    const auto any = endpoint6(IpAddress{}, protocol::dhcp6::client_port);
    if (!set_option(fd.get(), IPPROTO_IPV6, IPV6_V6ONLY, 1) || !bind_to_device(fd.get(), interface) ||
        !set_option(fd.get(), IPPROTO_IPV6, IPV6_MULTICAST_IF, static_cast<int>(index)) ||
        ::bind(fd.get(), as_sockaddr(any), sizeof any) != 0)
        return failed("DHCPv6 cannot use port 546");
    auto group = endpoint6(*IpAddress::from_text(dhcp6_group), protocol::dhcp6::server_port);
    group.sin6_scope_id = index;
    DiscoverySocket out(executor, std::move(fd), as_bytes(group));
    out.own_port_ = protocol::dhcp6::client_port;
    return out;
}

Result<DiscoverySocket> DiscoverySocket::open_pnp(const asio::any_io_executor& executor, const IpAddress& own,
                                                  unsigned index, std::uint16_t port) {
    auto fd = open_fd(AF_INET, SOCK_DGRAM);
    if (!fd) return failed("no UDP socket");
    ip_mreqn way{};
    way.imr_address.s_addr = htonl(v4_number(own));
    way.imr_ifindex = static_cast<int>(index);
    if (!set_option(fd.get(), IPPROTO_IP, IP_MULTICAST_IF, way) ||
        !set_option(fd.get(), IPPROTO_IP, IP_MULTICAST_TTL, 1) ||
        !set_option(fd.get(), IPPROTO_IP, IP_MULTICAST_LOOP, 1)) // a server may run beside the phone
        return failed(fmt::format("no multicast from {}", own.text()));
    auto place = endpoint4(own, port);
    if (::bind(fd.get(), as_sockaddr(place), sizeof place) != 0) {
        if (port == 0 || (errno != EADDRINUSE && errno != EACCES))
            return failed(fmt::format("{} is no address of the phone", own.text()));
        place.sin_port = 0;
        if (::bind(fd.get(), as_sockaddr(place), sizeof place) != 0) return failed("no UDP port is free");
    }
    socklen_t bytes = sizeof place;
    if (::getsockname(fd.get(), reinterpret_cast<sockaddr*>(&place), &bytes) != 0) return failed("no UDP port");
    DiscoverySocket out(executor, std::move(fd), as_bytes(endpoint4(pnp_group, sip_port)));
    out.own_port_ = ntohs(place.sin_port);
    return out;
}

void DiscoverySocket::send(std::string_view bytes) {
    (void)::sendto(descriptor_.native_handle(), bytes.data(), bytes.size(), 0,
                   reinterpret_cast<const sockaddr*>(destination_.data()), static_cast<socklen_t>(destination_.size()));
}

void DiscoverySocket::send_to(std::string_view bytes, const IpAddress& address, std::uint16_t port) {
    const auto to = address.is_v4() ? as_bytes(endpoint4(address, port)) : as_bytes(endpoint6(address, port));
    (void)::sendto(descriptor_.native_handle(), bytes.data(), bytes.size(), 0,
                   reinterpret_cast<const sockaddr*>(to.data()), static_cast<socklen_t>(to.size()));
}

std::optional<DiscoverySocket::Arrival> DiscoverySocket::receive() {
    sockaddr_storage from{};
    socklen_t from_bytes = sizeof from;
    const auto got = ::recvfrom(descriptor_.native_handle(), buffer_.data(), buffer_.size(), 0,
                                reinterpret_cast<sockaddr*>(&from), &from_bytes);
    if (got < 0) return std::nullopt;
    Arrival out{std::string_view(buffer_.data(), static_cast<std::size_t>(got)), IpAddress{}, 0};
    if (from.ss_family == AF_INET) {
        sockaddr_in v4{};
        std::memcpy(&v4, &from, sizeof v4);
        out.source = IpAddress::v4(ntohl(v4.sin_addr.s_addr));
        out.source_port = ntohs(v4.sin_port);
    } else if (from.ss_family == AF_INET6) {
        sockaddr_in6 v6{};
        std::memcpy(&v6, &from, sizeof v6);
        std::array<std::uint8_t, 16> bytes{};
        std::memcpy(bytes.data(), &v6.sin6_addr, bytes.size());
        out.source = IpAddress(bytes);
        out.source_port = ntohs(v6.sin6_port);
    }
    return out;
}

asio::awaitable<void> DiscoverySocket::wait(std::chrono::milliseconds time) {
    auto readable = until_readable(descriptor_);
    (void)co_await net::with_deadline(std::move(readable), time);
}

std::optional<IpAddress> own_address_towards_pnp() {
    const auto fd = open_fd(AF_INET, SOCK_DGRAM);
    const auto group = endpoint4(pnp_group, sip_port);
    sockaddr_in own{};
    socklen_t bytes = sizeof own;
    if (!fd || ::connect(fd.get(), as_sockaddr(group), sizeof group) != 0 ||
        ::getsockname(fd.get(), reinterpret_cast<sockaddr*>(&own), &bytes) != 0)
        return std::nullopt;
    return IpAddress::v4(ntohl(own.sin_addr.s_addr));
}

} // namespace offhook::phone
