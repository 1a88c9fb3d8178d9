#include "server/discovery/ip6_neighbour.hpp"

#include "net/owned_fd.hpp"

#include <array>
#include <cstring>
#include <linux/neighbour.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <sys/socket.h>

namespace offhook::server {
namespace {

struct Question {
    nlmsghdr header{};
    ndmsg neighbour{};
    rtattr attribute{};
    std::array<std::uint8_t, 16> address{};
};

std::optional<MacAddress> mac_in(const char* bytes, std::size_t size) {
    nlmsghdr header{};
    if (size < NLMSG_LENGTH(sizeof(ndmsg))) return std::nullopt;
    std::memcpy(&header, bytes, sizeof header);
    if (header.nlmsg_type != RTM_NEWNEIGH || header.nlmsg_len > size) return std::nullopt;
    ndmsg neighbour{};
    std::memcpy(&neighbour, bytes + NLMSG_HDRLEN, sizeof neighbour);
    if ((neighbour.ndm_state & (NUD_INCOMPLETE | NUD_FAILED)) != 0) return std::nullopt;
    std::size_t at = NLMSG_SPACE(sizeof(ndmsg));
    while (at + sizeof(rtattr) <= header.nlmsg_len) {
        rtattr attribute{};
        std::memcpy(&attribute, bytes + at, sizeof attribute);
        if (attribute.rta_len < sizeof attribute || at + attribute.rta_len > header.nlmsg_len) return std::nullopt;
        if (attribute.rta_type == NDA_LLADDR && attribute.rta_len == RTA_LENGTH(6)) {
            std::uint64_t bits = 0;
            for (std::size_t i = 0; i < 6; ++i)
                bits = bits << 8U | static_cast<unsigned char>(bytes[at + sizeof attribute + i]);
            return MacAddress(bits);
        }
        at += RTA_ALIGN(attribute.rta_len);
    }
    return std::nullopt;
}

} // namespace

std::optional<MacAddress> ip6_neighbour(const IpAddress& neighbour, unsigned interface) {
    const net::OwnedFd socket(::socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE));
    if (!socket) return std::nullopt;
    Question question;
    question.header.nlmsg_len = sizeof question;
    question.header.nlmsg_type = RTM_GETNEIGH;
    question.header.nlmsg_flags = NLM_F_REQUEST;
    question.neighbour.ndm_family = AF_INET6;
    question.neighbour.ndm_ifindex = static_cast<int>(interface);
    question.attribute.rta_type = NDA_DST;
    question.attribute.rta_len = RTA_LENGTH(16);
    question.address = neighbour.bytes();
    if (::send(socket.get(), &question, sizeof question, 0) != sizeof question) return std::nullopt;
    // The kernel has its answer ready when send() returns.
    std::array<char, 1024> answer{};
    const auto size = ::recv(socket.get(), answer.data(), answer.size(), MSG_DONTWAIT);
    return size <= 0 ? std::nullopt : mac_in(answer.data(), static_cast<std::size_t>(size));
}

} // namespace offhook::server
