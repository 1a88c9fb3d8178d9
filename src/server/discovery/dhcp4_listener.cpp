#include "server/discovery/dhcp4_listener.hpp"

#include "base/random.hpp"

#include <fmt/format.h>

#include <latch>

namespace offhook::server {

Dhcp4Listener::Dhcp4Listener(net::Loop& loop, std::unique_ptr<Dhcp4Reactor> reactor)
    : loop_(loop), reactor_(std::move(reactor)) {}

Dhcp4Listener::~Dhcp4Listener() { stop(); }

Result<std::unique_ptr<Dhcp4Listener>> Dhcp4Listener::open(net::Loop& loop, OfferSource& offers,
                                                           catalogue::Store& store, std::uint16_t listener_number,
                                                           const boost::asio::ip::udp::endpoint& at,
                                                           const Dhcp4Options& options) {
    if (const auto ok = Dhcp4Server::check(options); !ok) return tl::unexpected(ok.error());
    const bool is_pool = options.mode == Dhcp4Mode::small_pool;
    if (is_pool && at.address().is_unspecified())
        return fail(ErrorCode::invalid, "a small pool serves one interface: give its address instead of 0.0.0.0");
    auto sockets = open_dhcp4_sockets(at);
    if (!sockets) return tl::unexpected(sockets.error());
    if (is_pool && !options.beside_others) {
        SystemRandom random;
        const auto xid = static_cast<std::uint32_t>(random.next());
        const auto other = find_other_server(*sockets, loop.clock(), xid, probe_wait);
        if (!other) return tl::unexpected(other.error());
        if (*other)
            return fail(ErrorCode::unavailable,
                        fmt::format("the DHCP server {} gives out addresses on {} already; use the mode options_only, "
                                    "or beside_others = true if both shall",
                                    (*other)->text(), sockets->interface.name));
    }
    auto reactor = std::make_unique<Dhcp4Reactor>(loop, offers, store, listener_number, options, std::move(*sockets));
    if (is_pool) reactor->load(store.leases());
    return std::unique_ptr<Dhcp4Listener>(new Dhcp4Listener(loop, std::move(reactor)));
}

void Dhcp4Listener::start() {
    started_ = true;
    loop_.post([this] { reactor_->start(); });
}

void Dhcp4Listener::stop() {
    if (!started_) return;
    started_ = false;
    std::latch ended(1);
    loop_.post([this, &ended] { reactor_->stop([&ended] { ended.count_down(); }); });
    ended.wait();
}

std::string Dhcp4Listener::address() const {
    return fmt::format("{}:{}", reactor_->sockets().address.text(), reactor_->sockets().ports.server);
}

} // namespace offhook::server
