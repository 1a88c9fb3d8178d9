#pragma once
/// @file  HttpListener: the phone-facing HTTP/1.1 listener on one address, on every loop.
///
/// Under TLS with HttpTls: a handshake, then the same. Serves GET and HEAD with ranges and conditions, PUT where the
/// door takes uploads, HTTP/1.0 and 1.1; 405 for the rest. Threads  open, start and stop on one that is no loop's.
#include "base/result.hpp"
#include "net/listen_socket.hpp"
#include "net/loops.hpp"
#include "net/tls_context.hpp"
#include "server/listen/connection_counts.hpp"
#include "server/listen/http_options.hpp"
#include "server/listen/listener.hpp"

#include <boost/asio/ip/tcp.hpp>

#include <memory>
#include <optional>
#include <vector>

namespace offhook::server {

class Door;
class HttpAcceptor;

/// What a listener under TLS starts with.
struct HttpTls {
    std::shared_ptr<const net::TlsMaterial> material;
    net::TlsKeys* keys = nullptr; ///< outlives the listener
};

class HttpListener final : public Listener {
public:
    /// Binds; takes nothing yet. `doors` has one for each loop, in order; it is called on that loop only. Both outlive
    /// this. Errors: those of net::open_listen_sockets, and what OpenSSL refuses of `tls`.
    [[nodiscard]] static Result<std::unique_ptr<HttpListener>> open(net::Loops& loops, const std::vector<Door*>& doors,
                                                                    const boost::asio::ip::tcp::endpoint& at,
                                                                    const HttpOptions& options = {},
                                                                    const std::optional<HttpTls>& tls = std::nullopt);
    ~HttpListener() override;
    HttpListener(const HttpListener&) = delete;
    HttpListener& operator=(const HttpListener&) = delete;

    /// Requires  running loops.
    void start() override;
    /// For connections from now on; those under way keep what they have. Requires a listener under TLS. Errors: what
    /// OpenSSL refuses; the old stays then.
    [[nodiscard]] Result<void> replace_certificates(const std::shared_ptr<const net::TlsMaterial>& material);
    /// Returns when the last session has ended: HttpOptions::stop_grace and a moment at most.
    void stop() override;

    [[nodiscard]] const boost::asio::ip::tcp::endpoint& bound() const { return bound_; }
    [[nodiscard]] std::string address() const override { return net::to_text(bound_); }
    [[nodiscard]] std::size_t connections() const override { return counts_.total(); }

private:
    HttpListener(net::Loops& loops, const boost::asio::ip::tcp::endpoint& bound, const HttpOptions& options);

    net::Loops& loops_;
    boost::asio::ip::tcp::endpoint bound_;
    HttpOptions options_;
    ConnectionCounts counts_;
    std::vector<std::unique_ptr<HttpAcceptor>> acceptors_; ///< one a loop
    net::TlsKeys* keys_ = nullptr;
    bool started_ = false;
};

} // namespace offhook::server
