#include "phone/network/interfaces.hpp"

#include <algorithm>
#include <cerrno>
#include <linux/if.h>
#include <linux/if_addr.h>
#include <linux/if_link.h>
#include <linux/rtnetlink.h>
#include <sys/socket.h>

namespace offhook::phone::netlink {
namespace {

int family_of(const IpAddress& address) { return address.is_v4() ? AF_INET : AF_INET6; }

/// As the kernel takes it: four or sixteen bytes.
std::string wire(const IpAddress& address) {
    const auto& bytes = address.bytes();
    const std::string whole(bytes.begin(), bytes.end());
    return address.is_v4() ? whole.substr(12) : whole;
}

std::optional<IpAddress> from_wire(std::string_view bytes) {
    std::array<std::uint8_t, 16> whole{};
    if (bytes.size() == 4) {
        whole[10] = whole[11] = 0xff;
        std::copy(bytes.begin(), bytes.end(), whole.begin() + 12);
    } else if (bytes.size() == 16) {
        std::copy(bytes.begin(), bytes.end(), whole.begin());
    } else {
        return std::nullopt;
    }
    return IpAddress(whole);
}

std::string wire(MacAddress mac) {
    std::string out;
    for (unsigned shift = 48; shift > 0; shift -= 8) out += static_cast<char>(mac.bits() >> (shift - 8));
    return out;
}

MacAddress mac_from_wire(std::string_view bytes) {
    if (bytes.size() != 6) return MacAddress{};
    std::uint64_t bits = 0;
    for (const char c : bytes) bits = bits << 8U | static_cast<std::uint8_t>(c);
    return MacAddress(bits);
}

ifinfomsg of_interface(unsigned index) {
    ifinfomsg part{};
    part.ifi_family = AF_UNSPEC;
    part.ifi_index = static_cast<int>(index);
    return part;
}

Request address_request(std::uint16_t type, std::uint16_t flags, unsigned index, const InterfaceAddress& address) {
    Request request(type, flags);
    ifaddrmsg part{};
    part.ifa_family = static_cast<std::uint8_t>(family_of(address.address));
    part.ifa_prefixlen = static_cast<std::uint8_t>(address.prefix_bits);
    part.ifa_index = index;
    if (!address.address.is_v4()) part.ifa_flags = IFA_F_NODAD;
    request.fixed(part);
    request.add(IFA_LOCAL, wire(address.address));
    request.add(IFA_ADDRESS, wire(address.address));
    if (address.address.is_v4() && address.prefix_bits < 31) request.add(IFA_BROADCAST, wire(broadcast_of(address)));
    return request;
}

Result<void> add_addresses(Socket& socket, std::vector<Interface>& out) {
    Request request(RTM_GETADDR, 0);
    request.fixed(ifaddrmsg{});
    const auto dump = socket.dump(request, RTM_NEWADDR);
    if (dump.error != 0) return fail(ErrorCode::unavailable, "the kernel does not tell which addresses there are");
    for (const auto& body : dump.bodies) {
        const auto part = fixed_part<ifaddrmsg>(body);
        if (!part) continue;
        const auto attributes = attributes_behind<ifaddrmsg>(body);
        auto value = attributes.find(IFA_LOCAL);
        if (!value) value = attributes.find(IFA_ADDRESS); // IPv6 has no IFA_LOCAL
        const auto address = value ? from_wire(*value) : std::nullopt;
        const auto owner =
            std::find_if(out.begin(), out.end(), [&](const auto& i) { return i.index == part->ifa_index; });
        if (address && owner != out.end()) owner->addresses.push_back({*address, part->ifa_prefixlen});
    }
    return {};
}

} // namespace

bool Interface::is_up() const { return (flags & IFF_UP) != 0; }
bool Interface::has_carrier() const { return (flags & IFF_LOWER_UP) != 0; }
bool Interface::is_running() const { return (flags & IFF_RUNNING) != 0 && (flags & IFF_LOWER_UP) != 0; }
bool Interface::is_loopback() const { return (flags & IFF_LOOPBACK) != 0; }

Result<std::vector<Interface>> interfaces(Socket& socket) {
    Request request(RTM_GETLINK, 0);
    request.fixed(of_interface(0));
    const auto dump = socket.dump(request, RTM_NEWLINK);
    if (dump.error != 0) return fail(ErrorCode::unavailable, "the kernel does not tell which interfaces there are");
    std::vector<Interface> out;
    for (const auto& body : dump.bodies) {
        const auto part = fixed_part<ifinfomsg>(body);
        if (!part) continue;
        const auto attributes = attributes_behind<ifinfomsg>(body);
        Interface found;
        found.index = static_cast<unsigned>(part->ifi_index);
        found.flags = part->ifi_flags;
        found.name = attributes.text(IFLA_IFNAME);
        found.mac = mac_from_wire(attributes.find(IFLA_ADDRESS).value_or(std::string_view{}));
        found.master = attributes.number(IFLA_MASTER).value_or(0);
        out.push_back(std::move(found));
    }
    if (auto added = add_addresses(socket, out); !added) return tl::unexpected(added.error());
    return out;
}

int create_macvlan(Socket& socket, unsigned parent, MacAddress mac, const std::string& name, int namespace_fd) {
    Request request(RTM_NEWLINK, NLM_F_CREATE | NLM_F_EXCL);
    request.fixed(of_interface(0));
    request.add_text(IFLA_IFNAME, name);
    request.add_number(IFLA_LINK, parent);
    request.add(IFLA_ADDRESS, wire(mac));
    request.add_number(IFLA_NET_NS_FD, static_cast<std::uint32_t>(namespace_fd));
    const auto information = request.begin_nest(IFLA_LINKINFO);
    request.add_text(IFLA_INFO_KIND, "macvlan");
    const auto details = request.begin_nest(IFLA_INFO_DATA);
    request.add_number(IFLA_MACVLAN_MODE, MACVLAN_MODE_BRIDGE);
    request.end_nest(details);
    request.end_nest(information);
    return socket.perform(request);
}

int delete_interface(Socket& socket, unsigned index) {
    Request request(RTM_DELLINK, 0);
    request.fixed(of_interface(index));
    return socket.perform(request);
}

int refuse_own_link_local(Socket& socket, unsigned index) {
    Request request(RTM_NEWLINK, 0);
    request.fixed(of_interface(index));
    const auto families = request.begin_nest(IFLA_AF_SPEC);
    const auto ipv6 = request.begin_nest(AF_INET6);
    request.add_byte(IFLA_INET6_ADDR_GEN_MODE, IN6_ADDR_GEN_MODE_NONE);
    request.end_nest(ipv6);
    request.end_nest(families);
    return socket.perform(request);
}

int bring_up(Socket& socket, unsigned index) {
    Request request(RTM_NEWLINK, 0);
    auto part = of_interface(index);
    part.ifi_flags = part.ifi_change = IFF_UP;
    request.fixed(part);
    return socket.perform(request);
}

Request add_address_request(unsigned index, const InterfaceAddress& address, AddressLife life) {
    Request request = address_request(RTM_NEWADDR, NLM_F_CREATE | NLM_F_REPLACE, index, address);
    ifa_cacheinfo times{};
    times.ifa_valid = life.valid;
    times.ifa_prefered = std::min(life.preferred, life.valid); // the kernel refuses more
    request.add(IFA_CACHEINFO, {reinterpret_cast<const char*>(&times), sizeof times});
    return request;
}

int add_address(Socket& socket, unsigned index, const InterfaceAddress& address, AddressLife life) {
    return socket.perform(add_address_request(index, address, life));
}

int remove_address(Socket& socket, unsigned index, const InterfaceAddress& address) {
    return socket.perform(address_request(RTM_DELADDR, 0, index, address));
}

int set_default_route(Socket& socket, unsigned index, const IpAddress& gateway) {
    Request request(RTM_NEWROUTE, NLM_F_CREATE | NLM_F_REPLACE);
    rtmsg part{};
    part.rtm_family = static_cast<unsigned char>(family_of(gateway));
    part.rtm_table = RT_TABLE_MAIN;
    part.rtm_protocol = RTPROT_DHCP;
    part.rtm_scope = RT_SCOPE_UNIVERSE;
    part.rtm_type = RTN_UNICAST;
    part.rtm_flags = RTNH_F_ONLINK; // a /32 with a router outside of it is in use
    request.fixed(part);
    request.add(RTA_GATEWAY, wire(gateway));
    request.add_number(RTA_OIF, index);
    return socket.perform(request);
}

bool has_route_to(Socket& socket, const IpAddress& address) {
    Request request(RTM_GETROUTE, 0);
    rtmsg part{};
    part.rtm_family = static_cast<unsigned char>(family_of(address));
    part.rtm_dst_len = address.is_v4() ? 32 : 128;
    request.fixed(part);
    request.add(RTA_DST, wire(address));
    return socket.perform(request) == 0;
}

} // namespace offhook::phone::netlink
