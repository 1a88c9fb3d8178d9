#include "server/discovery/dhcp4_reactor.hpp"

#include "base/log.hpp"
#include "net/task_group.hpp"

#include <chrono>
#include <exception>
#include <stdexcept>
#include <sys/epoll.h>
#include <utility>

namespace offhook::server {

namespace {

constexpr std::chrono::milliseconds tick_time{20};
constexpr int rounds_max = 16; // then the loop's other work gets its turn

net::OwnedFd watch_all(const Dhcp4Sockets& sockets, const std::optional<AddressProber>& prober) {
    net::OwnedFd poll(::epoll_create1(EPOLL_CLOEXEC));
    if (!poll) throw std::runtime_error("no epoll instance for DHCP");
    const auto add = [&poll](const net::OwnedFd& fd) {
        if (!fd) return;
        epoll_event event{};
        event.events = EPOLLIN;
        if (::epoll_ctl(poll.get(), EPOLL_CTL_ADD, fd.get(), &event) != 0)
            throw std::runtime_error("a DHCP socket cannot be watched");
    };
    add(sockets.requests);
    add(sockets.replies);
    if (prober) {
        add(prober->arp());
        add(prober->echo());
    }
    return poll;
}

/// Whatever fails (out of memory, say), this piece of work is lost and the listener is not.
template <class Work>
void guarded(Work&& work) {
    try {
        work();
    } catch (...) {
        net::log_task_failure(std::current_exception());
    }
}

} // namespace

Dhcp4Reactor::Dhcp4Reactor(net::Loop& loop, OfferSource& offers, catalogue::Store& store, std::uint16_t listener,
                           const Dhcp4Options& options, Dhcp4Sockets sockets)
    : loop_(loop), store_(store), sockets_(std::move(sockets)),
      prober_(options.mode == Dhcp4Mode::small_pool ? std::optional<AddressProber>(sockets_.interface) : std::nullopt),
      server_(offers, loop.clock(), options, listener, sockets_.ports, sockets_.links),
      readable_(loop.executor(), watch_all(sockets_, prober_).release()), ticker_(loop.executor()) {}

void Dhcp4Reactor::wait_for_datagrams() {
    ++under_way_;
    readable_.async_wait(boost::asio::posix::stream_descriptor::wait_read,
                         [this](const boost::system::error_code& error) {
                             if (!error && !closed_) {
                                 guarded([this] { on_readable(); });
                                 wait_for_datagrams();
                             }
                             --under_way_;
                             end_if_stopped();
                         });
}

void Dhcp4Reactor::on_readable() {
    for (int round = 0; round < rounds_max; ++round) {
        const std::size_t count = inbox_.receive(sockets_.requests.get(), sockets_.address);
        for (std::size_t i = 0; i < count; ++i) server_.received(inbox_.datagram(i), inbox_.place(i), actions_);
        perform();
        if (count < Dhcp4Inbox::batch_max) break;
    }
    if (sockets_.replies) {
        const std::size_t count = inbox_.receive(sockets_.replies.get(), sockets_.address);
        for (std::size_t i = 0; i < count; ++i) server_.heard(inbox_.datagram(i), inbox_.place(i));
    }
    if (prober_)
        for (const auto& [address, mac] : prober_->answered()) server_.address_in_use(address, mac, actions_);
    perform();
}

void Dhcp4Reactor::perform() {
    while (!actions_.writes.empty() || !actions_.probes.empty() || !actions_.sends.empty()) {
        std::swap(actions_, doing_);
        actions_.clear();
        for (const Dhcp4Write& write : doing_.writes) {
            ++under_way_;
            const bool taken = store_.put_lease(write.lease, [this, ticket = write.ticket](bool is_durable) {
                loop_.post([this, ticket, is_durable] {
                    guarded([&] {
                        server_.lease_stored(ticket, is_durable, actions_);
                        if (!closed_) perform();
                    });
                    --under_way_;
                    end_if_stopped();
                });
            });
            if (taken) continue;
            --under_way_;
            log::warning("DHCP4_LEASE_NOT_TAKEN", "{}: too many leases wait to be written; the client asks again",
                         write.lease.address.text());
            server_.lease_stored(write.ticket, false, actions_);
        }
        for (const Dhcp4Probe& probe : doing_.probes) prober_->ask(probe);
        if (!doing_.sends.empty()) send_all(sockets_.requests.get(), doing_.sends);
    }
    if (server_.is_waiting()) wait_for_probes();
}

void Dhcp4Reactor::wait_for_probes() {
    if (ticking_ || closed_) return;
    ticking_ = true;
    ++under_way_;
    ticker_.expires_after(tick_time);
    ticker_.async_wait([this](const boost::system::error_code&) {
        ticking_ = false;
        if (!closed_) {
            guarded([this] {
                server_.tick(actions_);
                perform();
            });
            if (server_.is_waiting()) wait_for_probes();
        }
        --under_way_;
        end_if_stopped();
    });
}

void Dhcp4Reactor::stop(std::function<void()> stopped) {
    stopped_ = std::move(stopped);
    closed_ = true;
    ticker_.cancel();
    boost::system::error_code ignored;
    readable_.close(ignored);
    end_if_stopped();
}

void Dhcp4Reactor::end_if_stopped() {
    if (!stopped_ || under_way_ != 0) return;
    const auto stopped = std::exchange(stopped_, {});
    stopped();
}

} // namespace offhook::server
