#pragma once
/// @file  HttpAcceptor: a listener's share on one loop: takes connections and answers the simple ones where it stands.
///
/// A connection that has its whole request ready, as most do since the kernel holds silent ones back, is accepted,
/// read, answered and closed in four system calls, and never becomes a session. What is not that simple does. Source
/// measured: the difference is a third of the processor time of a connection that carries one request. Threads  its
/// loop's.
#include "net/loop.hpp"
#include "net/owned_fd.hpp"
#include "net/task_group.hpp"
#include "net/tls_context.hpp"
#include "server/listen/http_session.hpp"

#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/steady_timer.hpp>

#include <cstdint>
#include <memory>
#include <string_view>
#include <utility>
#include <vector>

namespace offhook::server {

class HttpAcceptor {
public:
    /// Everything outlives this. `socket` listens.
    HttpAcceptor(net::Loop& loop, Door& door, ConnectionCounts& counts, const HttpOptions& options,
                 const boost::asio::ip::tcp& protocol, net::OwnedFd socket,
                 std::unique_ptr<net::TlsContext> tls = nullptr);

    void start();
    /// For connections from now on. Requires that it took a context, and that OpenSSL takes the material.
    void replace_certificates(std::shared_ptr<const net::TlsMaterial> material) { tls_->replace(std::move(material)); }
    /// Takes no more connections, closes those between two requests, gives transfers options.stop_grace, then cuts
    /// them.
    [[nodiscard]] boost::asio::awaitable<void> stop();

private:
    enum class Batch : std::uint8_t { taken, out_of_descriptors };
    enum class Place : std::uint8_t { none, granted };

    [[nodiscard]] boost::asio::awaitable<void> accept_loop();
    [[nodiscard]] Batch accept_batch();
    void greet_guarded(net::OwnedFd connection, const HttpPeer& peer);
    void greet(net::OwnedFd connection, const HttpPeer& peer);
    void answer_here(net::OwnedFd connection, const HttpPeer& peer, std::string_view received,
                     const HttpRequestHead& head);
    /// Makes a session of it, if there is room.
    void keep(net::OwnedFd connection, const HttpPeer& peer, std::string_view received, HttpRemainder remainder,
              Place place);
    static boost::asio::awaitable<void> run_session(std::unique_ptr<HttpSession> session);
    static void on_grace_over(void* self) noexcept;

    net::Loop& loop_;
    boost::asio::ip::tcp protocol_;
    boost::asio::ip::tcp::acceptor acceptor_;
    boost::asio::steady_timer pause_;
    std::vector<char> buffer_;
    bool exhausted_ = false; ///< said so once, until a connection is taken again
    std::unique_ptr<net::TlsContext> tls_;
    HttpShare share_;
    net::TimerSlot grace_{on_grace_over, this};
    net::TaskGroup tasks_; ///< last: its tasks use what stands above
};

} // namespace offhook::server
