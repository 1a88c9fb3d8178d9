#pragma once
/// @file  Dhcp4Reactor: the DHCPv4 listener's sockets, timer and writes, on its one loop.
///
/// Threads  the loop's own; what the store calls back is posted to it.
#include "catalogue/store/store.hpp"
#include "net/loop.hpp"
#include "server/discovery/address_prober.hpp"
#include "server/discovery/dhcp4_server.hpp"
#include "server/discovery/dhcp4_sockets.hpp"

#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/steady_timer.hpp>

#include <cstdint>
#include <functional>
#include <optional>

namespace offhook::server {

class Dhcp4Reactor {
public:
    /// References outlive it. Requires options that Dhcp4Server::check() accepted.
    Dhcp4Reactor(net::Loop& loop, OfferSource& offers, catalogue::Store& store, std::uint16_t listener,
                 const Dhcp4Options& options, Dhcp4Sockets sockets);

    void load(const std::vector<catalogue::Lease>& leases) { server_.load(leases); }
    void start() { wait_for_datagrams(); }
    /// `stopped` is called once nothing is under way, writes of leases among it.
    void stop(std::function<void()> stopped);
    [[nodiscard]] const Dhcp4Sockets& sockets() const { return sockets_; }

private:
    void wait_for_datagrams();
    void on_readable();
    void wait_for_probes();
    /// Performs what the machine wants until it wants no more.
    void perform();
    void end_if_stopped();

    net::Loop& loop_;
    catalogue::Store& store_;
    Dhcp4Sockets sockets_;
    std::optional<AddressProber> prober_; ///< where addresses are given out
    Dhcp4Server server_;
    Dhcp4Inbox inbox_;
    Dhcp4Actions actions_, doing_;
    boost::asio::posix::stream_descriptor readable_; ///< the epoll instance of all sockets
    boost::asio::steady_timer ticker_;
    bool ticking_ = false;
    bool closed_ = false;
    std::size_t under_way_ = 0; ///< waits, and writes that the store has
    std::function<void()> stopped_;
};

} // namespace offhook::server
