#pragma once
/// @file  FtpListener: the phone-facing FTP listener on one address, on every loop, in clear and by AUTH TLS.
///
/// Passive data connections; downloads with REST, listings of what the login may have, uploads by STOR and APPE.
/// Threads  open, start and stop on one that is no loop's.
#include "base/result.hpp"
#include "net/listen_socket.hpp"
#include "net/loops.hpp"
#include "server/listen/connection_counts.hpp"
#include "server/listen/ftp_options.hpp"
#include "server/listen/listener.hpp"

#include <boost/asio/ip/tcp.hpp>

#include <memory>
#include <vector>

namespace offhook::net {
class TlsContext;
}

namespace offhook::server {

class Door;
class FtpAcceptor;

class FtpListener final : public Listener {
public:
    /// Binds, the passive ports too; takes nothing yet. `doors` has one for each loop, in order; it is called on that
    /// loop only. `tls_per_loop` likewise, or empty: then AUTH TLS is refused. All outlive this.
    /// Errors: those of net::open_listen_sockets; invalid or unavailable for the passive ports.
    [[nodiscard]] static Result<std::unique_ptr<FtpListener>>
    open(net::Loops& loops, const std::vector<Door*>& doors, const boost::asio::ip::tcp::endpoint& at,
         const FtpOptions& options = {}, const std::vector<net::TlsContext*>& tls_per_loop = {});
    ~FtpListener() override;
    FtpListener(const FtpListener&) = delete;
    FtpListener& operator=(const FtpListener&) = delete;

    /// Requires  running loops.
    void start() override;
    /// Returns when the last session has ended: FtpOptions::stop_grace and a moment at most.
    void stop() override;

    [[nodiscard]] const boost::asio::ip::tcp::endpoint& bound() const { return bound_; }
    [[nodiscard]] std::string address() const override { return net::to_text(bound_); }
    [[nodiscard]] std::size_t connections() const override { return counts_.total(); }

private:
    FtpListener(net::Loops& loops, const boost::asio::ip::tcp::endpoint& bound, const FtpOptions& options);

    net::Loops& loops_;
    boost::asio::ip::tcp::endpoint bound_;
    FtpOptions options_;
    ConnectionCounts counts_;
    std::vector<std::unique_ptr<FtpAcceptor>> acceptors_; ///< one a loop
    bool started_ = false;
};

} // namespace offhook::server
