#pragma once
/// @file  DiscoverySocket: the sockets of discovery, each with what its protocol needs of the kernel.
///
/// Errors   opening: a Result with a sentence. Sending: what is not sent is lost, as on the network.
/// Threads  the loop's own.
/// Source   packet(7), ip(7), ipv6(7).
#include "base/ip_address.hpp"
#include "base/result.hpp"
#include "net/owned_fd.hpp"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace offhook::phone {

class DiscoverySocket {
public:
    /// `bytes`: views into the socket's buffer, until the next call. Source: unknown (::) of a packet socket.
    struct Arrival {
        std::string_view bytes;
        IpAddress source;
        std::uint16_t source_port = 0;
    };

    /// Whole IPv4 packets: those for UDP port 68 come in, those that are sent are broadcast.
    [[nodiscard]] static Result<DiscoverySocket> open_dhcp4(const boost::asio::any_io_executor& executor,
                                                            const std::string& interface, unsigned index);
    /// UDP port 546; send() goes to ff02::1:2, port 547.
    [[nodiscard]] static Result<DiscoverySocket> open_dhcp6(const boost::asio::any_io_executor& executor,
                                                            const std::string& interface, unsigned index);
    /// UDP on `own`, port `port` or, where that is in use or forbidden, any; send() goes to 224.0.1.75, port 5060, with
    /// a TTL of 1. `index` 0: where the routes lead.
    [[nodiscard]] static Result<DiscoverySocket> open_pnp(const boost::asio::any_io_executor& executor,
                                                          const IpAddress& own, unsigned index, std::uint16_t port);

    [[nodiscard]] std::uint16_t own_port() const { return own_port_; }
    void send(std::string_view bytes);
    void send_to(std::string_view bytes, const IpAddress& address, std::uint16_t port); ///< not of a packet socket
    /// The next datagram, if there is one.
    [[nodiscard]] std::optional<Arrival> receive();
    /// Until there is something to receive, or the time is over.
    [[nodiscard]] boost::asio::awaitable<void> wait(std::chrono::milliseconds time);

private:
    DiscoverySocket(const boost::asio::any_io_executor& executor, net::OwnedFd fd, std::string destination);

    boost::asio::posix::stream_descriptor descriptor_;
    net::OwnedFd holder_;     // keeps the kernel from refusing with ICMP what the packet socket hears
    std::string destination_; // a sockaddr of some kind
    std::uint16_t own_port_ = 0;
    std::string buffer_;
};

/// The host's own address that would be used towards the PnP group. nullopt: no route leads there.
[[nodiscard]] std::optional<IpAddress> own_address_towards_pnp();

} // namespace offhook::phone
