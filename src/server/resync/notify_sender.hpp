#pragma once
/// @file  NotifySender: a NotifyExchange over a socket of its own, UDP or TCP.
///
/// UDP sockets are connected: the kernel then says which address of ours the phone sees, and that nothing listens
/// there. Limits   a response of sip::limits::message_bytes_max; nothing is waited for beyond timer F.
/// Errors   what a network does is an outcome; nothing is thrown for it.
/// Threads  its executor's one thread.
#include "base/ip_address.hpp"
#include "server/resync/notify_exchange.hpp"

#include <boost/asio/awaitable.hpp>

namespace offhook::server {

struct NotifyDestination {
    IpAddress address;
    std::uint16_t port = 5060;
    NotifyExchange::Wire wire = NotifyExchange::Wire::datagrams;
};

class NotifySender {
public:
    /// Both outlive it.
    NotifySender(const Clock& clock, Random& random, protocol::sip::TransactionTiming timing = {})
        : clock_(clock), random_(random), timing_(timing) {}

    [[nodiscard]] boost::asio::awaitable<NotifyOutcome> send(NotifyTask task, NotifyDestination to);

private:
    class Line;
    class DatagramLine;
    class StreamLine;
    [[nodiscard]] boost::asio::awaitable<NotifyOutcome> converse(Line& line, NotifyTask task,
                                                                 NotifyExchange::Wire wire);

    const Clock& clock_;
    Random& random_;
    protocol::sip::TransactionTiming timing_;
};

} // namespace offhook::server
