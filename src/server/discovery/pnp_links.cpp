#include "server/discovery/pnp_links.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <cerrno>
#include <cstring>
#include <fmt/format.h>
#include <ifaddrs.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <memory>
#include <net/if.h>
#include <net/if_arp.h>
#include <netinet/in.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <system_error>

namespace offhook::server {
namespace {

std::uint32_t bits_of(const sockaddr* address) {
    sockaddr_in v4{};
    std::memcpy(&v4, address, sizeof v4);
    return ntohl(v4.sin_addr.s_addr);
}

bool is_wanted(const PnpLink& link, unsigned flags, std::uint32_t at) {
    if ((flags & IFF_UP) == 0) return false;
    if (at == 0) return (flags & IFF_MULTICAST) != 0 && (flags & IFF_LOOPBACK) == 0;
    if (at >> 24U == 127) return (flags & IFF_LOOPBACK) != 0; // all of 127/8 is its, not only what is listed
    return std::any_of(link.subnets.begin(), link.subnets.end(), [at](const auto& one) { return one.address == at; });
}

} // namespace

std::uint32_t v4_bits(const IpAddress& address) {
    const auto& bytes = address.bytes();
    std::uint32_t out = 0;
    for (std::size_t i = 12; i < bytes.size(); ++i) out = out << 8U | bytes[i];
    return out;
}

bool PnpLink::holds(const IpAddress& source) const {
    if (!source.is_v4()) return false;
    const auto bits = v4_bits(source);
    return std::any_of(subnets.begin(), subnets.end(),
                       [bits](const Subnet& one) { return (bits & one.mask) == (one.address & one.mask); });
}

std::string PnpLink::text() const {
    auto out = name;
    for (const auto& one : subnets)
        out += fmt::format(" {}/{}", IpAddress::v4(one.address).text(), std::popcount(one.mask));
    return out;
}

std::vector<PnpLink> pnp_links(const IpAddress& at) {
    ifaddrs* list = nullptr;
    if (::getifaddrs(&list) != 0) throw std::system_error(errno, std::generic_category(), "getifaddrs");
    const std::unique_ptr<ifaddrs, decltype(&::freeifaddrs)> owner(list, &::freeifaddrs);
    struct Found {
        PnpLink link;
        unsigned flags;
    };
    std::vector<Found> all;
    for (const auto* one = list; one != nullptr; one = one->ifa_next) {
        if (one->ifa_addr == nullptr || one->ifa_addr->sa_family != AF_INET || one->ifa_netmask == nullptr) continue;
        std::string name = one->ifa_name;
        name.resize(std::min(name.find(':'), name.size())); // an address's label: "eth0:1"
        const auto index = ::if_nametoindex(name.c_str());
        if (index == 0) continue; // gone by now
        auto place = std::find_if(all.begin(), all.end(), [&](const Found& has) { return has.link.index == index; });
        if (place == all.end()) place = all.insert(all.end(), {{index, name, {}}, one->ifa_flags});
        place->link.subnets.push_back({bits_of(one->ifa_addr), bits_of(one->ifa_netmask)});
    }
    std::vector<PnpLink> out;
    for (auto& found : all)
        if (is_wanted(found.link, found.flags, v4_bits(at))) out.push_back(std::move(found.link));
    return out;
}

net::OwnedFd open_link_watch() {
    net::OwnedFd fd(::socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK, NETLINK_ROUTE));
    sockaddr_nl name{};
    name.nl_family = AF_NETLINK;
    name.nl_groups = RTMGRP_LINK | RTMGRP_IPV4_IFADDR;
    if (fd && ::bind(fd.get(), reinterpret_cast<const sockaddr*>(&name), sizeof name) != 0) fd.reset();
    return fd;
}

void drain_link_watch(int fd) {
    std::array<char, 8192> bytes;
    for (int i = 0; i < 1000; ++i)
        if (::recv(fd, bytes.data(), bytes.size(), MSG_DONTWAIT) < 0 && errno != ENOBUFS) return;
}

std::optional<MacAddress> neighbour_mac(int any_socket, const IpAddress& address, unsigned interface) {
    if (!address.is_v4()) return std::nullopt;
    arpreq request{};
    if (::if_indextoname(interface, request.arp_dev) == nullptr) return std::nullopt;
    sockaddr_in name{};
    name.sin_family = AF_INET;
    name.sin_addr.s_addr = htonl(v4_bits(address));
    std::memcpy(&request.arp_pa, &name, sizeof name);
    if (::ioctl(any_socket, SIOCGARP, &request) != 0 || (request.arp_flags & ATF_COM) == 0 ||
        request.arp_ha.sa_family != ARPHRD_ETHER)
        return std::nullopt;
    std::uint64_t bits = 0;
    for (std::size_t i = 0; i < 6; ++i) bits = bits << 8U | static_cast<unsigned char>(request.arp_ha.sa_data[i]);
    return MacAddress(bits);
}

} // namespace offhook::server
