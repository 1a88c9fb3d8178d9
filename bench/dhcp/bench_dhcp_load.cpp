/// @file  DHCPv4 load: so many exchanges at once, as a relay forwards them, until time is up.
///
///   bench_dhcp_load SERVER:PORT GIADDR KIND SECONDS [IN_FLIGHT]     KIND: inform, offer, dora
///
/// GIADDR is an address of this machine that answers come to, at the server's own port; INFORM is answered at port 68
/// of GIADDR. Prints exchanges, exchanges per second, and lost ones (answered by nobody within half a second).
#include "protocol/dhcp4/message.hpp"

#include <array>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstring>
#include <netinet/in.h>
#include <poll.h>
#include <span>
#include <string>
#include <sys/socket.h>
#include <unistd.h>
#include <vector>

namespace {

using namespace offhook;
using namespace offhook::protocol::dhcp4;
using SteadyClock = std::chrono::steady_clock;

sockaddr_in name_of(const IpAddress& address, std::uint16_t port) {
    sockaddr_in out{};
    out.sin_family = AF_INET;
    out.sin_port = htons(port);
    std::memcpy(&out.sin_addr.s_addr, address.bytes().data() + 12, 4);
    return out;
}

int open_at(const IpAddress& address, std::uint16_t port) {
    const int fd = ::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    const int yes = 1, bytes = 4 << 20;
    ::setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
    ::setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &bytes, sizeof bytes);
    const sockaddr_in name = name_of(address, port);
    if (::bind(fd, reinterpret_cast<const sockaddr*>(&name), sizeof name) != 0) {
        std::perror("bind");
        std::exit(2);
    }
    return fd;
}

/// One client at a time in each; a new client, with a MAC of its own, after each exchange.
struct Slot {
    std::uint32_t xid = 0;
    std::uint64_t mac = 0;
    SteadyClock::time_point sent;
    bool requested = false;
};

class Load {
public:
    Load(const IpAddress& server, std::uint16_t port, const IpAddress& giaddr, std::string kind, std::size_t in_flight)
        : kind_(std::move(kind)), server_(name_of(server, port)), server_address_(server), giaddr_(giaddr),
          relay_(open_at(giaddr, port)), client_(open_at(giaddr, static_cast<std::uint16_t>(port + 1))),
          slots_(in_flight) {}

    void run(std::chrono::duration<double> lasts) {
        const auto begin = SteadyClock::now();
        for (Slot& slot : slots_) start(slot);
        auto now = begin;
        auto swept = begin;
        while (now - begin < lasts) {
            std::array<pollfd, 2> ready{{{relay_, POLLIN, 0}, {client_, POLLIN, 0}}};
            ::poll(ready.data(), ready.size(), 50);
            for (const pollfd& each : ready)
                if ((each.revents & POLLIN) != 0) receive(each.fd);
            now = SteadyClock::now();
            if (now - swept < std::chrono::milliseconds(100)) continue;
            swept = now;
            for (Slot& slot : slots_)
                if (now - slot.sent > std::chrono::milliseconds(500)) ++lost_, start(slot);
        }
        const std::chrono::duration<double> took = now - begin;
        std::printf("%llu %.0f %llu\n", static_cast<unsigned long long>(done_),
                    static_cast<double>(done_) / took.count(), static_cast<unsigned long long>(lost_));
    }

private:
    void start(Slot& slot) {
        const std::uint32_t number = next_++;
        slot.xid =
            number * static_cast<std::uint32_t>(slots_.size()) + static_cast<std::uint32_t>(&slot - slots_.data());
        // A thousand phones, again and again: pools of a small server hold no more.
        slot.mac = 0x0004'f200'0000ULL + number % 1'000;
        slot.requested = false;
        Message message = of(slot, kind_ == "inform" ? Type::inform : Type::discover);
        if (kind_ == "inform") message.ciaddr = giaddr_;
        send(slot, message);
    }
    Message of(const Slot& slot, Type type) const {
        Message out;
        out.set_type(type);
        out.xid = slot.xid;
        out.set_mac(MacAddress(slot.mac));
        out.giaddr = giaddr_;
        out.hops = 1;
        out.set(vendor_class, "Polycom-SPIP650");
        out.set(parameter_list, "\x01\x03\x06\x0f\x42\x43\xa0");
        return out;
    }
    void send(Slot& slot, const Message& message) {
        message.write(bytes_);
        slot.sent = SteadyClock::now();
        (void)::sendto(relay_, bytes_.data(), bytes_.size(), 0, reinterpret_cast<const sockaddr*>(&server_),
                       sizeof server_);
    }
    void receive(int fd) {
        std::array<char, 1500> bytes;
        for (int i = 0; i < 256; ++i) {
            const auto count = ::recv(fd, bytes.data(), bytes.size(), 0);
            if (count <= 0) return;
            if (reply_.read({bytes.data(), static_cast<std::size_t>(count)}) != MessageError::none) continue;
            Slot& slot = slots_[reply_.xid % slots_.size()];
            if (slot.xid != reply_.xid) continue;
            if (kind_ == "dora" && reply_.type() == Type::offer && !slot.requested) {
                slot.requested = true;
                Message request = of(slot, Type::request);
                request.set_address(requested_address, reply_.yiaddr);
                request.set_address(server_id, reply_.address(server_id).value_or(server_address_));
                send(slot, request);
            } else if (kind_ != "dora" || reply_.type() == Type::ack) {
                ++done_;
                start(slot);
            }
        }
    }

    std::string kind_;
    sockaddr_in server_;
    IpAddress server_address_, giaddr_;
    int relay_, client_;
    std::vector<Slot> slots_;
    std::uint32_t next_ = 1;
    std::uint64_t done_ = 0, lost_ = 0;
    Message reply_;
    std::string bytes_;
};

} // namespace

int main(int argc, char** argv) {
    const std::span<char*> given(argv, static_cast<std::size_t>(argc));
    if (given.size() < 5) {
        std::fprintf(stderr, "bench_dhcp_load SERVER:PORT GIADDR inform|offer|dora SECONDS [IN_FLIGHT]\n");
        return 2;
    }
    const std::string at = given[1];
    const auto colon = at.find(':');
    Load load(*IpAddress::from_text(at.substr(0, colon)), static_cast<std::uint16_t>(std::stoi(at.substr(colon + 1))),
              *IpAddress::from_text(given[2]), given[3], given.size() > 5 ? std::stoul(given[5]) : 64);
    load.run(std::chrono::duration<double>(std::stod(given[4])));
}
