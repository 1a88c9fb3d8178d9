#include "server/listen/http_acceptor.hpp"

#include "base/log.hpp"
#include "net/as_result.hpp"
#include "server/listen/peer_address.hpp"

#include <array>
#include <cerrno>
#include <cstring>
#include <exception>
#include <netinet/in.h>
#include <sys/socket.h>
#include <utility>

namespace offhook::server {

namespace asio = boost::asio;
using protocol::HttpConnection;

namespace {

constexpr int batch_connections = 64; // then the loop's sessions get their turn
constexpr std::chrono::milliseconds pause_without_descriptors{100};

HttpPeer both_ends(const sockaddr_storage& address, int connection) {
    const PeerAddress peer = peer_of(address), local = local_of(connection);
    return {peer.address, peer.port, local.address, local.port, nullptr};
}

} // namespace

HttpAcceptor::HttpAcceptor(net::Loop& loop, Door& door, ConnectionCounts& counts, const HttpOptions& options,
                           const asio::ip::tcp& protocol, net::OwnedFd socket, std::unique_ptr<net::TlsContext> tls)
    : loop_(loop), protocol_(protocol), acceptor_(loop.executor(), protocol, socket.release()), pause_(loop.executor()),
      buffer_(options.header_bytes_max), tls_(std::move(tls)),
      share_(options, door, loop.timers(), loop.clock(), counts, tls_.get()), tasks_(loop.executor()) {}

void HttpAcceptor::start() { (void)tasks_.spawn(accept_loop()); }

asio::awaitable<void> HttpAcceptor::stop() {
    share_.stopping = true;
    boost::system::error_code ignored;
    acceptor_.close(ignored);
    pause_.cancel();
    for (auto* session : share_.sessions) session->stop();
    loop_.timers().arm(grace_, share_.options.stop_grace);
    co_await tasks_.join();
    grace_.disarm();
}

asio::awaitable<void> HttpAcceptor::accept_loop() {
    while (acceptor_.is_open()) {
        const auto [error] = co_await acceptor_.async_wait(asio::ip::tcp::acceptor::wait_read, net::as_result);
        if (error) co_return;
        if (accept_batch() == Batch::taken) continue;
        pause_.expires_after(pause_without_descriptors);
        (void)co_await pause_.async_wait(net::as_result);
    }
}

HttpAcceptor::Batch HttpAcceptor::accept_batch() {
    for (int i = 0; i < batch_connections; ++i) {
        sockaddr_storage address{};
        socklen_t length = sizeof address;
        net::OwnedFd connection(::accept4(acceptor_.native_handle(), reinterpret_cast<sockaddr*>(&address), &length,
                                          SOCK_NONBLOCK | SOCK_CLOEXEC));
        if (connection) {
            exhausted_ = false;
            const HttpPeer peer = both_ends(address, connection.get());
            greet_guarded(std::move(connection), peer);
            continue;
        }
        if (errno == EAGAIN || errno == EWOULDBLOCK) return Batch::taken;
        if (errno == EMFILE || errno == ENFILE || errno == ENOBUFS || errno == ENOMEM) {
            if (!std::exchange(exhausted_, true))
                log::warning("HTTP_ACCEPT_EXHAUSTED", "no connection can be taken: {}", std::strerror(errno));
            return Batch::out_of_descriptors;
        }
        // Anything else ended that one connection before it was taken: accept(2), "Error handling".
    }
    return Batch::taken;
}

void HttpAcceptor::greet_guarded(net::OwnedFd connection, const HttpPeer& peer) {
    try {
        greet(std::move(connection), peer);
    } catch (...) {
        net::log_task_failure(
            std::current_exception()); // out of memory, say: this connection ends, the listener does not
    }
}

void HttpAcceptor::greet(net::OwnedFd connection, const HttpPeer& peer) {
    if (share_.door.admit(share_.options.transport, peer.address) == Door::Welcome::shut_out) return;
    if (tls_) return keep(std::move(connection), peer, {}, {}, Place::none);
    const auto bytes = ::recv(connection.get(), buffer_.data(), buffer_.size(), 0);
    if (bytes == 0) return;
    if (bytes < 0) {
        if (errno == EAGAIN || errno == EWOULDBLOCK) keep(std::move(connection), peer, {}, {}, Place::none);
        return;
    }
    const std::string_view received(buffer_.data(), static_cast<std::size_t>(bytes));
    const auto progress = share_.reader.read(received);
    const auto& head = share_.reader.head();
    // Input left over, a body or another request, needs a session: a close on top of it would reset the connection.
    if (progress == HeadProgress::complete && head.bytes == received.size() && head.framing == HttpFraming::none &&
        head.method != HttpMethod::put && !head.authorization) // a Digest answer counts once: no asking again
        answer_here(std::move(connection), peer, received, head);
    else
        keep(std::move(connection), peer, received, {}, Place::none);
}

void HttpAcceptor::answer_here(net::OwnedFd connection, const HttpPeer& peer, std::string_view received,
                               const HttpRequestHead& head) {
    auto place = Place::none;
    auto granted = HttpConnection::close;
    // When all places are taken everybody is still served, one request a connection.
    if (head.connection == HttpConnection::keep_alive && !share_.stopping &&
        share_.counts.enter(peer.address) == ConnectionCounts::Entry::granted) {
        place = Place::granted;
        granted = HttpConnection::keep_alive;
    }
    const auto answer = share_.answerer.answer(head, peer, granted);
    if (answer.later) return keep(std::move(connection), peer, received, {}, place); // the session asks again
    if (answer.hold.count() != 0) {
        auto held = whole_of(answer, share_.date.at(loop_.timers().now()));
        held.request_body = HttpBody::none;
        return keep(std::move(connection), peer, {}, std::move(held), place);
    }
    const bool closes = answer.connection == HttpConnection::close;
    HttpRemainder remainder;
    const auto sent = send_now(connection.get(), answer, share_.date.at(loop_.timers().now()),
                               closes ? HttpFollowedBy::close : HttpFollowedBy::more, remainder);
    if (sent == HttpSent::all && answer.ticket.key_rotation != 0) share_.door.went_out(answer.ticket);
    if (sent == HttpSent::part || (sent == HttpSent::all && !closes)) {
        remainder.request_body = HttpBody::none;
        return keep(std::move(connection), peer, {}, std::move(remainder), place);
    }
    if (sent == HttpSent::broken && answer.file != nullptr) share_.door.broken_off(answer.ticket, 0);
    if (place == Place::granted) share_.counts.leave(peer.address);
}

void HttpAcceptor::keep(net::OwnedFd connection, const HttpPeer& peer, std::string_view received,
                        HttpRemainder remainder, Place place) {
    if (place == Place::none && share_.counts.enter(peer.address) == ConnectionCounts::Entry::full) {
        if (remainder.file)
            share_.door.broken_off(remainder.ticket, remainder.body_bytes_sent);
        else
            share_.door.refused(share_.options.transport, peer.address, "too many connections are open");
        return;
    }
    asio::ip::tcp::socket socket(loop_.executor());
    boost::system::error_code error;
    socket.assign(protocol_, connection.get(), error);
    if (error) {
        share_.counts.leave(peer.address);
        return;
    }
    (void)connection.release();
    auto session = std::make_unique<HttpSession>(share_, std::move(socket), peer);
    session->received(received);
    session->still_to_send(std::move(remainder));
    (void)tasks_.spawn(run_session(std::move(session)));
}

asio::awaitable<void> HttpAcceptor::run_session(std::unique_ptr<HttpSession> session) { co_await session->run(); }

void HttpAcceptor::on_grace_over(void* self) noexcept {
    for (auto* session : static_cast<HttpAcceptor*>(self)->share_.sessions) session->abort();
}

} // namespace offhook::server
