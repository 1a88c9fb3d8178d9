#include "server/discovery/dhcp4_sockets.hpp"

#include "base/log.hpp"
#include "server/discovery/lease_table.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <bit>
#include <cerrno>
#include <cstring>
#include <ifaddrs.h>
#include <net/if.h>
#include <netinet/in.h>
#include <netpacket/packet.h>
#include <poll.h>
#include <sys/socket.h>

namespace offhook::server {

namespace dhcp4 = protocol::dhcp4;

namespace {

constexpr std::size_t control_bytes = CMSG_SPACE(sizeof(in_pktinfo));
constexpr int buffer_bytes = 1 << 20; // a building of phones after a power cut
const IpAddress broadcast = IpAddress::v4(0xffffffff);

sockaddr_in name_of(const IpAddress& address, std::uint16_t port) {
    sockaddr_in out{};
    out.sin_family = AF_INET;
    out.sin_port = htons(port);
    out.sin_addr.s_addr = htonl(v4_number(address));
    return out;
}

IpAddress address_of(const in_addr& address) { return IpAddress::v4(ntohl(address.s_addr)); }

tl::unexpected<Error> refusal(std::string_view what, const IpAddress& address, std::uint16_t port) {
    const int error = errno;
    const auto code = error == EACCES || error == EPERM ? ErrorCode::forbidden : ErrorCode::unavailable;
    const std::string_view advice = error == EADDRINUSE
                                        ? "; another DHCP server has it (dnsmasq shares it with bind-dynamic or "
                                          "bind-interfaces)"
                                    : error == EACCES ? "; ports below 1024 need CAP_NET_BIND_SERVICE"
                                                      : "";
    return fail(code,
                fmt::format("cannot {} udp {}:{}: {}{}", what, address.text(), port, std::strerror(error), advice));
}

bool set(int fd, int level, int name, int value) { return ::setsockopt(fd, level, name, &value, sizeof value) == 0; }

Result<net::OwnedFd> bind_to(const IpAddress& address, std::uint16_t port, const Dhcp4Interface& interface) {
    net::OwnedFd fd(::socket(AF_INET, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, IPPROTO_UDP));
    if (!fd || !set(fd.get(), SOL_SOCKET, SO_REUSEADDR, 1) || !set(fd.get(), SOL_SOCKET, SO_BROADCAST, 1) ||
        !set(fd.get(), IPPROTO_IP, IP_PKTINFO, 1))
        return refusal("set up a socket for", address, port);
    if (!interface.name.empty() && ::setsockopt(fd.get(), SOL_SOCKET, SO_BINDTODEVICE, interface.name.c_str(),
                                                static_cast<socklen_t>(interface.name.size() + 1)) != 0)
        return refusal("take the interface " + interface.name + " for", address, port);
    (void)set(fd.get(), SOL_SOCKET, SO_RCVBUF, buffer_bytes);
    (void)set(fd.get(), SOL_SOCKET, SO_SNDBUF, buffer_bytes);
    const sockaddr_in name = name_of(address, port);
    if (::bind(fd.get(), reinterpret_cast<const sockaddr*>(&name), sizeof name) != 0)
        return refusal("bind", address, port);
    return fd;
}

std::uint16_t port_of(int fd) {
    sockaddr_in name{};
    socklen_t bytes = sizeof name;
    if (::getsockname(fd, reinterpret_cast<sockaddr*>(&name), &bytes) != 0) return 0;
    return ntohs(name.sin_port);
}

} // namespace

Result<Dhcp4Interface> interface_with(const IpAddress& address) {
    ifaddrs* list = nullptr;
    if (::getifaddrs(&list) != 0) return fail(ErrorCode::unavailable, "the interfaces cannot be listed");
    const std::unique_ptr<ifaddrs, void (*)(ifaddrs*)> owner(list, ::freeifaddrs);
    Dhcp4Interface out;
    const auto in_loopback = [&] { return v4_number(address) >> 24U == 127; };
    for (const ifaddrs* at = list; at != nullptr; at = at->ifa_next) {
        if (at->ifa_addr == nullptr || at->ifa_addr->sa_family != AF_INET) continue;
        sockaddr_in name{};
        std::memcpy(&name, at->ifa_addr, sizeof name);
        const bool is_loopback = (at->ifa_flags & IFF_LOOPBACK) != 0;
        if (address_of(name.sin_addr) != address && !(is_loopback && in_loopback())) continue;
        out.name = at->ifa_name;
        if (const auto colon = out.name.find(':'); colon != std::string::npos) out.name.resize(colon); // an alias
        out.is_loopback = is_loopback;
        break;
    }
    if (out.name.empty())
        return fail(ErrorCode::unavailable, fmt::format("no interface has the address {}", address.text()));
    out.index = ::if_nametoindex(out.name.c_str());
    for (const ifaddrs* at = list; at != nullptr; at = at->ifa_next) {
        if (at->ifa_addr == nullptr || at->ifa_addr->sa_family != AF_PACKET || out.name != at->ifa_name) continue;
        sockaddr_ll link{};
        std::memcpy(&link, at->ifa_addr, sizeof link);
        std::uint64_t bits = 0;
        for (std::size_t i = 0; i < 6; ++i) bits = bits << 8U | link.sll_addr[i];
        out.mac = MacAddress(bits);
    }
    return out;
}

std::vector<Network> networks_of(const std::string& interface) {
    std::vector<Network> out;
    ifaddrs* list = nullptr;
    if (::getifaddrs(&list) != 0) return out;
    const std::unique_ptr<ifaddrs, void (*)(ifaddrs*)> owner(list, ::freeifaddrs);
    for (const ifaddrs* at = list; at != nullptr; at = at->ifa_next) {
        if (at->ifa_addr == nullptr || at->ifa_netmask == nullptr || at->ifa_addr->sa_family != AF_INET) continue;
        const std::string_view whole = at->ifa_name; // an alias is eth0:1
        if (!interface.empty() && interface != whole.substr(0, whole.find(':'))) continue;
        sockaddr_in name{}, mask{};
        std::memcpy(&name, at->ifa_addr, sizeof name);
        std::memcpy(&mask, at->ifa_netmask, sizeof mask);
        const std::uint32_t bits = ntohl(mask.sin_addr.s_addr);
        const auto first = IpAddress::v4(ntohl(name.sin_addr.s_addr) & bits);
        if (const auto network = Network::from_text(fmt::format("{}/{}", first.text(), std::popcount(bits))))
            out.push_back(*network);
    }
    return out;
}

Result<Dhcp4Sockets> open_dhcp4_sockets(const boost::asio::ip::udp::endpoint& at) {
    if (!at.address().is_v4()) return fail(ErrorCode::invalid, "DHCPv4 is served at an IPv4 address");
    Dhcp4Sockets out;
    out.address = IpAddress::v4(at.address().to_v4().to_uint());
    const IpAddress anybody = IpAddress::v4(0);
    if (out.address != anybody) {
        auto interface = interface_with(out.address);
        if (!interface) return tl::unexpected(interface.error());
        out.interface = std::move(*interface);
    }
    out.links = networks_of(out.interface.name);
    // Loopback has no broadcasts, and lets several share a port by their addresses.
    const IpAddress bound = out.interface.is_loopback ? out.address : anybody;
    auto requests = bind_to(bound, at.port(), out.interface);
    if (!requests && errno == EADDRINUSE && bound == anybody) {
        requests = bind_to(broadcast, at.port(), out.interface);
        if (requests) {
            out.hears_broadcasts_alone = true;
            log::warning("DHCP4_BROADCASTS_ONLY",
                         "another server has udp port {} for itself{}; broadcasts are heard, but no message sent to "
                         "this machine's own address: renewals, releases and DHCPINFORM that know their server, and "
                         "everything from relays",
                         at.port(), out.interface.name.empty() ? "" : " on " + out.interface.name);
        }
    }
    if (!requests) return tl::unexpected(requests.error());
    out.requests = std::move(*requests);
    out.ports.server = port_of(out.requests.get());
    out.ports.client = static_cast<std::uint16_t>(out.ports.server + 1);
    if (!out.interface.is_loopback) {
        auto replies = bind_to(broadcast, out.ports.client, out.interface);
        if (replies)
            out.replies = std::move(*replies);
        else
            log::warning("DHCP4_REPLIES_NOT_HEARD", "what other servers tell phones is not heard: {}",
                         replies.error().text());
    }
    return out;
}

namespace {

/// Our own question came back to us, as a broadcast does, and clients that asked meanwhile have given up.
void forget_what_waits(int fd) {
    char byte = 0;
    constexpr int most = 10'000;
    for (int i = 0; i < most && ::recv(fd, &byte, 1, MSG_DONTWAIT) >= 0; ++i) {
    }
}

} // namespace

Result<std::optional<IpAddress>> find_other_server(const Dhcp4Sockets& sockets, const Clock& clock, std::uint32_t xid,
                                                   std::chrono::milliseconds wait) {
    if (sockets.interface.is_loopback) return std::nullopt;
    if (!sockets.replies)
        return fail(
            ErrorCode::unavailable,
            fmt::format("whether another DHCP server gives out addresses on {} cannot be found out: udp port {} "
                        "is taken, by this machine's DHCP client perhaps. Free it, or set beside_others = true "
                        "if no other server is there",
                        sockets.interface.name, sockets.ports.client));
    dhcp4::Message discover;
    discover.set_type(dhcp4::Type::discover);
    discover.xid = xid;
    discover.broadcast = true;
    discover.set_mac(sockets.interface.mac);
    Dhcp4Send send;
    discover.write(send.bytes);
    send.bytes.resize(std::max(send.bytes.size(), dhcp4::reply_bytes_least), '\0'); // as BOOTP clients pad
    send.to = broadcast, send.port = sockets.ports.server;
    send.interface = sockets.interface.index, send.from = sockets.address;
    const std::vector<Dhcp4Send> sends{send};
    const auto end = clock.instant() + wait;
    Dhcp4Inbox inbox;
    for (auto next = clock.instant(); clock.instant() < end;) {
        if (next <= clock.instant()) {
            send_all(sockets.replies.get(), sends);
            next += std::chrono::milliseconds(1500);
        }
        pollfd ready{sockets.replies.get(), POLLIN, 0};
        (void)::poll(&ready, 1, 100);
        const std::size_t count = inbox.receive(sockets.replies.get(), sockets.address);
        for (std::size_t i = 0; i < count; ++i) {
            dhcp4::Message reply;
            if (reply.read(inbox.datagram(i)) != dhcp4::MessageError::none || reply.xid != xid ||
                reply.type() != dhcp4::Type::offer)
                continue;
            return reply.address(dhcp4::server_id).value_or(inbox.place(i).source);
        }
    }
    forget_what_waits(sockets.requests.get());
    return std::nullopt;
}

struct Dhcp4Inbox::Buffers {
    static constexpr std::size_t stride = dhcp4::datagram_bytes_max + 1; // one more shows that there was more
    std::array<char, batch_max * stride> bytes;
    std::array<mmsghdr, batch_max> headers{};
    std::array<iovec, batch_max> pieces{};
    std::array<sockaddr_in, batch_max> names{};
    alignas(cmsghdr) std::array<std::array<char, control_bytes>, batch_max> controls{};
};

Dhcp4Inbox::Dhcp4Inbox() : buffers_(std::make_unique<Buffers>()), places_(batch_max) {}
Dhcp4Inbox::~Dhcp4Inbox() = default;

std::size_t Dhcp4Inbox::receive(int fd, const IpAddress& own) {
    Buffers& b = *buffers_;
    for (std::size_t i = 0; i < batch_max; ++i) {
        b.pieces[i] = {b.bytes.data() + i * Buffers::stride, Buffers::stride};
        b.headers[i].msg_hdr = {
            &b.names[i], sizeof(sockaddr_in), &b.pieces[i], 1, b.controls[i].data(), control_bytes, 0};
    }
    const int count = ::recvmmsg(fd, b.headers.data(), batch_max, MSG_DONTWAIT, nullptr);
    if (count <= 0) return 0;
    for (std::size_t i = 0; i < static_cast<std::size_t>(count); ++i) {
        Dhcp4Place& place = places_[i];
        place = {address_of(b.names[i].sin_addr), ntohs(b.names[i].sin_port), 0, own};
        msghdr& header = b.headers[i].msg_hdr;
        for (auto* control = CMSG_FIRSTHDR(&header); control != nullptr; control = CMSG_NXTHDR(&header, control)) {
            if (control->cmsg_level != IPPROTO_IP || control->cmsg_type != IP_PKTINFO) continue;
            in_pktinfo info{};
            std::memcpy(&info, CMSG_DATA(control), sizeof info);
            place.interface = static_cast<std::uint32_t>(info.ipi_ifindex);
            const bool is_unicast = info.ipi_addr.s_addr == info.ipi_spec_dst.s_addr;
            if (is_unicast || own == IpAddress::v4(0)) place.local = address_of(info.ipi_spec_dst);
        }
    }
    return static_cast<std::size_t>(count);
}

std::string_view Dhcp4Inbox::datagram(std::size_t i) const {
    return {buffers_->bytes.data() + i * Buffers::stride, buffers_->headers[i].msg_len};
}

void send_all(int fd, const std::vector<Dhcp4Send>& sends) {
    constexpr std::size_t batch = Dhcp4Inbox::batch_max;
    for (std::size_t first = 0; first < sends.size(); first += batch) {
        const std::size_t count = std::min(batch, sends.size() - first);
        std::array<mmsghdr, batch> headers{};
        std::array<iovec, batch> pieces{};
        std::array<sockaddr_in, batch> names{};
        alignas(cmsghdr) std::array<std::array<char, control_bytes>, batch> controls{};
        for (std::size_t i = 0; i < count; ++i) {
            const Dhcp4Send& send = sends[first + i];
            names[i] = name_of(send.to, send.port);
            pieces[i] = {const_cast<char*>(send.bytes.data()), send.bytes.size()}; // sendmmsg takes no const
            msghdr& header = headers[i].msg_hdr;
            header = {&names[i], sizeof(sockaddr_in), &pieces[i], 1, controls[i].data(), control_bytes, 0};
            cmsghdr* control = CMSG_FIRSTHDR(&header);
            control->cmsg_level = IPPROTO_IP, control->cmsg_type = IP_PKTINFO;
            control->cmsg_len = CMSG_LEN(sizeof(in_pktinfo));
            in_pktinfo info{};
            info.ipi_ifindex = static_cast<int>(send.interface);
            info.ipi_spec_dst.s_addr = htonl(v4_number(send.from));
            std::memcpy(CMSG_DATA(control), &info, sizeof info);
        }
        for (std::size_t sent = 0; sent < count;) { // one that cannot be sent does not hold up the others
            const int done = ::sendmmsg(fd, headers.data() + sent, static_cast<unsigned>(count - sent), MSG_DONTWAIT);
            sent += done > 0 ? static_cast<std::size_t>(done) : 1;
        }
    }
}

} // namespace offhook::server
