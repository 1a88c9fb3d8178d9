#include "server/listen/http_listener.hpp"

#include "base/assert.hpp"
#include "net/listen_socket.hpp"
#include "net/task_group.hpp"
#include "server/listen/http_acceptor.hpp"

#include <boost/asio/co_spawn.hpp>

#include <latch>

namespace offhook::server {

HttpListener::HttpListener(net::Loops& loops, const boost::asio::ip::tcp::endpoint& bound, const HttpOptions& options)
    : loops_(loops), bound_(bound), options_(options),
      counts_(options.connections_max, options.connections_per_source_max) {}

HttpListener::~HttpListener() { stop(); }

Result<std::unique_ptr<HttpListener>> HttpListener::open(net::Loops& loops, const std::vector<Door*>& doors,
                                                         const boost::asio::ip::tcp::endpoint& at,
                                                         const HttpOptions& options,
                                                         const std::optional<HttpTls>& tls) {
    OFFHOOK_ASSERT(doors.size() == loops.size());
    OFFHOOK_ASSERT(tls.has_value() == (options.transport == Transport::https));
    if (tls)
        if (auto taken = net::TlsContext::try_out(tls->material, *tls->keys); !taken)
            return tl::unexpected(taken.error());
    auto listening = net::open_listen_sockets(at, loops.size(), {net::FirstWord::client});
    if (!listening) return tl::unexpected(listening.error());
    std::unique_ptr<HttpListener> listener(new HttpListener(loops, listening->bound, options));
    if (tls) listener->keys_ = tls->keys;
    for (std::size_t i = 0; i < loops.size(); ++i) {
        auto context = tls ? std::make_unique<net::TlsContext>(tls->material, *tls->keys) : nullptr;
        listener->acceptors_.push_back(std::make_unique<HttpAcceptor>(
            loops[i], *doors[i], listener->counts_, listener->options_, listener->bound_.protocol(),
            std::move(listening->sockets[i]), std::move(context)));
    }
    return listener;
}

Result<void> HttpListener::replace_certificates(const std::shared_ptr<const net::TlsMaterial>& material) {
    OFFHOOK_ASSERT(keys_ != nullptr);
    if (auto taken = net::TlsContext::try_out(material, *keys_); !taken) return taken;
    (void)loops_.run_on_all([&](net::Loop& loop) { acceptors_[loop.index()]->replace_certificates(material); });
    return {};
}

void HttpListener::start() {
    started_ =
        loops_.run_on_all([this](net::Loop& loop) { acceptors_[loop.index()]->start(); }) == net::Loops::Reached::all;
}

void HttpListener::stop() {
    if (!started_) return;
    started_ = false;
    std::latch ended(static_cast<std::ptrdiff_t>(loops_.size()));
    const auto reached = loops_.run_on_all([this, &ended](net::Loop& loop) {
        boost::asio::co_spawn(loop.executor(), acceptors_[loop.index()]->stop(),
                              [&ended](const std::exception_ptr& failure) {
                                  if (failure) net::log_task_failure(failure);
                                  ended.count_down();
                              });
    });
    if (reached == net::Loops::Reached::all) ended.wait();
}

} // namespace offhook::server
