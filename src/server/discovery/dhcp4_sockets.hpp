#pragma once
/// @file  UDP sockets of the DHCPv4 listener: the server's port, and the clients' for what other servers say.
///
/// The server's port is bound to every address and one interface, so that broadcasts come in and other interfaces stay
/// out. Where a server has the port without sharing it (Kea with raw sockets), the broadcast address of the same port
/// is still free: then broadcasts are heard and unicast messages are not. The clients' port is bound to the broadcast
/// address alone: what servers tell clients without an address is sent there, and this machine's own DHCP client keeps
/// its unicast packets. A packet socket would hear no more on a switch, and would need a right and a parser of frames.
#include "base/clock.hpp"
#include "base/ip_address.hpp"
#include "base/mac_address.hpp"
#include "base/result.hpp"
#include "net/owned_fd.hpp"
#include "server/discovery/dhcp4_actions.hpp"

#include <boost/asio/ip/udp.hpp>
#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace offhook::server {

struct Dhcp4Interface {
    std::string name;        ///< "" for every one
    std::uint32_t index = 0; ///< 0 for every one
    MacAddress mac;
    bool is_loopback = false;
};

struct Dhcp4Sockets {
    net::OwnedFd requests;
    net::OwnedFd replies; ///< none where the port is another's
    Dhcp4Interface interface;
    IpAddress address; ///< ours on it; 0.0.0.0 on every one
    Dhcp4Ports ports;
    bool hears_broadcasts_alone = false;
    std::vector<Network> links; ///< of the interface, or of every one
};

/// The IPv4 networks of that interface; "": of all that are up.
[[nodiscard]] std::vector<Network> networks_of(const std::string& interface);

/// The interface that has this IPv4 address. Errors: unavailable, naming the address.
[[nodiscard]] Result<Dhcp4Interface> interface_with(const IpAddress& address);

/// `at`: IPv4; 0.0.0.0 for every interface. Errors: unavailable when the port is another's; forbidden without the
/// right.
[[nodiscard]] Result<Dhcp4Sockets> open_dhcp4_sockets(const boost::asio::ip::udp::endpoint& at);

/// Whether somebody else offers addresses there: the one that answered a DISCOVER within `wait`. Blocks. Nobody is
/// asked on loopback. Errors: unavailable where the answers would not be heard.
[[nodiscard]] Result<std::optional<IpAddress>> find_other_server(const Dhcp4Sockets& sockets, const Clock& clock,
                                                                 std::uint32_t xid, std::chrono::milliseconds wait);

/// Datagrams of one recvmmsg(2), and where they came from.
class Dhcp4Inbox {
public:
    Dhcp4Inbox();
    ~Dhcp4Inbox();
    Dhcp4Inbox(const Dhcp4Inbox&) = delete;
    Dhcp4Inbox& operator=(const Dhcp4Inbox&) = delete;

    /// How many are there now: 0 to batch_max. `own` stands for our address where a broadcast names none of its own.
    std::size_t receive(int fd, const IpAddress& own);
    [[nodiscard]] std::string_view datagram(std::size_t i) const;
    [[nodiscard]] const Dhcp4Place& place(std::size_t i) const { return places_[i]; }
    static constexpr std::size_t batch_max = 32;

private:
    struct Buffers;
    std::unique_ptr<Buffers> buffers_;
    std::vector<Dhcp4Place> places_;
};

/// Sends all that the socket takes; what it does not take is lost, as on the wire: clients ask again.
void send_all(int fd, const std::vector<Dhcp4Send>& sends);

} // namespace offhook::server
