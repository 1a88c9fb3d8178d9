#include "server/resync/notify_sender.hpp"

#include "net/as_result.hpp"
#include "net/deadline.hpp"
#include "protocol/sip/message.hpp"

#include <algorithm>
#include <array>
#include <boost/asio/buffer.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ip/udp.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/write.hpp>
#include <fmt/format.h>

namespace offhook::server {
namespace {

namespace asio = boost::asio;
using boost::system::error_code;

asio::ip::address asio_address(const IpAddress& address) {
    const auto& bytes = address.bytes();
    if (!address.is_v4()) return asio::ip::address_v6(bytes);
    return asio::ip::address_v4({bytes[12], bytes[13], bytes[14], bytes[15]});
}

template <class Endpoint>
std::string here_text(const Endpoint& local) {
    return protocol::sip::host_and_port(local.address().to_string(), local.port());
}

struct Received {
    error_code error;
    std::string message;
};

std::string words_for(const error_code& error) {
    if (error == asio::error::connection_refused)
        return "nothing listens there: the phone has another address by now, or another SIP port";
    if (error == asio::error::eof || error == asio::error::connection_reset)
        return "it closed the connection without an answer";
    return "cannot be reached: " + error.message();
}

} // namespace

/// A way to one phone. All awaits may be cancelled.
class NotifySender::Line {
public:
    virtual ~Line() = default;
    virtual asio::awaitable<error_code> open() = 0;
    [[nodiscard]] virtual std::string here() const = 0;
    virtual asio::awaitable<error_code> send(const std::string& message) = 0;
    virtual asio::awaitable<Received> receive() = 0;
};

class NotifySender::DatagramLine final : public Line {
public:
    DatagramLine(const asio::any_io_executor& executor, const NotifyDestination& to)
        : socket_(executor), to_(asio_address(to.address), to.port) {}

    asio::awaitable<error_code> open() override {
        error_code error;
        socket_.open(to_.protocol(), error);
        if (!error) socket_.connect(to_, error);
        co_return error;
    }
    [[nodiscard]] std::string here() const override { return here_text(socket_.local_endpoint()); }
    asio::awaitable<error_code> send(const std::string& message) override {
        const auto [error, bytes] = co_await socket_.async_send(asio::buffer(message), net::as_result);
        co_return error;
    }
    asio::awaitable<Received> receive() override {
        buffer_.resize(protocol::sip::limits::message_bytes_max);
        const auto [error, bytes] = co_await socket_.async_receive(asio::buffer(buffer_), net::as_result);
        co_return Received{error, buffer_.substr(0, bytes)};
    }

private:
    asio::ip::udp::socket socket_;
    asio::ip::udp::endpoint to_;
    std::string buffer_;
};

class NotifySender::StreamLine final : public Line {
public:
    StreamLine(const asio::any_io_executor& executor, const NotifyDestination& to)
        : socket_(executor), to_(asio_address(to.address), to.port) {}

    asio::awaitable<error_code> open() override {
        const auto [error] = co_await socket_.async_connect(to_, net::as_result);
        co_return error;
    }
    [[nodiscard]] std::string here() const override { return here_text(socket_.local_endpoint()); }
    asio::awaitable<error_code> send(const std::string& message) override {
        const auto [error, bytes] = co_await asio::async_write(socket_, asio::buffer(message), net::as_result);
        co_return error;
    }
    asio::awaitable<Received> receive() override {
        for (;;) {
            const auto length = protocol::sip::first_message_length(read_);
            if (length.error != protocol::sip::MessageError::none)
                co_return Received{asio::error::make_error_code(asio::error::invalid_argument), {}};
            if (length.bytes && *length.bytes <= read_.size()) {
                Received whole{{}, read_.substr(0, *length.bytes)};
                read_.erase(0, *length.bytes);
                co_return whole;
            }
            const auto [error, bytes] = co_await socket_.async_read_some(asio::buffer(piece_), net::as_result);
            if (error) co_return Received{error, {}};
            read_.append(piece_.data(), bytes);
        }
    }

private:
    asio::ip::tcp::socket socket_;
    asio::ip::tcp::endpoint to_;
    std::array<char, 4096> piece_{};
    std::string read_;
};

asio::awaitable<NotifyOutcome> NotifySender::converse(Line& line, NotifyTask task, NotifyExchange::Wire wire) {
    using std::chrono::milliseconds;
    const NotifyOutcome silence{NotifyOutcome::State::no_answer, 0, "no answer: it is off, or elsewhere"};
    auto opening = line.open();
    const auto opened = co_await net::with_deadline(std::move(opening), timing_.t1 * 64);
    if (!opened) co_return silence;
    if (*opened) co_return NotifyOutcome{NotifyOutcome::State::unreachable, 0, words_for(*opened)};
    NotifyExchange exchange(std::move(task), wire, line.here(), random_, clock_.instant(), timing_);
    auto act = NotifyExchange::Act::send;
    bool was_sent = false;
    while (act != NotifyExchange::Act::ended) {
        if (act == NotifyExchange::Act::send) {
            const error_code sent = co_await line.send(exchange.message());
            if (sent) co_return NotifyOutcome{NotifyOutcome::State::unreachable, 0, words_for(sent), was_sent};
            was_sent = true;
        }
        const auto until = exchange.deadline();
        if (!until) break;
        const auto left = std::chrono::ceil<milliseconds>(*until - clock_.instant());
        auto receiving = line.receive();
        const auto received = co_await net::with_deadline(std::move(receiving), std::max(left, milliseconds(0)));
        if (!received) {
            act = exchange.tick(clock_.instant());
            continue;
        }
        if (received->error)
            co_return NotifyOutcome{NotifyOutcome::State::unreachable, 0, words_for(received->error), was_sent};
        act = exchange.receive(received->message, clock_.instant());
    }
    NotifyOutcome outcome = exchange.outcome();
    outcome.was_sent = was_sent;
    co_return outcome;
}

asio::awaitable<NotifyOutcome> NotifySender::send(NotifyTask task, NotifyDestination to) {
    const auto executor = co_await asio::this_coro::executor;
    if (to.wire == NotifyExchange::Wire::datagrams) {
        DatagramLine line(executor, to);
        co_return co_await converse(line, std::move(task), to.wire);
    }
    StreamLine line(executor, to);
    co_return co_await converse(line, std::move(task), to.wire);
}

} // namespace offhook::server
