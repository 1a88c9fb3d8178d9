#include "server/discovery/pnp_listener.hpp"

#include "server/discovery/pnp_reactor.hpp"

#include <fmt/format.h>
#include <latch>

namespace offhook::server {

Result<std::unique_ptr<PnpListener>> PnpListener::open(net::Loop& loop, OfferSource& offers,
                                                       std::uint16_t listener_number,
                                                       const boost::asio::ip::udp::endpoint& at,
                                                       const PnpOptions& options) {
    if (!at.address().is_v4())
        return fail(ErrorCode::invalid, "SIP PnP has no IPv6 group: name an IPv4 address of the interface, or 0.0.0.0 "
                                        "for all (phones with IPv6 alone ask by DHCPv6)");
    const auto address = IpAddress::v4(static_cast<std::uint32_t>(at.address().to_v4().to_uint()));
    auto links = pnp_links(address);
    if (links.empty() && !at.address().is_unspecified())
        return fail(ErrorCode::unavailable,
                    fmt::format("no interface that is up has {}; `ip -4 address` lists what there is, and 0.0.0.0 "
                                "means all of them",
                                address.text()));
    auto sockets = PnpSockets::open(at, options.answer_port);
    if (!sockets) return tl::unexpected(sockets.error());
    std::unique_ptr<PnpListener> listener(new PnpListener(loop));
    listener->reactor_ = std::make_unique<PnpReactor>(loop, offers, listener_number, address, options,
                                                      std::move(*sockets), std::move(links));
    return listener;
}

PnpListener::PnpListener(net::Loop& loop) : loop_(loop) {}

PnpListener::~PnpListener() { stop(); }

void PnpListener::start() {
    std::latch started(1);
    loop_.post([&] {
        reactor_->start();
        started.count_down();
    });
    started.wait();
    started_ = true;
}

void PnpListener::stop() {
    if (!std::exchange(started_, false)) return;
    std::latch ended(1);
    loop_.post([&] { reactor_->stop([&ended] { ended.count_down(); }); });
    ended.wait();
}

std::string PnpListener::address() const { return fmt::format("{}:{}", reactor_->at().text(), reactor_->group_port()); }

std::size_t PnpListener::connections() const { return reactor_->under_way(); }

std::uint16_t PnpListener::answer_port() const { return reactor_->answer_port(); }

} // namespace offhook::server
