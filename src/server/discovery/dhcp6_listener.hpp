#pragma once
/// @file  Dhcp6Listener: DHCPv6 on an interface, or on all: Dhcp6Server behind a socket, on one loop.
///
/// Threads  open, start and stop on one that is not the loop's.
#include "base/result.hpp"
#include "catalogue/lease.hpp"
#include "net/loop.hpp"
#include "server/discovery/discovery_options.hpp"
#include "server/discovery/lease_journal.hpp"
#include "server/discovery/offer_source.hpp"
#include "server/listen/listener.hpp"

#include <boost/asio/ip/udp.hpp>
#include <memory>
#include <span>
#include <string>

namespace offhook::server {

class Dhcp6Listener final : public Listener {
public:
    /// What it works with; all outlive it.
    struct Parts {
        net::Loop& loop;
        OfferSource& offers;   ///< used on the loop alone
        LeaseJournal& journal; ///< likewise; of small_pool
    };
    /// Binds; takes nothing yet. `duid` as load_or_make_duid() has it; `known`: the leases of earlier runs.
    /// Errors: those of Dhcp6Socket::open; invalid for a small pool on [::], without pools, or for a pool whose first
    /// and last are not in its subnet, in that order and within one /64.
    [[nodiscard]] static Result<std::unique_ptr<Dhcp6Listener>>
    open(const Parts& parts, std::string duid, std::span<const catalogue::Lease> known, std::uint16_t listener_number,
         const boost::asio::ip::udp::endpoint& at, const Dhcp6Options& options);
    ~Dhcp6Listener() override;
    Dhcp6Listener(const Dhcp6Listener&) = delete;
    Dhcp6Listener& operator=(const Dhcp6Listener&) = delete;

    /// Requires  a running loop.
    void start() override;
    /// Returns when the journal has answered for every lease that it was given.
    void stop() override;

    [[nodiscard]] std::string address() const override;
    [[nodiscard]] std::size_t connections() const override { return 0; }

private:
    class Reactor;
    explicit Dhcp6Listener(std::unique_ptr<Reactor> reactor);

    std::unique_ptr<Reactor> reactor_;
    bool started_ = false;
};

/// Whether an operator's pools can be served. Errors: invalid, naming the pool.
[[nodiscard]] Result<void> check_pools(const Dhcp6Options& options);

} // namespace offhook::server
