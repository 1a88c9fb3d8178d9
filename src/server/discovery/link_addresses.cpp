#include "server/discovery/link_addresses.hpp"

#include <algorithm>
#include <cstring>
#include <ifaddrs.h>
#include <memory>
#include <net/if.h>
#include <netinet/in.h>
#include <stdexcept>

namespace offhook::server {
namespace {

constexpr std::chrono::seconds read_again_after{5};
constexpr std::chrono::milliseconds missing_again_after{200};

Link& link_of(std::vector<Link>& links, const ifaddrs& entry) {
    for (auto& link : links)
        if (link.name == entry.ifa_name) return link;
    auto& link = links.emplace_back();
    link.name = entry.ifa_name;
    link.index = ::if_nametoindex(entry.ifa_name);
    if ((entry.ifa_flags & IFF_LOOPBACK) != 0)
        link.kind = Link::Kind::loopback;
    else if ((entry.ifa_flags & IFF_MULTICAST) != 0)
        link.kind = Link::Kind::multicast;
    return link;
}

bool is_link_local(const IpAddress& address) {
    return address.bytes()[0] == 0xfe && (address.bytes()[1] & 0xc0U) == 0x80;
}

} // namespace

IpAddress Link::reachable() const {
    for (const auto& address : addresses)
        if (!is_link_local(address)) return address;
    return link_local.value_or(IpAddress());
}

std::vector<Link> read_links() {
    ifaddrs* first = nullptr;
    if (::getifaddrs(&first) != 0) throw std::runtime_error("the kernel does not tell its interfaces");
    const std::unique_ptr<ifaddrs, void (*)(ifaddrs*)> owner(first, ::freeifaddrs);
    std::vector<Link> out;
    for (const auto* entry = first; entry != nullptr; entry = entry->ifa_next) {
        if ((entry->ifa_flags & IFF_UP) == 0) continue;
        auto& link = link_of(out, *entry);
        if (entry->ifa_addr == nullptr || entry->ifa_addr->sa_family != AF_INET6) continue;
        sockaddr_in6 name{};
        std::memcpy(&name, entry->ifa_addr, sizeof name);
        std::array<std::uint8_t, 16> bytes{};
        std::memcpy(bytes.data(), &name.sin6_addr, bytes.size());
        const IpAddress address(bytes);
        link.addresses.push_back(address);
        if (is_link_local(address) && !link.link_local) link.link_local = address;
    }
    return out;
}

const Link* LinkAddresses::find(unsigned index, Instant now) {
    const auto position = [this, index] { return std::ranges::find(links_, index, &Link::index); };
    const bool is_missing = position() == links_.end() || !position()->link_local;
    const auto patience = is_missing ? std::chrono::milliseconds(missing_again_after) : read_again_after;
    if (!read_at_ || now - *read_at_ >= patience) {
        links_ = read_links();
        read_at_ = now;
    }
    const auto found = position();
    return found == links_.end() ? nullptr : &*found;
}

} // namespace offhook::server
