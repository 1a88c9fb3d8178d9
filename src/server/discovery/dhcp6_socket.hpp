#pragma once
/// @file  Dhcp6Socket: the UDP socket of a DHCPv6 listener: which interface it hears, and where answers leave.
///
/// [::] hears every interface that does multicast; an address of an interface that one alone; ::1 no group at all, for
/// tests and for relays on this host. What is heard by multicast is answered from the interface's link-local address.
/// Source   RFC 8415 7.1, 7.2, 18.4.
#include "base/result.hpp"
#include "net/owned_fd.hpp"
#include "protocol/dhcp6/message.hpp"
#include "server/discovery/dhcp6_server.hpp"

#include <array>
#include <boost/asio/ip/udp.hpp>
#include <functional>
#include <memory>
#include <netinet/in.h>
#include <sys/socket.h>
#include <vector>

namespace offhook::server {

class Dhcp6Socket {
public:
    /// Errors: invalid for an IPv4 address; unavailable, with the address, for one that no interface has, or in use;
    /// forbidden for a port below 1024 without the right.
    [[nodiscard]] static Result<Dhcp6Socket> open(const boost::asio::ip::udp::endpoint& at);
    ~Dhcp6Socket();
    Dhcp6Socket(Dhcp6Socket&&) noexcept;
    Dhcp6Socket& operator=(Dhcp6Socket&&) = delete;

    struct Heard {
        std::string_view datagram; ///< until the next receive()
        IpAddress source, destination;
        std::uint16_t port = 0;
        unsigned interface = 0;
    };
    /// One batch, as far as there is any. Datagrams that are longer than the limit are left out.
    [[nodiscard]] std::vector<Heard> receive(bool& was_full);
    struct Leaving {
        Dhcp6Departure departure;
        std::optional<IpAddress> from; ///< nullopt: the kernel's choice
    };
    /// What the kernel does not take now is lost, as on the network: clients ask again.
    void send(const std::vector<Leaving>& batch);

    [[nodiscard]] int fd() const { return fd_.get(); }
    [[nodiscard]] const boost::asio::ip::udp::endpoint& bound() const { return bound_; }

private:
    struct Batch;
    Dhcp6Socket(net::OwnedFd fd, const boost::asio::ip::udp::endpoint& bound);

    net::OwnedFd fd_;
    boost::asio::ip::udp::endpoint bound_;
    std::unique_ptr<Batch> batch_;
};

} // namespace offhook::server
