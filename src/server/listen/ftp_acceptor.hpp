#pragma once
/// @file  FtpAcceptor: a listener's share on one loop: takes control connections, holds their sessions.
///
/// Threads  its loop's.
#include "net/loop.hpp"
#include "net/owned_fd.hpp"
#include "net/task_group.hpp"
#include "server/listen/ftp_session.hpp"

#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/steady_timer.hpp>

#include <cstdint>
#include <memory>

namespace offhook::server {

class FtpAcceptor {
public:
    /// Everything outlives this. `socket` listens; `tls` may be null.
    FtpAcceptor(net::Loop& loop, Door& door, ConnectionCounts& counts, const FtpOptions& options, net::TlsContext* tls,
                const boost::asio::ip::tcp& protocol, net::OwnedFd socket, std::unique_ptr<FtpPassivePorts> passive);

    void start();
    /// Takes no more connections, closes those without a transfer, gives the others options.stop_grace, then cuts them.
    [[nodiscard]] boost::asio::awaitable<void> stop();

private:
    enum class Batch : std::uint8_t { taken, out_of_descriptors };

    [[nodiscard]] boost::asio::awaitable<void> accept_loop();
    [[nodiscard]] Batch accept_batch();
    void greet_guarded(net::OwnedFd connection, const PeerAddress& peer);
    void greet(net::OwnedFd connection, const PeerAddress& peer);
    static boost::asio::awaitable<void> run_session(std::unique_ptr<FtpSession> session);
    static void on_grace_over(void* self) noexcept;

    boost::asio::ip::tcp protocol_;
    boost::asio::ip::tcp::acceptor acceptor_;
    boost::asio::steady_timer pause_;
    bool exhausted_ = false; ///< said so once, until a connection is taken again
    FtpShare share_;
    net::TimerSlot grace_{on_grace_over, this};
    net::TaskGroup tasks_; ///< last: its tasks use what stands above
};

} // namespace offhook::server
