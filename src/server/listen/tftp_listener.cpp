#include "server/listen/tftp_listener.hpp"

#include "base/assert.hpp"
#include "server/listen/tftp_reactor.hpp"

#include <latch>

namespace offhook::server {

TftpListener::TftpListener(net::Loops& loops, const boost::asio::ip::udp::endpoint& bound, const TftpOptions& options)
    : loops_(loops), bound_(bound), options_(options),
      counts_(options.transfers_max, options.transfers_per_source_max) {}

TftpListener::~TftpListener() { stop(); }

Result<std::unique_ptr<TftpListener>> TftpListener::open(net::Loops& loops, const std::vector<Door*>& doors,
                                                         const boost::asio::ip::udp::endpoint& at,
                                                         const TftpOptions& options) {
    OFFHOOK_ASSERT(doors.size() == loops.size());
    SystemRandom random;
    auto sockets = open_tftp_sockets(at, loops.size(), options, random);
    if (!sockets) return tl::unexpected(sockets.error());
    std::unique_ptr<TftpListener> listener(new TftpListener(loops, sockets->bound, options));
    for (std::size_t i = 0; i < loops.size(); ++i)
        listener->reactors_.push_back(std::make_unique<TftpReactor>(loops[i], *doors[i], listener->counts_,
                                                                    listener->options_, std::move(sockets->loops[i])));
    return listener;
}

void TftpListener::start() {
    started_ =
        loops_.run_on_all([this](net::Loop& loop) { reactors_[loop.index()]->start(); }) == net::Loops::Reached::all;
}

void TftpListener::stop() {
    if (!started_) return;
    started_ = false;
    std::latch ended(static_cast<std::ptrdiff_t>(loops_.size()));
    const auto reached = loops_.run_on_all(
        [this, &ended](net::Loop& loop) { reactors_[loop.index()]->stop([&ended] { ended.count_down(); }); });
    if (reached == net::Loops::Reached::all) ended.wait();
}

std::string TftpListener::address() const { return to_text(bound_); }

} // namespace offhook::server
