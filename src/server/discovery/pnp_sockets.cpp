#include "server/discovery/pnp_sockets.hpp"

#include "protocol/sip/limits.hpp"
#include "server/discovery/pnp_links.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <fmt/format.h>
#include <netinet/in.h>
#include <sys/socket.h>

namespace offhook::server {
namespace {

using Endpoint = boost::asio::ip::udp::endpoint;

constexpr std::uint32_t group_bits = 0xe0000000U + (1U << 8U) + 75U; // 224.0.1.75, sip.mcast.net
constexpr int buffer_bytes = 4 << 20; // a site that starts at once; the kernel cuts it to its own bound
constexpr std::size_t control_bytes = CMSG_SPACE(sizeof(in_pktinfo));

bool set(int fd, int level, int name, int value) { return ::setsockopt(fd, level, name, &value, sizeof value) == 0; }

tl::unexpected<Error> refusal(int error, std::string what, std::string_view advice) {
    const auto code = error == EACCES || error == EPERM ? ErrorCode::forbidden : ErrorCode::unavailable;
    return fail(code, fmt::format("cannot bind udp {}: {}{}", what, std::strerror(error), advice));
}

sockaddr_in name_of(std::uint32_t address, std::uint16_t port) {
    sockaddr_in out{};
    out.sin_family = AF_INET;
    out.sin_addr.s_addr = htonl(address);
    out.sin_port = htons(port);
    return out;
}

enum class Sharing : std::uint8_t { alone, with_others };

/// 0, or errno.
int open_bound(net::OwnedFd& out, std::uint32_t address, std::uint16_t& port, Sharing sharing) {
    out = net::OwnedFd(::socket(AF_INET, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, IPPROTO_UDP));
    if (!out || !set(out.get(), IPPROTO_IP, IP_PKTINFO, 1) || !set(out.get(), IPPROTO_IP, IP_MULTICAST_ALL, 0) ||
        (sharing == Sharing::with_others && !set(out.get(), SOL_SOCKET, SO_REUSEADDR, 1)))
        return errno;
    (void)set(out.get(), SOL_SOCKET, SO_RCVBUF, buffer_bytes);
    (void)set(out.get(), SOL_SOCKET, SO_SNDBUF, buffer_bytes);
    auto name = name_of(address, port);
    socklen_t length = sizeof name;
    if (::bind(out.get(), reinterpret_cast<const sockaddr*>(&name), length) != 0 ||
        ::getsockname(out.get(), reinterpret_cast<sockaddr*>(&name), &length) != 0)
        return errno;
    port = ntohs(name.sin_port);
    return 0;
}

} // namespace

Result<PnpSockets> PnpSockets::open(const Endpoint& at, std::uint16_t answer_port) {
    PnpSockets out;
    out.group_port = at.port();
    out.answer_port = answer_port;
    if (const int error = open_bound(out.group, group_bits, out.group_port, Sharing::with_others); error != 0)
        return refusal(error, fmt::format("224.0.1.75:{}", at.port()),
                       error == EADDRINUSE
                           ? "; a program has 0.0.0.0 on that port and shares it with nobody, most likely a PBX. "
                             "`ss -lunp` names it: let it listen on one address of its own (in Asterisk's pjsip.conf "
                             "`bind=ADDRESS:5060`), and both can run"
                       : error == EACCES ? "; ports below 1024 need CAP_NET_BIND_SERVICE"
                                         : "");
    const auto address = static_cast<std::uint32_t>(at.address().to_v4().to_uint());
    if (const int error = open_bound(out.answers, address, out.answer_port, Sharing::alone); error != 0)
        return refusal(error, fmt::format("{}:{}", at.address().to_string(), answer_port),
                       error == EADDRINUSE
                           ? ", from where phones are answered; another program has it (`ss -lunp` names it), perhaps "
                             "a second Offhook. Choose another answer_port, or 0 for any that is free"
                       : error == EACCES ? "; ports below 1024 need CAP_NET_BIND_SERVICE"
                                         : "");
    return out;
}

int change_membership(int group_socket, Membership change, unsigned interface) {
    ip_mreqn request{};
    request.imr_multiaddr.s_addr = htonl(group_bits);
    request.imr_ifindex = static_cast<int>(interface);
    const int name = change == Membership::join ? IP_ADD_MEMBERSHIP : IP_DROP_MEMBERSHIP;
    if (::setsockopt(group_socket, IPPROTO_IP, name, &request, sizeof request) == 0 || errno == EADDRINUSE) return 0;
    return errno;
}

struct PnpInbox::Buffers {
    // One byte more than what counts, so that too large shows; not a power of two apart for the caches' sake.
    static constexpr std::size_t stride = protocol::sip::limits::datagram_bytes_max + 3 * 64;
    std::unique_ptr<char[]> bytes{new char[datagrams_max * stride]};
    std::array<mmsghdr, datagrams_max> headers{};
    std::array<iovec, datagrams_max> pieces{};
    std::array<sockaddr_in, datagrams_max> names{};
    alignas(cmsghdr) std::array<std::array<char, control_bytes>, datagrams_max> controls{};
};

PnpInbox::PnpInbox() : buffers_(std::make_unique<Buffers>()) { arrivals_.reserve(datagrams_max); }
PnpInbox::~PnpInbox() = default;

std::span<const PnpArrival> PnpInbox::receive(int socket) {
    auto& b = *buffers_;
    for (std::size_t i = 0; i < datagrams_max; ++i) {
        b.pieces[i] = {b.bytes.get() + i * Buffers::stride, protocol::sip::limits::datagram_bytes_max + 1};
        b.headers[i].msg_hdr = {
            &b.names[i], sizeof b.names[i], &b.pieces[i], 1, b.controls[i].data(), control_bytes, 0};
    }
    arrivals_.clear();
    const int count = ::recvmmsg(socket, b.headers.data(), datagrams_max, MSG_DONTWAIT, nullptr);
    for (std::size_t i = 0; i < static_cast<std::size_t>(std::max(count, 0)); ++i) {
        auto& header = b.headers[i].msg_hdr;
        auto* const control = CMSG_FIRSTHDR(&header);
        if (b.headers[i].msg_len > protocol::sip::limits::datagram_bytes_max || control == nullptr ||
            control->cmsg_level != IPPROTO_IP || control->cmsg_type != IP_PKTINFO)
            continue;
        in_pktinfo info{};
        std::memcpy(&info, CMSG_DATA(control), sizeof info);
        PnpArrival arrival;
        arrival.bytes = {b.bytes.get() + i * Buffers::stride, b.headers[i].msg_len};
        arrival.source = IpAddress::v4(ntohl(b.names[i].sin_addr.s_addr));
        arrival.source_port = ntohs(b.names[i].sin_port);
        arrival.local = IpAddress::v4(ntohl(info.ipi_spec_dst.s_addr)); // of a multicast: the interface's own
        arrival.interface = static_cast<unsigned>(info.ipi_ifindex);
        arrivals_.push_back(arrival);
    }
    return arrivals_;
}

struct PnpOutbox::Message {
    std::string bytes;
    sockaddr_in name;
    iovec piece;
    alignas(cmsghdr) std::array<char, control_bytes> control;
};

PnpOutbox::PnpOutbox() : messages_(std::make_unique<Message[]>(datagrams_max)) {}
PnpOutbox::~PnpOutbox() = default;

void PnpOutbox::add(int socket, const PnpDatagram& datagram) {
    if (count_ == datagrams_max) flush(socket);
    auto& message = messages_[count_++];
    message.bytes = datagram.bytes;
    message.name = name_of(v4_bits(datagram.to), datagram.to_port);
    message.piece = {message.bytes.data(), message.bytes.size()};
    cmsghdr header{};
    header.cmsg_len = CMSG_LEN(sizeof(in_pktinfo));
    header.cmsg_level = IPPROTO_IP;
    header.cmsg_type = IP_PKTINFO;
    in_pktinfo info{};
    info.ipi_ifindex = static_cast<int>(datagram.interface);
    info.ipi_spec_dst.s_addr = htonl(v4_bits(datagram.from));
    std::memcpy(message.control.data(), &header, sizeof header);
    std::memcpy(message.control.data() + CMSG_LEN(0), &info, sizeof info);
}

void PnpOutbox::flush(int socket) {
    std::array<mmsghdr, datagrams_max> headers{};
    for (std::size_t i = 0; i < count_; ++i) {
        auto& message = messages_[i];
        headers[i].msg_hdr = {
            &message.name, sizeof message.name, &message.piece, 1, message.control.data(), message.control.size(), 0};
    }
    std::size_t at = 0;
    while (at < count_) {
        const int sent = ::sendmmsg(socket, &headers[at], static_cast<unsigned>(count_ - at), MSG_DONTWAIT);
        if (sent < 0 && (errno == EAGAIN || errno == EWOULDBLOCK)) break;
        at += static_cast<std::size_t>(std::max(sent, 1)); // the one that cannot be sent must not hold up the rest
    }
    count_ = 0;
}

} // namespace offhook::server
