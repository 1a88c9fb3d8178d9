#pragma once
/// @file  PnpReactor: a PnP listener's share on its loop: sockets, the responder, timers, memberships.
///
/// Threads  its loop's; the constructor, any.
#include "base/random.hpp"
#include "net/loop.hpp"
#include "server/discovery/discovery_options.hpp"
#include "server/discovery/pnp_links.hpp"
#include "server/discovery/pnp_responder.hpp"
#include "server/discovery/pnp_sockets.hpp"

#include <atomic>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/steady_timer.hpp>
#include <functional>
#include <vector>

namespace offhook::server {

class PnpReactor {
public:
    PnpReactor(net::Loop& loop, OfferSource& offers, std::uint16_t listener, const IpAddress& at,
               const PnpOptions& options, PnpSockets sockets, std::vector<PnpLink> links);

    void start();
    /// Calls back once, when nothing of it waits on the loop any more.
    void stop(std::function<void()> stopped);

    [[nodiscard]] const IpAddress& at() const { return at_; }
    [[nodiscard]] std::uint16_t group_port() const { return group_port_; }
    [[nodiscard]] std::uint16_t answer_port() const { return answer_port_; }
    [[nodiscard]] std::size_t under_way() const { return under_way_.load(std::memory_order_relaxed); } ///< any thread

private:
    using Descriptor = boost::asio::posix::stream_descriptor;
    void wait_on(Descriptor& descriptor, void (PnpReactor::*on_readable)());
    void on_group() { receive(group_.native_handle()); }
    void on_answers() { receive(answers_.native_handle()); }
    void on_link_change();
    void receive(int socket);
    [[nodiscard]] bool is_welcome(const PnpArrival& arrival) const;
    void send(std::span<const PnpDatagram> datagrams);
    void finish_batch();
    void arm_deadline();
    void keep_house(std::chrono::milliseconds in);
    void refresh_links();
    void join_all();
    void end_if_stopped();

    net::Loop& loop_;
    PnpOptions options_;
    IpAddress at_;
    std::uint16_t group_port_, answer_port_;
    SystemRandom random_;
    Descriptor group_, answers_, link_watch_;
    boost::asio::steady_timer deadline_timer_, house_timer_;
    PnpInbox inbox_;
    PnpOutbox outbox_;
    std::vector<PnpLink> links_;
    PnpResponder responder_;
    Instant now_{};
    Instant armed_ = Instant::max(); ///< what deadline_timer_ waits for
    std::atomic<std::size_t> under_way_ = 0;
    std::size_t waits_ = 0; ///< of ours on the loop, that are still to end
    bool closed_ = false;
    std::function<void()> stopped_;
};

} // namespace offhook::server
