#include "server/listen/ftp_acceptor.hpp"

#include "base/log.hpp"
#include "net/as_result.hpp"

#include <cerrno>
#include <cstring>
#include <exception>
#include <string_view>
#include <sys/socket.h>
#include <utility>

namespace offhook::server {

namespace asio = boost::asio;

namespace {

constexpr int accepted_at_once = 64; // then the loop's sessions get their turn
constexpr std::chrono::milliseconds acceptor_pause{100};
constexpr std::string_view turned_away = "421 Not now. Try again later.\r\n";

void turn_away(const net::OwnedFd& connection) {
    (void)::send(connection.get(), turned_away.data(), turned_away.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
}

} // namespace

FtpAcceptor::FtpAcceptor(net::Loop& loop, Door& door, ConnectionCounts& counts, const FtpOptions& options,
                         net::TlsContext* tls, const asio::ip::tcp& protocol, net::OwnedFd socket,
                         std::unique_ptr<FtpPassivePorts> passive)
    : protocol_(protocol), acceptor_(loop.executor(), protocol, socket.release()),
      pause_(loop.executor()), share_{options, door, loop, counts, tls, tasks_, std::move(passive), {}, false},
      tasks_(loop.executor()) {}

void FtpAcceptor::start() { (void)tasks_.spawn(accept_loop()); }

asio::awaitable<void> FtpAcceptor::stop() {
    share_.stopping = true;
    boost::system::error_code ignored;
    acceptor_.close(ignored);
    pause_.cancel();
    for (auto* session : share_.sessions) session->stop();
    share_.loop.timers().arm(grace_, share_.options.stop_grace);
    co_await tasks_.join();
    grace_.disarm();
    share_.passive->close();
}

asio::awaitable<void> FtpAcceptor::accept_loop() {
    while (acceptor_.is_open()) {
        const auto [error] = co_await acceptor_.async_wait(asio::ip::tcp::acceptor::wait_read, net::as_result);
        if (error) co_return;
        if (accept_batch() == Batch::taken) continue;
        pause_.expires_after(acceptor_pause);
        (void)co_await pause_.async_wait(net::as_result);
    }
}

FtpAcceptor::Batch FtpAcceptor::accept_batch() {
    for (int i = 0; i < accepted_at_once; ++i) {
        sockaddr_storage address{};
        socklen_t length = sizeof address;
        net::OwnedFd connection(::accept4(acceptor_.native_handle(), reinterpret_cast<sockaddr*>(&address), &length,
                                          SOCK_NONBLOCK | SOCK_CLOEXEC));
        if (connection) {
            exhausted_ = false;
            greet_guarded(std::move(connection), peer_of(address));
            continue;
        }
        if (errno == EAGAIN || errno == EWOULDBLOCK) return Batch::taken;
        if (errno == EMFILE || errno == ENFILE || errno == ENOBUFS || errno == ENOMEM) {
            if (!std::exchange(exhausted_, true))
                log::warning("FTP_ACCEPT_EXHAUSTED", "no connection can be taken: {}", std::strerror(errno));
            return Batch::out_of_descriptors;
        }
        // Anything else ended that one connection before it was taken: accept(2), "Error handling".
    }
    return Batch::taken;
}

void FtpAcceptor::greet_guarded(net::OwnedFd connection, const PeerAddress& peer) {
    try {
        greet(std::move(connection), peer);
    } catch (...) {
        net::log_task_failure(
            std::current_exception()); // out of memory, say: this connection ends, the listener does not
    }
}

void FtpAcceptor::greet(net::OwnedFd connection, const PeerAddress& peer) {
    if (share_.door.admit(Transport::ftp, peer.address) == Door::Welcome::shut_out) return turn_away(connection);
    if (share_.counts.enter(peer.address) == ConnectionCounts::Entry::full) {
        share_.door.refused(Transport::ftp, peer.address, "too many connections are open");
        return turn_away(connection);
    }
    asio::ip::tcp::socket socket(share_.loop.executor());
    boost::system::error_code error;
    socket.assign(protocol_, connection.get(), error);
    if (error) return share_.counts.leave(peer.address);
    (void)connection.release();
    auto session = std::make_unique<FtpSession>(share_, std::move(socket), peer);
    (void)tasks_.spawn(run_session(std::move(session)));
}

asio::awaitable<void> FtpAcceptor::run_session(std::unique_ptr<FtpSession> session) { co_await session->run(); }

void FtpAcceptor::on_grace_over(void* self) noexcept {
    for (auto* session : static_cast<FtpAcceptor*>(self)->share_.sessions) session->abort();
}

} // namespace offhook::server
