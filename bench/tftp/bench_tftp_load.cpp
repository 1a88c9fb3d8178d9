/// @file  TFTP clients by the dozen, on one thread, a fresh socket for each transfer.
///
///   bench_tftp_load HOST:PORT FILE BYTES CLIENTS BLKSIZE WINDOW TRANSFERS SECONDS LOSS_PERCENT
///
/// BLKSIZE 0 and WINDOW 0 send no option; otherwise tsize is asked for too. Ends after TRANSFERS or SECONDS, whichever
/// is first (0: no bound). LOSS_PERCENT of DATA is dropped as it arrives, by a fixed seed. A client repeats its last
/// packet after 1 s, eight times. Prints one line of JSON: transfers, failures, seconds, p50_ms, p95_ms, max_ms.
#include "base/clock.hpp"
#include "base/random.hpp"
#include "base/text.hpp"
#include "protocol/tftp/receive_transfer.hpp"

#include <algorithm>
#include <arpa/inet.h>
#include <array>
#include <cstdio>
#include <memory>
#include <string>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>
#include <vector>

namespace {

using namespace offhook;
namespace tftp = protocol::tftp;

struct Plan {
    sockaddr_in server{};
    std::string file;
    std::uint64_t bytes = 0, clients = 1, block_bytes = 0, window = 0, transfers = 0, seconds = 0;
    double loss = 0;
};

constexpr int socket_buffer_bytes = 4 << 20;
constexpr unsigned repeats_max = 8;

struct Client {
    int fd = -1;
    sockaddr_in peer{};
    std::unique_ptr<tftp::ReceiveTransfer> machine;
    std::uint64_t got = 0;
    std::string last_sent;
    Instant begun, repeat_at;
    unsigned repeats = 0;
};

class Load {
public:
    explicit Load(const Plan& plan) : plan_(plan), poll_(::epoll_create1(0)), clients_(plan.clients) {}

    void run() {
        begun_ = now_ = clock_.instant();
        for (auto& client : clients_) begin(client);
        std::array<epoll_event, 64> events;
        while (running_ > 0) {
            const int count = ::epoll_wait(poll_, events.data(), 64, 20);
            now_ = clock_.instant();
            for (int i = 0; i < count; ++i) on_readable(clients_[events[static_cast<std::size_t>(i)].data.u32]);
            if (now_ - swept_ >= std::chrono::milliseconds{20}) sweep();
        }
        report();
    }

private:
    [[nodiscard]] bool more() const {
        return (plan_.transfers == 0 || started_ < plan_.transfers) &&
               (plan_.seconds == 0 || now_ - begun_ < std::chrono::seconds(plan_.seconds));
    }
    void begin(Client& client) {
        if (!more()) return;
        ++started_;
        ++running_;
        client.fd = ::socket(AF_INET, SOCK_DGRAM | SOCK_NONBLOCK, 0);
        if (plan_.window > 1) ::setsockopt(client.fd, SOL_SOCKET, SO_RCVBUF, &socket_buffer_bytes, sizeof(int));
        epoll_event event{};
        event.events = EPOLLIN;
        event.data.u32 = static_cast<std::uint32_t>(&client - clients_.data());
        ::epoll_ctl(poll_, EPOLL_CTL_ADD, client.fd, &event);
        tftp::Wishes wishes;
        if (plan_.block_bytes > 0) {
            wishes.block_bytes = static_cast<std::uint32_t>(plan_.block_bytes);
            wishes.transfer_bytes = 0;
        }
        if (plan_.window > 0) wishes.window_blocks = static_cast<std::uint32_t>(plan_.window);
        client.machine = std::make_unique<tftp::ReceiveTransfer>(plan_.file, tftp::Mode::octet, wishes, tftp::Timing{});
        client.peer = plan_.server;
        client.got = 0;
        client.begun = now_;
        send(client, client.machine->start(now_).packet);
    }
    void send(Client& client, std::string_view packet) {
        client.last_sent = packet;
        client.repeats = 0;
        client.repeat_at = now_ + std::chrono::seconds{1};
        repeat(client);
    }
    static void repeat(const Client& client) {
        ::sendto(client.fd, client.last_sent.data(), client.last_sent.size(), 0,
                 reinterpret_cast<const sockaddr*>(&client.peer), sizeof client.peer);
    }
    void on_readable(Client& client) {
        for (int i = 0; i < 64 && client.fd >= 0; ++i) {
            socklen_t length = sizeof client.peer;
            const auto bytes = ::recvfrom(client.fd, buffer_.data(), buffer_.size(), 0,
                                          reinterpret_cast<sockaddr*>(&client.peer), &length);
            if (bytes < 0) return;
            const std::string_view packet(buffer_.data(), static_cast<std::size_t>(bytes));
            if (plan_.loss > 0 && tftp::parse_data(packet) &&
                static_cast<double>(dice_.below(100'000)) < plan_.loss * 1000)
                continue;
            const auto step = client.machine->received(packet, now_);
            client.got += step.payload.size();
            if (!step.packet.empty()) send(client, step.packet);
            if (step.progress == tftp::Progress::complete) {
                send(client, client.machine->finish().packet);
                end(client, client.got == plan_.bytes);
            } else if (step.progress == tftp::Progress::failed) {
                end(client, false);
            }
        }
    }
    void end(Client& client, bool well) {
        ::close(client.fd);
        client.fd = -1;
        --running_;
        if (well)
            times_.push_back(std::chrono::duration<double, std::milli>(now_ - client.begun).count());
        else
            ++failures_;
        begin(client);
    }
    void sweep() {
        swept_ = now_;
        for (auto& client : clients_) {
            if (client.fd < 0 || now_ < client.repeat_at) continue;
            if (++client.repeats > repeats_max) {
                end(client, false);
                continue;
            }
            client.repeat_at = now_ + std::chrono::seconds{1};
            repeat(client);
        }
    }
    void report() {
        std::sort(times_.begin(), times_.end());
        const auto at = [this](double share) {
            return times_.empty() ? 0.0
                                  : times_[static_cast<std::size_t>(share * static_cast<double>(times_.size() - 1))];
        };
        std::printf("{\"transfers\": %zu, \"failures\": %zu, \"seconds\": %.4f, \"p50_ms\": %.2f, \"p95_ms\": %.2f, "
                    "\"max_ms\": %.2f}\n",
                    times_.size(), failures_, std::chrono::duration<double>(now_ - begun_).count(), at(0.5), at(0.95),
                    at(1));
    }

    const Plan& plan_;
    int poll_;
    std::vector<Client> clients_;
    std::vector<char> buffer_ = std::vector<char>(65536);
    SystemClock clock_;
    SeededRandom dice_{1};
    Instant begun_, now_, swept_;
    std::uint64_t started_ = 0, running_ = 0;
    std::size_t failures_ = 0;
    std::vector<double> times_;
};

bool read_plan(char** argv, Plan& plan) {
    const std::string_view at = argv[1];
    const auto colon = at.rfind(':');
    if (colon == std::string_view::npos) return false;
    const auto port = to_number<std::uint16_t>(at.substr(colon + 1));
    plan.server.sin_family = AF_INET;
    if (!port || ::inet_pton(AF_INET, std::string(at.substr(0, colon)).c_str(), &plan.server.sin_addr) != 1)
        return false;
    plan.server.sin_port = htons(*port);
    plan.file = argv[2];
    std::uint64_t* const numbers[] = {&plan.bytes,  &plan.clients,   &plan.block_bytes,
                                      &plan.window, &plan.transfers, &plan.seconds};
    for (int i = 0; i < 6; ++i) {
        const auto number = to_number<std::uint64_t>(argv[3 + i]);
        if (!number) return false;
        *numbers[i] = *number;
    }
    plan.loss = std::stod(argv[9]);
    return plan.clients > 0 && plan.clients <= 10'000;
}

} // namespace

int main(int argc, char** argv) {
    Plan plan;
    if (argc != 10 || !read_plan(argv, plan)) {
        std::fprintf(stderr, "usage: bench_tftp_load HOST:PORT FILE BYTES CLIENTS BLKSIZE WINDOW TRANSFERS SECONDS "
                             "LOSS_PERCENT\n");
        return 2;
    }
    Load(plan).run();
    return 0;
}
