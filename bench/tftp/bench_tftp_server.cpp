/// @file  The TFTP listener alone, over a directory's files held in memory: the engine's own cost, without delivery.
///
///   bench_tftp_server DIRECTORY PORT [PORTS_PER_LOOP]      one loop; serves until SIGTERM or SIGINT
#include "base/text.hpp"
#include "net/loops.hpp"
#include "server/listen/fake_door.hpp"
#include "server/listen/tftp_listener.hpp"

#include <csignal>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>

namespace {

using namespace offhook;

server::FakeHouse house_of(const std::filesystem::path& root) {
    server::FakeHouse house;
    for (const auto& entry : std::filesystem::recursive_directory_iterator(root)) {
        if (!entry.is_regular_file()) continue;
        std::ifstream in(entry.path(), std::ios::binary);
        house.files.emplace(std::filesystem::relative(entry.path(), root).string(),
                            server::make_file(std::string(std::istreambuf_iterator<char>(in), {})));
    }
    return house;
}

} // namespace

int main(int argc, char** argv) {
    const auto port = argc == 3 || argc == 4 ? to_number<std::uint16_t>(argv[2]) : std::nullopt;
    server::TftpOptions options;
    const auto ports = argc == 4 ? to_number<std::size_t>(argv[3]) : options.ports_per_loop;
    if (!port || !ports) {
        std::fprintf(stderr, "usage: bench_tftp_server DIRECTORY PORT [PORTS_PER_LOOP]\n");
        return 2;
    }
    options.ports_per_loop = *ports;
    sigset_t stop_signals;
    sigemptyset(&stop_signals);
    sigaddset(&stop_signals, SIGTERM);
    sigaddset(&stop_signals, SIGINT);
    pthread_sigmask(SIG_BLOCK, &stop_signals, nullptr);

    const SystemClock clock;
    const auto house = house_of(argv[1]);
    server::FakeDoor door(house, nullptr);
    net::Loops loops(clock, 1);
    loops.start();
    auto listener =
        server::TftpListener::open(loops, {&door}, {boost::asio::ip::make_address("127.0.0.1"), *port}, options);
    if (!listener) {
        std::fprintf(stderr, "%s\n", listener.error().text().c_str());
        return 1;
    }
    (*listener)->start();
    std::fprintf(stderr, "listening tftp 127.0.0.1:%u\n", static_cast<unsigned>((*listener)->bound().port()));
    int signal = 0;
    sigwait(&stop_signals, &signal);
    (*listener)->stop();
    loops.stop();
    return 0;
}
