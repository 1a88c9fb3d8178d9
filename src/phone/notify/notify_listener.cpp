#include "phone/notify/notify_listener.hpp"

#include "net/as_result.hpp"
#include "net/deadline.hpp"
#include "protocol/sip/notify_request.hpp"

#include <algorithm>
#include <array>
#include <boost/asio/buffer.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/ip/v6_only.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/write.hpp>
#include <boost/system/system_error.hpp>
#include <csignal>
#include <fmt/format.h>
#include <stdexcept>

namespace offhook::phone {
namespace {

namespace asio = boost::asio;
using boost::system::error_code;

constexpr std::chrono::milliseconds accept_pause{100};

asio::ip::address asio_address(const IpAddress& address) {
    const auto& bytes = address.bytes();
    if (!address.is_v4()) return asio::ip::address_v6(bytes);
    return asio::ip::address_v4({bytes[12], bytes[13], bytes[14], bytes[15]});
}

template <class Endpoint>
NotifyPeer peer_of(const Endpoint& endpoint) {
    const auto address = endpoint.address();
    if (address.is_v4()) return {IpAddress::v4(address.to_v4().to_uint()), endpoint.port()};
    return {IpAddress(address.to_v6().to_bytes()), endpoint.port()};
}

/// Cancelled while it stops: no failure of the phone's.
void report(const std::exception_ptr& failure) {
    try {
        std::rethrow_exception(failure);
    } catch (const boost::system::system_error& error) {
        if (error.code() == asio::error::operation_aborted) return;
    } catch (...) { // logged below
    }
    net::log_task_failure(failure);
}

struct Read {
    error_code error;
    std::size_t bytes = 0;
};

asio::awaitable<Read> read_some(asio::ip::tcp::socket& socket, std::array<char, 4096>& piece) {
    const auto [error, bytes] = co_await socket.async_read_some(asio::buffer(piece), net::as_result);
    co_return Read{error, bytes};
}

} // namespace

NotifyListener::NotifyListener(NotifyAnswerer& answerer, const Clock& clock, Tell tell)
    : answerer_(answerer), clock_(clock), tell_(std::move(tell)), udp_(context_), tcp_(context_), signals_(context_),
      tasks_(context_.get_executor(), report) {}

NotifyListener::~NotifyListener() {
    tasks_.close();
    tasks_.cancel();
    context_.restart();
    context_.run(); // until the last task has ended
}

void NotifyListener::open(const std::optional<IpAddress>& address, std::uint16_t port) {
    const auto local = address ? asio_address(*address) : asio::ip::address(asio::ip::address_v6::any());
    const auto bind = [&](const asio::ip::address& to) {
        tcp_.open(Tcp::endpoint(to, port).protocol());
        if (to.is_v6()) tcp_.set_option(asio::ip::v6_only(address.has_value())); // IPv4 peers: as mapped addresses
        tcp_.set_option(Tcp::acceptor::reuse_address(true));
        tcp_.bind(Tcp::endpoint(to, port));
        udp_place_ = Udp::endpoint(to, tcp_.local_endpoint().port());
        takes_mapped_ = !address.has_value();
        bind_udp();
        tcp_.listen();
    };
    try {
        try {
            bind(local);
        } catch (const boost::system::system_error& error) {
            if (address || error.code() != asio::error::address_family_not_supported) throw;
            error_code ignored;
            tcp_.close(ignored);
            udp_.close(ignored);
            bind(asio::ip::address_v4::any()); // a host without IPv6
        }
    } catch (const boost::system::system_error& error) {
        throw std::runtime_error(fmt::format("the phone's SIP port {} cannot be had: {}; choose another with "
                                             "--sip-port or --sip-address",
                                             port, error.code().message()));
    }
    take_signals(Signals::end_the_wait);
    tasks_.spawn(datagrams());
    tasks_.spawn(connections());
    tasks_.spawn(signals());
}

void NotifyListener::take_signals(Signals signals) {
    if (signals == Signals::end_the_process) return signals_.clear();
    signals_.add(SIGINT);
    signals_.add(SIGTERM);
}

void NotifyListener::bind_udp() {
    udp_.open(udp_place_.protocol());
    if (udp_place_.address().is_v6()) udp_.set_option(asio::ip::v6_only(!takes_mapped_));
    udp_.bind(udp_place_);
}

void NotifyListener::free_udp() {
    error_code ignored;
    udp_.close(ignored);
    deaf(); // and datagrams() comes to its end
}

void NotifyListener::take_udp() {
    try {
        bind_udp();
    } catch (const boost::system::system_error& error) {
        throw std::runtime_error(fmt::format("the phone's SIP port {} was taken while it booted: {}", udp_place_.port(),
                                             error.code().message()));
    }
    tasks_.spawn(datagrams());
}

NotifyPeer NotifyListener::local() const { return peer_of(udp_.local_endpoint()); }

NotifyReply NotifyListener::reply_to(std::string_view message, const NotifyPeer& from) {
    auto reply = answerer_.receive(message, from);
    if (!reply.told.empty()) tell_(reply.told);
    return reply;
}

void NotifyListener::act(const NotifyReply& reply) {
    if (reply.action) take({*reply.action});
}

void NotifyListener::take(PhoneOrder order) {
    if (orders_.size() < actions_waiting_max)
        orders_.push_back({std::move(order), clock_.instant()});
    else
        tell_("the phone has been told too much already: this is forgotten");
}

asio::awaitable<void> NotifyListener::datagrams() {
    std::string buffer(protocol::sip::limits::message_bytes_max, '\0');
    for (;;) {
        Udp::endpoint from;
        const auto [error, bytes] = co_await udp_.async_receive_from(asio::buffer(buffer), from, net::as_result);
        if (error == asio::error::operation_aborted || error == asio::error::bad_descriptor) co_return;
        if (error || deaf_) continue;
        const auto reply = reply_to(std::string_view(buffer).substr(0, bytes), peer_of(from));
        if (reply.answer.empty()) continue;
        from.port(reply.to_port);
        const auto [failed, sent] = co_await udp_.async_send_to(asio::buffer(reply.answer), from, net::as_result);
        if (failed == asio::error::operation_aborted) co_return;
        act(reply); // the answer is out first
    }
}

asio::awaitable<void> NotifyListener::connections() {
    asio::steady_timer pause(context_);
    for (;;) {
        auto [error, socket] = co_await tcp_.async_accept(net::as_result);
        if (error == asio::error::operation_aborted) co_return;
        if (error) { // no descriptor is left, say: that is not over in a microsecond
            pause.expires_after(accept_pause);
            (void)co_await pause.async_wait(net::as_result);
            continue;
        }
        if (deaf_ || sessions_ >= sessions_max) continue;
        tasks_.spawn(session(std::move(socket)));
    }
}

asio::awaitable<void> NotifyListener::session(Tcp::socket socket) {
    const unsigned born_in = generation_;
    ++sessions_;
    error_code ignored;
    const NotifyPeer from = peer_of(socket.remote_endpoint(ignored));
    std::array<char, 4096> piece{};
    std::string read;
    for (bool open = true; open;) {
        const auto length = protocol::sip::first_message_length(read);
        if (length.error != protocol::sip::MessageError::none) break;
        if (!length.bytes || *length.bytes > read.size()) {
            auto reading = read_some(socket, piece);
            const auto got = co_await net::with_deadline(std::move(reading), session_time);
            open = got && !got->error && generation_ == born_in;
            if (open) read.append(piece.data(), got->bytes);
            continue;
        }
        const auto reply = reply_to(std::string_view(read).substr(0, *length.bytes), from);
        read.erase(0, *length.bytes);
        if (reply.answer.empty()) continue;
        const auto [failed, sent] = co_await asio::async_write(socket, asio::buffer(reply.answer), net::as_result);
        open = !failed;
        act(reply);
    }
    --sessions_;
}

asio::awaitable<void> NotifyListener::signals() {
    const auto [error, number] = co_await signals_.async_wait(net::as_result);
    interrupted_ = !error;
}

NotifyListener::End NotifyListener::wait(std::optional<Instant> until, PhoneOrder& order) {
    constexpr std::chrono::hours for_ever{1}; // asked again
    context_.restart();
    for (;;) {
        if (interrupted_) return End::interrupted;
        const Instant now = clock_.instant();
        std::optional<Instant> wake = until;
        if (!orders_.empty()) { // one after the other: what comes later waits behind the first
            const auto held = holds_ ? holds_(orders_.front().order, orders_.front().since) : std::nullopt;
            if (!held || now >= *held) {
                order = std::move(orders_.front().order);
                orders_.pop_front();
                return End::told;
            }
            wake = wake ? std::min(*wake, *held) : *held;
        }
        if (until && now >= *until) return End::time_over;
        context_.run_one_for(wake ? std::min<Instant::duration>(*wake - now, for_ever) : for_ever);
    }
}

void NotifyListener::deaf() {
    deaf_ = true;
    ++generation_;
    orders_.clear();
    context_.restart();
    while (context_.poll() != 0) {
    }
    deaf_ = false;
}

} // namespace offhook::phone
