#include "server/discovery/dhcp6_listener.hpp"

#include "net/task_group.hpp"
#include "server/discovery/dhcp6_socket.hpp"
#include "server/discovery/ip6_neighbour.hpp"
#include "server/discovery/link_addresses.hpp"

#include <algorithm>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <exception>
#include <fmt/format.h>
#include <latch>

namespace offhook::server {
namespace {

using Endpoint = boost::asio::ip::udp::endpoint;

constexpr int rounds_max = 16; // then the loop's other work gets its turn

/// The journal, with its answers brought back to the loop; counts those that are still to come.
class LoopJournal final : public LeaseJournal {
public:
    LoopJournal(net::Loop& loop, LeaseJournal& journal, std::function<void()> answered)
        : loop_(loop), journal_(journal), answered_(std::move(answered)) {}

    bool put(const catalogue::Lease& lease, catalogue::LeaseDone done) override {
        ++to_come_;
        const bool taken = journal_.put(lease, [this, done = std::move(done)](bool is_durable) {
            loop_.post([this, done, is_durable] {
                done(is_durable);
                --to_come_;
                answered_();
            });
        });
        if (!taken) --to_come_;
        return taken;
    }
    [[nodiscard]] std::size_t to_come() const { return to_come_; }

private:
    net::Loop& loop_;
    LeaseJournal& journal_;
    std::function<void()> answered_;
    std::size_t to_come_ = 0;
};

std::uint64_t high_half(const IpAddress& address) {
    std::uint64_t out = 0;
    for (std::size_t i = 0; i < 8; ++i) out = out << 8U | address.bytes()[i];
    return out;
}

} // namespace

Result<void> check_pools(const Dhcp6Options& options) {
    for (const auto& pool : options.pools) {
        const bool is_inside = pool.subnet.contains(pool.first) && pool.subnet.contains(pool.last);
        if (!is_inside || pool.last < pool.first || high_half(pool.first) != high_half(pool.last))
            return fail(ErrorCode::invalid,
                        fmt::format("pool {} to {}: both must lie in {}, in that order, and within one /64",
                                    pool.first.text(), pool.last.text(), pool.subnet.text()));
    }
    if (options.mode == Dhcp6Mode::small_pool && options.pools.empty())
        return fail(ErrorCode::invalid, "a small pool needs a pool of addresses");
    return {};
}

/// The listener's share on its loop. Everything but the constructor on the loop.
class Dhcp6Listener::Reactor {
public:
    Reactor(const Parts& parts, Dhcp6Socket socket, std::string duid, std::uint16_t listener,
            const Dhcp6Options& options)
        : loop(parts.loop), socket_(std::move(socket)), readable_(loop.executor()),
          journal_(loop, parts.journal, [this] { on_journal(); }),
          server_(
              {parts.offers, journal_, loop.clock()}, options, std::move(duid), listener, ip6_neighbour,
              [this](Dhcp6Departure departure) { leave(std::move(departure)); },
              is_on_its_port() ? Dhcp6RelayPort::servers : Dhcp6RelayPort::source) {
        readable_.assign(socket_.fd());
    }
    ~Reactor() {
        if (readable_.is_open()) (void)readable_.release(); // the socket closes itself
    }
    Reactor(const Reactor&) = delete;
    Reactor& operator=(const Reactor&) = delete;

    void start() { wait(); }
    void stop(std::latch& ended) {
        ended_ = &ended;
        readable_.cancel();
        end_if_stopped();
    }
    [[nodiscard]] Dhcp6Server& server() { return server_; }
    [[nodiscard]] const Endpoint& bound() const { return socket_.bound(); }

    net::Loop& loop;

private:
    [[nodiscard]] bool is_on_its_port() const { return bound().port() == protocol::dhcp6::server_port; }

    void wait() {
        waits_ = true;
        readable_.async_wait(boost::asio::posix::stream_descriptor::wait_read,
                             [this](const boost::system::error_code& error) { on_readable(error); });
    }

    void on_readable(const boost::system::error_code& error) {
        waits_ = false;
        if (!error && ended_ == nullptr) {
            try {
                bool more = true;
                for (int round = 0; more && round < rounds_max; ++round) take_batch(more);
            } catch (...) {
                net::log_task_failure(std::current_exception()); // this batch is lost, the listener is not
            }
        }
        if (ended_ == nullptr) return wait();
        end_if_stopped();
    }

    void take_batch(bool& more) {
        const auto batch = socket_.receive(more);
        in_batch_ = true;
        for (const auto& heard : batch) take(heard);
        in_batch_ = false;
        socket_.send(leaving_);
        leaving_.clear();
    }

    void take(const Dhcp6Socket::Heard& heard) {
        const auto* link = links_.find(heard.interface, loop.clock().instant());
        if (link == nullptr) return;
        Dhcp6Arrival arrival;
        arrival.datagram = heard.datagram;
        arrival.way = {heard.source, link->reachable(), heard.interface};
        arrival.source_port = heard.port;
        const bool to_us = heard.destination.bytes()[0] != 0xff && is_on_its_port();
        arrival.sent = to_us ? Dhcp6Arrival::Sent::to_us : Dhcp6Arrival::Sent::to_group;
        arrival.ours = link->addresses;
        server_.received(arrival);
    }

    void leave(Dhcp6Departure departure) {
        const auto* link = links_.find(departure.interface, loop.clock().instant());
        std::optional<IpAddress> from;
        if (link != nullptr && departure.to.bytes()[0] == 0xfe && (departure.to.bytes()[1] & 0xc0U) == 0x80)
            from = link->link_local;
        leaving_.push_back({std::move(departure), from});
        if (in_batch_) return;
        socket_.send(leaving_); // the journal's answer came, by itself
        leaving_.clear();
    }

    void on_journal() { end_if_stopped(); }
    void end_if_stopped() {
        if (ended_ == nullptr || waits_ || journal_.to_come() != 0) return;
        (void)readable_.release();
        std::exchange(ended_, nullptr)->count_down();
    }

    Dhcp6Socket socket_;
    boost::asio::posix::stream_descriptor readable_;
    LoopJournal journal_;
    Dhcp6Server server_;
    LinkAddresses links_;
    std::vector<Dhcp6Socket::Leaving> leaving_;
    bool in_batch_ = false;
    bool waits_ = false;
    std::latch* ended_ = nullptr;
};

Result<std::unique_ptr<Dhcp6Listener>> Dhcp6Listener::open(const Parts& parts, std::string duid,
                                                           std::span<const catalogue::Lease> known,
                                                           std::uint16_t listener_number, const Endpoint& at,
                                                           const Dhcp6Options& options) {
    if (auto checked = check_pools(options); !checked) return tl::unexpected(checked.error());
    if (options.mode == Dhcp6Mode::small_pool && at.address().is_unspecified())
        return fail(ErrorCode::invalid, "a small pool needs one interface: name an address that it has, not [::]");
    auto socket = Dhcp6Socket::open(at);
    if (!socket) return tl::unexpected(socket.error());
    auto reactor = std::make_unique<Reactor>(parts, std::move(*socket), std::move(duid), listener_number, options);
    for (const auto& lease : known) reactor->server().restore(lease);
    return std::unique_ptr<Dhcp6Listener>(new Dhcp6Listener(std::move(reactor)));
}

Dhcp6Listener::Dhcp6Listener(std::unique_ptr<Reactor> reactor) : reactor_(std::move(reactor)) {}
Dhcp6Listener::~Dhcp6Listener() { stop(); }

void Dhcp6Listener::start() {
    started_ = true;
    reactor_->loop.post([reactor = reactor_.get()] { reactor->start(); });
}

void Dhcp6Listener::stop() {
    if (!started_) return;
    started_ = false;
    std::latch ended(1);
    reactor_->loop.post([reactor = reactor_.get(), &ended] { reactor->stop(ended); });
    ended.wait();
}

std::string Dhcp6Listener::address() const {
    return fmt::format("[{}]:{}", reactor_->bound().address().to_string(), reactor_->bound().port());
}

} // namespace offhook::server
