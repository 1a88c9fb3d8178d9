#pragma once
/// @file  Dhcp4Listener: DHCPv4 at one interface, or watched and answered without addresses at all of them.
///
/// The address selects the interface that has it. A small pool does not start where another server answers a probe, or
/// where its answer would not be heard, unless it is told to.
/// Threads  open(), start() and stop(): any but the loop's; the loop must run between the last two.
#include "net/loop.hpp"
#include "server/discovery/dhcp4_reactor.hpp"
#include "server/listen/listener.hpp"

#include <boost/asio/ip/udp.hpp>

#include <chrono>
#include <memory>
#include <string>

namespace offhook::server {

class Dhcp4Listener final : public Listener {
public:
    /// How long another server has to answer the probe: dnsmasq pings an address for three seconds before it offers it.
    static constexpr std::chrono::milliseconds probe_wait{3'600};

    /// Binds; reads the leases. References outlive the listener. `at`: 0.0.0.0 only where no address is given out.
    /// Errors: those of Dhcp4Server::check(); unavailable for an address that no interface has, a port that is
    /// another's, and another server on the link; forbidden for want of a right.
    [[nodiscard]] static Result<std::unique_ptr<Dhcp4Listener>>
    open(net::Loop& loop, OfferSource& offers, catalogue::Store& store, std::uint16_t listener_number,
         const boost::asio::ip::udp::endpoint& at, const Dhcp4Options& options);
    ~Dhcp4Listener() override;

    void start() override;
    void stop() override;
    [[nodiscard]] std::string address() const override;
    [[nodiscard]] std::size_t connections() const override { return 0; }

private:
    Dhcp4Listener(net::Loop& loop, std::unique_ptr<Dhcp4Reactor> reactor);

    net::Loop& loop_;
    std::unique_ptr<Dhcp4Reactor> reactor_;
    bool started_ = false;
};

} // namespace offhook::server
