#pragma once
/// @file  PnpListener: SIP PnP on the interfaces that an address selects, on one loop.
///
/// Beside a PBX: bound to the group, answers from a port of its own. Joins again every few minutes, for switches that
/// snoop without a querier; notices interfaces and addresses that come and go.
/// Threads  open, start and stop on one that is no loop's; all else on its loop.
#include "base/result.hpp"
#include "net/loop.hpp"
#include "server/discovery/discovery_options.hpp"
#include "server/discovery/offer_source.hpp"
#include "server/listen/listener.hpp"

#include <boost/asio/ip/udp.hpp>
#include <cstdint>
#include <memory>
#include <string>

namespace offhook::server {

class PnpReactor;

class PnpListener final : public Listener {
public:
    /// Binds; takes nothing yet. `loop` and `offers` outlive it; `offers` is asked on the loop only.
    /// Errors: invalid for an IPv6 address (there is no group), unavailable for an address of no interface, those of
    /// PnpSockets::open.
    [[nodiscard]] static Result<std::unique_ptr<PnpListener>> open(net::Loop& loop, OfferSource& offers,
                                                                   std::uint16_t listener_number,
                                                                   const boost::asio::ip::udp::endpoint& at,
                                                                   const PnpOptions& options);
    ~PnpListener() override;
    PnpListener(const PnpListener&) = delete;
    PnpListener& operator=(const PnpListener&) = delete;

    /// Requires  a running loop.
    void start() override;
    void stop() override; ///< at once: phones ask again
    [[nodiscard]] std::string address() const override;
    [[nodiscard]] std::size_t connections() const override; ///< NOTIFYs that wait for an answer
    [[nodiscard]] std::uint16_t answer_port() const;

private:
    explicit PnpListener(net::Loop& loop);

    net::Loop& loop_;
    std::unique_ptr<PnpReactor> reactor_;
    bool started_ = false;
};

} // namespace offhook::server
