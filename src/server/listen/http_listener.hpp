#pragma once
/// @file  HttpListener: the phone-facing HTTP/1.1 listener on one address, on every loop.
///
/// Serves GET and HEAD with ranges and conditions, HTTP/1.0 and 1.1; 405 for the rest.
/// Threads  open, start and stop on one that is no loop's.
#include "base/result.hpp"
#include "net/loops.hpp"
#include "server/listen/connection_counts.hpp"
#include "server/listen/http_options.hpp"

#include <boost/asio/ip/tcp.hpp>

#include <memory>
#include <vector>

namespace offhook::server {

class Door;
class HttpAcceptor;

class HttpListener {
public:
    /// Binds; takes nothing yet. `doors` has one for each loop, in order; it is called on that loop only. Both outlive
    /// this. Errors: those of net::open_listen_sockets.
    [[nodiscard]] static Result<std::unique_ptr<HttpListener>> open(net::Loops& loops, const std::vector<Door*>& doors,
                                                                    const boost::asio::ip::tcp::endpoint& at,
                                                                    const HttpOptions& options = {});
    ~HttpListener();
    HttpListener(const HttpListener&) = delete;
    HttpListener& operator=(const HttpListener&) = delete;

    /// Requires  running loops.
    void start();
    /// Returns when the last session has ended: HttpOptions::stop_grace and a moment at most.
    void stop();

    [[nodiscard]] const boost::asio::ip::tcp::endpoint& bound() const { return bound_; }
    [[nodiscard]] std::size_t connections() const { return counts_.total(); } ///< held open now

private:
    HttpListener(net::Loops& loops, const boost::asio::ip::tcp::endpoint& bound, const HttpOptions& options);

    net::Loops& loops_;
    boost::asio::ip::tcp::endpoint bound_;
    HttpOptions options_;
    ConnectionCounts counts_;
    std::vector<std::unique_ptr<HttpAcceptor>> acceptors_; ///< one a loop
    bool started_ = false;
};

} // namespace offhook::server
