#pragma once
/// @file  Interfaces: what netlink is used for here: which interfaces there are, a macvlan, addresses, routes.
///
/// Errors   errno of the kernel, 0 for success, where a caller must know the reason; Result for lists.
#include "base/mac_address.hpp"
#include "phone/network/interface_address.hpp"
#include "phone/network/netlink.hpp"

#include <string>
#include <vector>

namespace offhook::phone::netlink {

struct Interface {
    unsigned index = 0;
    std::string name;
    MacAddress mac;
    unsigned flags = 0;  ///< IFF_…
    unsigned master = 0; ///< of a bridge's or bond's port: its index
    std::vector<InterfaceAddress> addresses;

    [[nodiscard]] bool is_up() const;
    [[nodiscard]] bool has_carrier() const;
    [[nodiscard]] bool is_running() const; ///< up, with carrier, and the kernel has noticed
    [[nodiscard]] bool is_loopback() const;
};

/// With their addresses, in the kernel's order.
[[nodiscard]] Result<std::vector<Interface>> interfaces(Socket& socket);

/// A macvlan, mode bridge, on `parent` of the socket's own namespace, born in the namespace of `namespace_fd`.
[[nodiscard]] int create_macvlan(Socket& socket, unsigned parent, MacAddress mac, const std::string& name,
                                 int namespace_fd);
[[nodiscard]] int delete_interface(Socket& socket, unsigned index);
/// No link-local address is made by the kernel, so that ours can be usable at once.
[[nodiscard]] int refuse_own_link_local(Socket& socket, unsigned index);
[[nodiscard]] int bring_up(Socket& socket, unsigned index);

/// IPv6 addresses are usable at once: no duplicate address detection, which takes a second or two. The kernel takes the
/// address away at the end of its life; one that is there gets a new life.
[[nodiscard]] int add_address(Socket& socket, unsigned index, const InterfaceAddress& address, AddressLife life = {});
[[nodiscard]] Request add_address_request(unsigned index, const InterfaceAddress& address, AddressLife life);
[[nodiscard]] int remove_address(Socket& socket, unsigned index, const InterfaceAddress& address);
/// The default route by `gateway`, which need not be in a network of the interface.
[[nodiscard]] int set_default_route(Socket& socket, unsigned index, const IpAddress& gateway);
/// Whether the routes of now lead to `address`.
[[nodiscard]] bool has_route_to(Socket& socket, const IpAddress& address);

} // namespace offhook::phone::netlink
