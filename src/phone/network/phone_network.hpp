#pragma once
/// @file  PhoneNetwork: a network of one phone's own, on a real interface of this host, that leaves the host alone.
///
/// A macvlan with the phone's MAC is made on the operator's interface and moved into a new network namespace, into
/// which the calling thread moves as well; the host's own addresses, routes and resolv.conf are never touched. All of
/// it vanishes with the process, however that ends.
/// Threads   enter() moves only the thread that calls it: call it before any other thread is started, and use the
///           network from that thread and from threads started afterwards.
/// Limits    a macvlan does not reach the host on its own interface (and is not reached by it): the kernel hands its
///           frames to the wire. A server on this host needs another interface: one end of a veth, or a bridge's port.
///           Wi-Fi access points usually refuse a second MAC.
///           Names are asked by /etc/resolv.conf: a host that resolves by a daemon (nss-resolve, nscd) still asks that.
///           No ARP probe before a lease is used, no DECLINE, no renewal: the kernel takes the address away at the end
///           of its lease, and a phone that stays boots again.
/// Errors    what an operator can mend is a Result: no such interface (with those there are), no right to do it, the
///           interface down, the MAC in use. A kernel without network namespaces or macvlan is one, too.
/// Source    namespaces(7), rtnetlink(7), macvlan in Documentation/networking of the kernel.
#include "base/clock.hpp"
#include "base/ip_address.hpp"
#include "base/mac_address.hpp"
#include "base/random.hpp"
#include "base/result.hpp"
#include "phone/discovery/discovery_clients.hpp"
#include "phone/network/interface_address.hpp"

#include <boost/asio/any_io_executor.hpp>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace offhook::phone {

struct NetworkOptions {
    std::string interface;                   ///< of the host: "eth0"
    MacAddress mac;                          ///< the phone's own: what its network sees
    std::optional<InterfaceAddress> address; ///< by hand, of a phone without DHCP
    std::optional<IpAddress> gateway;
    std::vector<IpAddress> name_servers;
    enum class Ipv6 : std::uint8_t { on, off } ipv6 = Ipv6::on;
};

class PhoneNetwork {
public:
    /// Makes the network and moves the calling thread into it. After an error the thread is where it was.
    [[nodiscard]] static Result<std::unique_ptr<PhoneNetwork>> enter(const NetworkOptions& options);
    /// Moves the thread back and takes the interface away. Requires: the same thread.
    ~PhoneNetwork();
    PhoneNetwork(const PhoneNetwork&) = delete;
    PhoneNetwork& operator=(const PhoneNetwork&) = delete;

    [[nodiscard]] MacAddress mac() const;
    [[nodiscard]] const std::string& interface_name() const; ///< the phone's own, inside: "phone0"
    [[nodiscard]] unsigned interface_index() const;
    /// fe80:: with the MAC in it; nullopt with Ipv6::off.
    [[nodiscard]] std::optional<IpAddress> link_local() const;

    /// The phone's one IPv4 address; what it had before is gone, with its routes. nullopt: none.
    [[nodiscard]] Result<void> set_address(std::optional<InterfaceAddress> address, AddressLife life = {});
    [[nodiscard]] const std::optional<InterfaceAddress>& address() const;
    [[nodiscard]] Result<void> add_ipv6_address(const InterfaceAddress& address);
    /// The one that DHCPv6 gave, beside those; what was leased before is gone. nullopt: none.
    [[nodiscard]] Result<void> set_ipv6_lease(std::optional<InterfaceAddress> address, AddressLife life = {});
    /// When the first of the leases ends, as whoever took them noted it. nullopt: none does.
    [[nodiscard]] std::optional<Instant> lease_ends() const;
    enum class Lease : std::uint8_t { ipv4, ipv6 };
    void note_lease_end(Lease lease, std::optional<Instant> end);
    [[nodiscard]] Result<void> set_gateway(const IpAddress& gateway); ///< the default route, IPv4 or IPv6
    [[nodiscard]] bool has_route_to(const IpAddress& address) const;
    /// Whom names are asked of. False: it cannot be done here, and remarks() says why; the host's stay in force.
    bool set_name_servers(const std::vector<IpAddress>& servers, std::string_view search_domain = {});

    /// Why `server` cannot be reached from here, where that is known beforehand: it is an address of the host itself on
    /// the interface that the phone hangs on.
    [[nodiscard]] std::optional<std::string> why_unreachable(const IpAddress& server) const;
    /// That this host itself is never heard, where it has addresses on that interface: for when nobody answered.
    [[nodiscard]] std::optional<std::string> what_is_not_reached() const;
    /// What an operator should know: no carrier, name servers that are still the host's.
    [[nodiscard]] const std::vector<std::string>& remarks() const;

private:
    class Impl;
    explicit PhoneNetwork(std::unique_ptr<Impl> impl);
    std::unique_ptr<Impl> impl_;
};

/// All of them, from the phone's own network. A lease's address, router and name servers are set on it, those of
/// DHCPv6 likewise. Lifetime: `network`, `clock` and `random` outlive the clients.
[[nodiscard]] std::unique_ptr<DiscoveryClients> make_clients(const boost::asio::any_io_executor& executor,
                                                             PhoneNetwork& network, const Clock& clock, Random& random);

/// SIP PnP alone, from the host's own address, without any right: DHCP there would be the host's own. `where` is an
/// interface or an address of the host ("lo", "192.0.2.7"); "": where the host's routes lead.
/// Errors: not_found, with the interfaces there are.
[[nodiscard]] Result<std::unique_ptr<DiscoveryClients>> make_host_clients(const boost::asio::any_io_executor& executor,
                                                                          std::string_view where, MacAddress mac,
                                                                          const Clock& clock, Random& random);

} // namespace offhook::phone
