/// @file  DHCPv6 clients by the thousand, on one thread and one socket.
///
///   bench_dhcp6_load INTERFACE UNDER_WAY SECONDS      sends to ff02::1:2 from port 546
///
/// Each message is an INFORMATION-REQUEST of another DUID that wants options 59 and 23. UNDER_WAY of them wait for an
/// answer at any time; one that waits for a second is counted as lost. Prints one line of JSON: answers, lost, wrong,
/// seconds, bytes (of the last answer), p50_ms, p99_ms.
#include "base/clock.hpp"
#include "base/text.hpp"
#include "protocol/dhcp6/message.hpp"

#include <algorithm>
#include <array>
#include <cstdio>
#include <cstring>
#include <net/if.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unordered_map>
#include <vector>

namespace {

using namespace offhook;
namespace dhcp6 = protocol::dhcp6;

constexpr std::chrono::seconds patience{1};

class Load {
public:
    Load(int fd, const sockaddr_in6& group, std::size_t under_way) : fd_(fd), group_(group), under_way_(under_way) {}

    void run(std::chrono::seconds time) {
        const auto begun = clock_.instant();
        for (now_ = begun; now_ - begun < time; now_ = clock_.instant()) {
            while (waiting_.size() < under_way_ && ask()) {
            }
            pollfd wait{fd_, POLLIN, 0};
            if (::poll(&wait, 1, 20) == 1) take();
            if (now_ - swept_ > patience) sweep();
        }
        std::ranges::sort(times_ms_);
        const auto at = [this](double share) {
            return times_ms_.empty()
                       ? 0.0
                       : times_ms_[static_cast<std::size_t>(share * static_cast<double>(times_ms_.size() - 1))];
        };
        std::printf(
            R"({"answers": %zu, "lost": %zu, "wrong": %zu, "seconds": %.3f, "bytes": %zu, "p50_ms": %.3f, "p99_ms": %.3f})"
            "\n",
            times_ms_.size(), lost_, wrong_, std::chrono::duration<double>(now_ - begun).count(), bytes_, at(0.5),
            at(0.99));
    }

private:
    bool ask() {
        dhcp6::Message message;
        message.type = dhcp6::Type::information_request;
        message.transaction = next_ & 0xffffffU;
        message.options.add(dhcp6::client_id, dhcp6::duid_ll(MacAddress(0x0080f0000000 + next_ % 100'000)));
        message.options.add(dhcp6::option_request, wanted_);
        message.options.add(dhcp6::elapsed_time, dhcp6::short_value(0));
        std::string bytes;
        message.write(bytes);
        if (::sendto(fd_, bytes.data(), bytes.size(), 0, reinterpret_cast<const sockaddr*>(&group_), sizeof group_) < 0)
            return false;
        waiting_[message.transaction] = now_;
        ++next_;
        return true;
    }
    void take() {
        std::array<char, 5000> bytes;
        now_ = clock_.instant();
        for (int i = 0; i < 64; ++i) {
            const auto size = ::recv(fd_, bytes.data(), bytes.size(), MSG_DONTWAIT);
            if (size < 0) return;
            bytes_ = static_cast<std::size_t>(size);
            const bool is_reply =
                answer_.read({bytes.data(), bytes_}) == dhcp6::MessageError::none && answer_.type == dhcp6::Type::reply;
            const auto found = waiting_.find(answer_.transaction);
            if (!is_reply || found == waiting_.end() || !answer_.options.option(59) || !answer_.options.option(23)) {
                ++wrong_;
                continue;
            }
            times_ms_.push_back(std::chrono::duration<double, std::milli>(now_ - found->second).count());
            waiting_.erase(found);
        }
    }
    void sweep() {
        swept_ = now_;
        lost_ += std::erase_if(waiting_, [this](const auto& entry) { return now_ - entry.second > patience; });
    }

    SystemClock clock_;
    int fd_;
    sockaddr_in6 group_;
    std::size_t under_way_;
    Instant now_{}, swept_{};
    std::uint32_t next_ = 1;
    std::unordered_map<std::uint32_t, Instant> waiting_;
    std::vector<double> times_ms_;
    std::size_t lost_ = 0, wrong_ = 0, bytes_ = 0;
    dhcp6::Message answer_;
    const std::string wanted_ = dhcp6::short_value(59) + dhcp6::short_value(23);
};

} // namespace

int main(int argc, char** argv) {
    const auto under_way = argc == 4 ? to_number<std::size_t>(argv[2]) : std::nullopt;
    const auto seconds = argc == 4 ? to_number<unsigned>(argv[3]) : std::nullopt;
    const unsigned interface = argc == 4 ? ::if_nametoindex(argv[1]) : 0;
    if (!under_way || !seconds || interface == 0) {
        std::fprintf(stderr, "usage: bench_dhcp6_load INTERFACE UNDER_WAY SECONDS\n");
        return 2;
    }
    const int fd = ::socket(AF_INET6, SOCK_DGRAM, 0);
    constexpr int buffer_bytes = 8 << 20;
    (void)::setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &buffer_bytes, sizeof buffer_bytes);
    sockaddr_in6 here{};
    here.sin6_family = AF_INET6;
    here.sin6_port = htons(dhcp6::client_port);
    if (::bind(fd, reinterpret_cast<const sockaddr*>(&here), sizeof here) != 0) {
        std::perror("port 546");
        return 1;
    }
    sockaddr_in6 group = here;
    group.sin6_port = htons(dhcp6::server_port);
    group.sin6_scope_id = interface;
    const auto all_servers = IpAddress::from_text("ff02::1:2")->bytes();
    std::memcpy(&group.sin6_addr, all_servers.data(), all_servers.size());
    Load(fd, group, *under_way).run(std::chrono::seconds{*seconds});
}
