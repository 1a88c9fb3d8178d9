#include "server/discovery/dhcp6_socket.hpp"

#include "server/discovery/link_addresses.hpp"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <fmt/format.h>
#include <net/if.h>

namespace offhook::server {
namespace {

using Endpoint = boost::asio::ip::udp::endpoint;

constexpr std::size_t batch_datagrams = 32;
constexpr std::size_t room_bytes = protocol::dhcp6::datagram_bytes_max + 1; // one more shows what is too long
constexpr std::size_t control_bytes = CMSG_SPACE(sizeof(in6_pktinfo));
constexpr int buffer_bytes = 4 << 20;
constexpr std::string_view groups[] = {"ff02::1:2", "ff05::1:3"};

std::string shown(const Endpoint& at) { return fmt::format("[{}]:{}", at.address().to_string(), at.port()); }

tl::unexpected<Error> refusal(std::string_view what, const Endpoint& at) {
    const int error = errno;
    const auto code = error == EACCES || error == EPERM ? ErrorCode::forbidden : ErrorCode::unavailable;
    const std::string_view advice = error == EADDRINUSE ? "; another server has it"
                                    : error == EACCES   ? "; ports below 1024 need CAP_NET_BIND_SERVICE"
                                                        : "";
    return fail(code, fmt::format("cannot {} udp {}: {}{}", what, shown(at), std::strerror(error), advice));
}

bool set(int fd, int level, int name, int value) { return ::setsockopt(fd, level, name, &value, sizeof value) == 0; }

IpAddress to_ip(const in6_addr& from) {
    std::array<std::uint8_t, 16> bytes{};
    std::memcpy(bytes.data(), &from, bytes.size());
    return IpAddress(bytes);
}

in6_addr to_in6(const IpAddress& from) {
    in6_addr out{};
    std::memcpy(&out, from.bytes().data(), sizeof out);
    return out;
}

bool is_link_local(const IpAddress& address) {
    return address.bytes()[0] == 0xfe && (address.bytes()[1] & 0xc0U) == 0x80;
}

bool join(int fd, unsigned interface) {
    for (const auto group : groups) {
        ipv6_mreq request{};
        request.ipv6mr_multiaddr = to_in6(*IpAddress::from_text(group));
        request.ipv6mr_interface = interface;
        if (::setsockopt(fd, IPPROTO_IPV6, IPV6_JOIN_GROUP, &request, sizeof request) != 0) return false;
    }
    return true;
}

/// The interfaces that an address stands for: none for loopback.
Result<std::vector<Link>> links_for(const Endpoint& at) {
    std::vector<Link> out;
    const auto asked = at.address().to_v6();
    if (asked.is_loopback()) return out;
    for (auto& link : read_links()) {
        if (asked.is_unspecified()) {
            if (link.kind == Link::Kind::multicast && link.link_local) out.push_back(std::move(link));
            continue;
        }
        const bool has_it = std::ranges::find(link.addresses, IpAddress(asked.to_bytes())) != link.addresses.end();
        if (has_it && (asked.scope_id() == 0 || asked.scope_id() == link.index)) out.push_back(std::move(link));
    }
    if (out.empty()) {
        const auto* why = asked.is_unspecified() ? "no interface has IPv6 and multicast" : "no interface has it";
        return fail(ErrorCode::unavailable, fmt::format("cannot listen on udp {}: {}", shown(at), why));
    }
    if (!asked.is_unspecified() && out.size() > 1)
        return fail(ErrorCode::invalid, fmt::format("udp {}: {} and {} both have it; say which as {}%{}", shown(at),
                                                    out[0].name, out[1].name, at.address().to_string(), out[0].name));
    return out;
}

} // namespace

struct Dhcp6Socket::Batch {
    std::array<std::array<char, room_bytes>, batch_datagrams> bytes;
    std::array<mmsghdr, batch_datagrams> headers{};
    std::array<iovec, batch_datagrams> pieces{};
    std::array<sockaddr_in6, batch_datagrams> names{};
    struct alignas(cmsghdr) Control {
        std::array<char, control_bytes> bytes{};
    };
    std::array<Control, batch_datagrams> controls{};

    mmsghdr& prepare(std::size_t i, char* bytes_at, std::size_t size) {
        pieces[i] = {bytes_at, size};
        auto& header = headers[i].msg_hdr;
        header = {};
        header.msg_name = &names[i];
        header.msg_namelen = sizeof names[i];
        header.msg_iov = &pieces[i];
        header.msg_iovlen = 1;
        header.msg_control = controls[i].bytes.data();
        header.msg_controllen = control_bytes;
        return headers[i];
    }
};

Dhcp6Socket::Dhcp6Socket(net::OwnedFd fd, const Endpoint& bound)
    : fd_(std::move(fd)), bound_(bound), batch_(std::make_unique<Batch>()) {}
Dhcp6Socket::~Dhcp6Socket() = default;
Dhcp6Socket::Dhcp6Socket(Dhcp6Socket&&) noexcept = default;

Result<Dhcp6Socket> Dhcp6Socket::open(const Endpoint& at) {
    if (!at.address().is_v6())
        return fail(ErrorCode::invalid, fmt::format("dhcp6 needs an IPv6 address, not {}", at.address().to_string()));
    const auto links = links_for(at);
    if (!links) return tl::unexpected(links.error());
    const bool is_one = links->size() == 1 && !at.address().is_unspecified();
    net::OwnedFd fd(::socket(AF_INET6, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, IPPROTO_UDP));
    if (!fd) return refusal("open a socket for", at);
    if (!set(fd.get(), IPPROTO_IPV6, IPV6_V6ONLY, 1) || !set(fd.get(), IPPROTO_IPV6, IPV6_RECVPKTINFO, 1) ||
        !set(fd.get(), IPPROTO_IPV6, IPV6_MULTICAST_ALL, 0) ||
        (at.port() != 0 && !set(fd.get(), SOL_SOCKET, SO_REUSEADDR, 1)))
        return refusal("set up a socket for", at);
    (void)set(fd.get(), SOL_SOCKET, SO_RCVBUF, buffer_bytes);
    if (is_one) {
        const auto& name = links->front().name;
        if (::setsockopt(fd.get(), SOL_SOCKET, SO_BINDTODEVICE, name.data(), static_cast<socklen_t>(name.size())) != 0)
            return refusal("bind to the interface of", at);
    }
    // Multicast comes to the group's address, so a socket bound to the interface's own would never hear it.
    const Endpoint name = links->empty() ? at : Endpoint(boost::asio::ip::udp::v6(), at.port());
    if (::bind(fd.get(), name.data(), static_cast<socklen_t>(name.size())) != 0) return refusal("bind", at);
    for (const auto& link : *links)
        if (!join(fd.get(), link.index)) return refusal("hear the clients at", at);
    sockaddr_in6 bound{};
    socklen_t length = sizeof bound;
    if (::getsockname(fd.get(), reinterpret_cast<sockaddr*>(&bound), &length) != 0)
        return refusal("read the port of", at);
    return Dhcp6Socket(std::move(fd), Endpoint(at.address(), ntohs(bound.sin6_port)));
}

std::vector<Dhcp6Socket::Heard> Dhcp6Socket::receive(bool& was_full) {
    auto& batch = *batch_;
    for (std::size_t i = 0; i < batch_datagrams; ++i) batch.prepare(i, batch.bytes[i].data(), room_bytes);
    const int count = ::recvmmsg(fd_.get(), batch.headers.data(), batch_datagrams, 0, nullptr);
    std::vector<Heard> out;
    was_full = count == static_cast<int>(batch_datagrams);
    for (int n = 0; n < count; ++n) {
        const auto i = static_cast<std::size_t>(n);
        auto& header = batch.headers[i].msg_hdr;
        const std::size_t size = batch.headers[i].msg_len;
        if (size == room_bytes) continue;
        Heard heard{
            {batch.bytes[i].data(), size}, to_ip(batch.names[i].sin6_addr), {}, ntohs(batch.names[i].sin6_port), 0};
        for (auto* control = CMSG_FIRSTHDR(&header); control != nullptr; control = CMSG_NXTHDR(&header, control)) {
            if (control->cmsg_level != IPPROTO_IPV6 || control->cmsg_type != IPV6_PKTINFO) continue;
            in6_pktinfo where{};
            std::memcpy(&where, CMSG_DATA(control), sizeof where);
            heard.destination = to_ip(where.ipi6_addr);
            heard.interface = where.ipi6_ifindex;
        }
        if (heard.interface != 0) out.push_back(heard);
    }
    return out;
}

void Dhcp6Socket::send(const std::vector<Leaving>& leaving) {
    auto& batch = *batch_;
    std::size_t count = 0;
    const auto flush = [&] {
        std::size_t sent = 0;
        while (sent < count) {
            const int taken =
                ::sendmmsg(fd_.get(), batch.headers.data() + sent, static_cast<unsigned>(count - sent), MSG_DONTWAIT);
            sent += taken > 0 ? static_cast<std::size_t>(taken) : 1; // one that cannot go holds up no other
        }
        count = 0;
    };
    for (const auto& [departure, from] : leaving) {
        auto* bytes = const_cast<char*>(departure.bytes.data()); // sendmmsg only reads it
        auto& header = batch.prepare(count, bytes, departure.bytes.size()).msg_hdr;
        auto& name = batch.names[count] = {};
        name.sin6_family = AF_INET6;
        name.sin6_port = htons(departure.port);
        name.sin6_addr = to_in6(departure.to);
        if (is_link_local(departure.to)) name.sin6_scope_id = departure.interface;
        in6_pktinfo where{};
        where.ipi6_ifindex = departure.interface;
        if (from) where.ipi6_addr = to_in6(*from);
        auto* control = CMSG_FIRSTHDR(&header);
        control->cmsg_level = IPPROTO_IPV6;
        control->cmsg_type = IPV6_PKTINFO;
        control->cmsg_len = CMSG_LEN(sizeof where);
        std::memcpy(CMSG_DATA(control), &where, sizeof where);
        if (++count == batch_datagrams) flush();
    }
    flush();
}

} // namespace offhook::server
