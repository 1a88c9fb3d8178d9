#pragma once
/// @file  NotifyListener: the phone's SIP port, UDP and TCP, in front of a NotifyAnswerer.
///
/// It hears only while somebody waits: a phone that boots is deaf, and what came meanwhile is thrown away by deaf().
/// Limits   sessions_max TCP sessions, each silent for session_time at most; sip::limits for messages.
/// Errors   open() throws std::runtime_error where the port cannot be had.
/// Threads  that which constructs it; it runs an io_context of its own inside wait().
#include "net/task_group.hpp"
#include "phone/notify/notify_answerer.hpp"
#include "phone/phone_order.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ip/udp.hpp>
#include <boost/asio/signal_set.hpp>

#include <deque>
#include <functional>
#include <optional>
#include <string>

namespace offhook::phone {

class NotifyListener {
public:
    static constexpr std::size_t sessions_max = 8, actions_waiting_max = 4;
    static constexpr std::chrono::seconds session_time{60};
    using Tell = std::function<void(const std::string& line)>;

    /// `answerer` and `clock` outlive it; `tell` hears of every request.
    NotifyListener(NotifyAnswerer& answerer, const Clock& clock, Tell tell);
    ~NotifyListener();
    NotifyListener(const NotifyListener&) = delete;
    NotifyListener& operator=(const NotifyListener&) = delete;

    /// Binds UDP and TCP to one port; 0: a free one. No address: all of them.
    void open(const std::optional<IpAddress>& address, std::uint16_t port);
    [[nodiscard]] NotifyPeer local() const;

    enum class End : std::uint8_t { told, time_over, interrupted };
    /// Until the phone is told something, the time is over, or SIGINT or SIGTERM came. `order` is set for `told`.
    [[nodiscard]] End wait(std::optional<Instant> until, PhoneOrder& order);
    /// The phone is told something another way. What finds no place is lost, and said so.
    void take(PhoneOrder order);
    /// Until when an order that came at `since` waits, because the phone is in use; nullopt: it does not.
    using Holds = std::function<std::optional<Instant>(const PhoneOrder& order, Instant since)>;
    void set_holds(Holds holds) { holds_ = std::move(holds); }
    /// Runs inside wait().
    [[nodiscard]] boost::asio::io_context& context() { return context_; }
    /// Whether a signal ends the wait, as from the beginning, or the process: while the phone boots nobody waits.
    enum class Signals : std::uint8_t { end_the_wait, end_the_process };
    void take_signals(Signals signals);
    /// A boot may need the port itself: SIP PnP asks from it. What came meanwhile is lost. take_udp() throws
    /// std::runtime_error where somebody else has it by then.
    void free_udp();
    void take_udp();
    /// Forgets what came while nobody waited: the phone was restarting.
    void deaf();

private:
    using Udp = boost::asio::ip::udp;
    using Tcp = boost::asio::ip::tcp;
    [[nodiscard]] boost::asio::awaitable<void> datagrams();
    [[nodiscard]] boost::asio::awaitable<void> connections();
    [[nodiscard]] boost::asio::awaitable<void> session(Tcp::socket socket);
    [[nodiscard]] boost::asio::awaitable<void> signals();
    /// What to send; notes what is to be done once it is sent.
    [[nodiscard]] NotifyReply reply_to(std::string_view message, const NotifyPeer& from);
    void act(const NotifyReply& reply);
    void bind_udp();

    NotifyAnswerer& answerer_;
    const Clock& clock_;
    Tell tell_;
    boost::asio::io_context context_{1};
    Udp::socket udp_;
    Udp::endpoint udp_place_;
    bool takes_mapped_ = false; ///< IPv4 peers come to an IPv6 socket
    Tcp::acceptor tcp_;
    boost::asio::signal_set signals_;
    struct Waiting {
        PhoneOrder order;
        Instant since;
    };
    std::deque<Waiting> orders_;
    Holds holds_;
    bool interrupted_ = false, deaf_ = false;
    std::size_t sessions_ = 0;
    unsigned generation_ = 0; ///< of the phone's life between restarts: older sessions end
    net::TaskGroup tasks_;
};

} // namespace offhook::phone
