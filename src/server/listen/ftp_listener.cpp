#include "server/listen/ftp_listener.hpp"

#include "base/assert.hpp"
#include "net/listen_socket.hpp"
#include "net/task_group.hpp"
#include "server/listen/ftp_acceptor.hpp"

#include <boost/asio/co_spawn.hpp>

#include <latch>

namespace offhook::server {

FtpListener::FtpListener(net::Loops& loops, const boost::asio::ip::tcp::endpoint& bound, const FtpOptions& options)
    : loops_(loops), bound_(bound), options_(options), counts_(options.sessions_max, options.sessions_per_source_max) {}

FtpListener::~FtpListener() { stop(); }

Result<std::unique_ptr<FtpListener>> FtpListener::open(net::Loops& loops, const std::vector<Door*>& doors,
                                                       const boost::asio::ip::tcp::endpoint& at,
                                                       const FtpOptions& options,
                                                       const std::vector<net::TlsContext*>& tls_per_loop) {
    OFFHOOK_ASSERT(doors.size() == loops.size());
    OFFHOOK_ASSERT(tls_per_loop.empty() || tls_per_loop.size() == loops.size());
    if (options.tls_use == FtpTlsUse::required && tls_per_loop.empty())
        return fail(ErrorCode::invalid, "TLS is required, but the FTP listener has no certificate");
    if (options.public_address && !options.public_address->is_v4())
        return fail(ErrorCode::invalid, "the public address is for PASV, which knows IPv4 alone");
    auto listening = net::open_listen_sockets(at, loops.size(), {net::FirstWord::server});
    if (!listening) return tl::unexpected(listening.error());
    std::unique_ptr<FtpListener> listener(new FtpListener(loops, listening->bound, options));
    for (std::size_t i = 0; i < loops.size(); ++i) {
        auto passive = FtpPassivePorts::open(loops[i], loops.size(), at.address(), listener->options_);
        if (!passive) return tl::unexpected(passive.error());
        listener->acceptors_.push_back(
            std::make_unique<FtpAcceptor>(loops[i], *doors[i], listener->counts_, listener->options_,
                                          tls_per_loop.empty() ? nullptr : tls_per_loop[i], listener->bound_.protocol(),
                                          std::move(listening->sockets[i]), std::move(*passive)));
    }
    return listener;
}

void FtpListener::start() {
    started_ =
        loops_.run_on_all([this](net::Loop& loop) { acceptors_[loop.index()]->start(); }) == net::Loops::Reached::all;
}

void FtpListener::stop() {
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
