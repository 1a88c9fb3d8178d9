/// @file  The PnP listener alone, over one offer for everybody: the engine's own cost, without the catalogue.
///
///   bench_pnp_server PORT [ADDRESS]      one loop, on lo or the interface with ADDRESS, until SIGTERM or SIGINT
#include "base/text.hpp"
#include "net/loops.hpp"
#include "server/discovery/fake_offers.hpp"
#include "server/discovery/pnp_listener.hpp"

#include <csignal>
#include <cstdio>

int main(int argc, char** argv) {
    using namespace offhook;
    const auto port = argc == 2 || argc == 3 ? to_number<std::uint16_t>(argv[1]) : std::nullopt;
    boost::system::error_code wrong;
    const auto address = boost::asio::ip::make_address(argc == 3 ? argv[2] : "127.0.0.1", wrong);
    if (!port || wrong) {
        std::fprintf(stderr, "usage: bench_pnp_server PORT [ADDRESS]\n");
        return 2;
    }
    sigset_t stop_signals;
    sigemptyset(&stop_signals);
    sigaddset(&stop_signals, SIGTERM);
    sigaddset(&stop_signals, SIGINT);
    pthread_sigmask(SIG_BLOCK, &stop_signals, nullptr);

    const SystemClock clock;
    server::FakeOffers offers;
    offers.keeps_notes = false;
    server::PnpOptions options;
    options.answer_port = 0;
    options.answers_per_source_second = options.answers_per_second = 100'000'000; // one source, as fast as it can
    net::Loops loops(clock, 1);
    loops.start();
    auto listener = server::PnpListener::open(loops[0], offers, 0, {address, *port}, options);
    if (!listener) {
        std::fprintf(stderr, "%s\n", listener.error().text().c_str());
        return 1;
    }
    (*listener)->start();
    std::fprintf(stderr, "listening pnp %s\n", (*listener)->address().c_str());
    int signal = 0;
    sigwait(&stop_signals, &signal);
    (*listener)->stop();
    loops.stop();
    return 0;
}
