/// @file  Phones that ask by PnP as fast as they are answered: SUBSCRIBE, 200, NOTIFY, 200.
///
///   bench_pnp_load PORT IN_FLIGHT SECONDS      to 224.0.1.75:PORT on lo
/// Prints one line of JSON: exchanges, lost (nothing for 200 ms; begun anew), seconds. One socket for all phones: what
/// comes back is told apart by its Call-ID, which is the exchange's number.
#include "base/clock.hpp"
#include "base/text.hpp"
#include "protocol/sip/message.hpp"

#include <arpa/inet.h>
#include <array>
#include <cstdio>
#include <cstring>
#include <fmt/format.h>
#include <net/if.h>
#include <netinet/in.h>
#include <optional>
#include <poll.h>
#include <string>
#include <sys/socket.h>
#include <vector>

namespace {

using namespace offhook;
namespace sip = protocol::sip;

class Load {
public:
    Load(std::uint16_t port, std::size_t in_flight) : flying_(in_flight) {
        fd_ = ::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
        ip_mreqn lo{};
        lo.imr_ifindex = static_cast<int>(::if_nametoindex("lo"));
        const int off = 0, bytes = 4 << 20;
        ::setsockopt(fd_, IPPROTO_IP, IP_MULTICAST_IF, &lo, sizeof lo);
        ::setsockopt(fd_, IPPROTO_IP, IP_MULTICAST_LOOP, &off, sizeof off); // lo delivers what it sends anyway
        ::setsockopt(fd_, SOL_SOCKET, SO_RCVBUF, &bytes, sizeof bytes);
        group_.sin_family = AF_INET;
        group_.sin_port = htons(port);
        group_.sin_addr.s_addr = htonl(0xe000014bU);
        sockaddr_in name{};
        name.sin_family = AF_INET;
        name.sin_addr.s_addr = htonl(0x7f000001U);
        socklen_t length = sizeof name;
        ::bind(fd_, reinterpret_cast<const sockaddr*>(&name), length);
        ::getsockname(fd_, reinterpret_cast<sockaddr*>(&name), &length);
        port_ = ntohs(name.sin_port);
        for (auto& header : headers_) header = {};
    }

    void run(std::chrono::seconds time) {
        const auto begin = clock_.instant();
        now_ = begin;
        for (std::size_t i = 0; i < flying_.size(); ++i) ask(i);
        while (now_ - begin < time) {
            receive();
            now_ = clock_.instant();
            if (now_ - swept_ > std::chrono::milliseconds{50}) sweep();
        }
        const std::chrono::duration<double> took = now_ - begin;
        fmt::print("{{\"exchanges\": {}, \"lost\": {}, \"seconds\": {:.3f}}}\n", done_, lost_, took.count());
    }

private:
    struct Flight {
        std::uint64_t number = 0;
        bool has_ok = false;
        Instant since{};
    };
    static constexpr std::size_t batch = 64;

    void ask(std::size_t place) {
        auto& flight = flying_[place];
        flight = {next_++ * flying_.size() + place, false, now_};
        const auto text = fmt::format(
            "SUBSCRIBE sip:MAC%3a{2:012x}@224.0.1.75 SIP/2.0\r\nVia: SIP/2.0/UDP "
            "127.0.0.1:{0};branch=z9hG4bK{1};rport\r\nFrom: <sip:MAC%3a{2:012x}@224.0.1.75>;tag=t{1}\r\nTo: "
            "<sip:MAC%3a{2:012x}@224.0.1.75>\r\nCall-ID: {1}\r\nCSeq: 1 SUBSCRIBE\r\nContact: <sip:127.0.0.1:{0}>\r\n"
            "Event: ua-profile;profile-type=\"device\";vendor=\"X\";model=\"Y\";version=\"1.2.3\"\r\nExpires: 0\r\n"
            "Accept: application/url\r\nMax-Forwards: 70\r\nContent-Length: 0\r\n\r\n",
            port_, flight.number, flight.number & 0xffff'ffff'ffffULL);
        ::sendto(fd_, text.data(), text.size(), 0, reinterpret_cast<const sockaddr*>(&group_), sizeof group_);
    }

    void receive() {
        pollfd waiting{fd_, POLLIN, 0};
        if (::poll(&waiting, 1, 20) != 1) return;
        for (std::size_t i = 0; i < batch; ++i) {
            pieces_[i] = {buffers_[i].data(), buffers_[i].size()};
            headers_[i].msg_hdr = {&names_[i], sizeof names_[i], &pieces_[i], 1, nullptr, 0, 0};
        }
        const int count = ::recvmmsg(fd_, headers_.data(), batch, MSG_DONTWAIT, nullptr);
        for (int i = 0; i < count; ++i) {
            const auto at = static_cast<std::size_t>(i);
            take({buffers_[at].data(), headers_[at].msg_len}, names_[at]);
        }
    }

    void take(std::string_view bytes, const sockaddr_in& from) {
        if (message_.read(bytes) != sip::MessageError::none) return;
        const auto number = to_number<std::uint64_t>(message_.value(sip::HeaderName::call_id));
        if (!number) return;
        auto& flight = flying_[*number % flying_.size()];
        if (!message_.is_request()) {
            if (flight.number == *number) flight.has_ok = true;
            return;
        }
        sip::MessageWriter writer(out_);
        writer.response(200, "OK").header("Via", message_.value(sip::HeaderName::via));
        writer.header("From", message_.value(sip::HeaderName::from)).header("To", message_.value(sip::HeaderName::to));
        writer.header("Call-ID", message_.value(sip::HeaderName::call_id));
        writer.header("CSeq", message_.value(sip::HeaderName::cseq)).no_body();
        ::sendto(fd_, out_.data(), out_.size(), 0, reinterpret_cast<const sockaddr*>(&from), sizeof from);
        if (flight.number != *number || !flight.has_ok) return;
        ++done_;
        ask(*number % flying_.size());
    }

    void sweep() {
        swept_ = now_;
        for (std::size_t i = 0; i < flying_.size(); ++i) {
            if (now_ - flying_[i].since < std::chrono::milliseconds{200}) continue;
            ++lost_;
            ask(i);
        }
    }

    SystemClock clock_;
    int fd_ = -1;
    std::uint16_t port_ = 0;
    sockaddr_in group_{};
    std::vector<Flight> flying_;
    std::array<std::array<char, 4096>, batch> buffers_;
    std::array<mmsghdr, batch> headers_;
    std::array<iovec, batch> pieces_;
    std::array<sockaddr_in, batch> names_;
    sip::Message message_;
    std::string out_;
    Instant now_{}, swept_{};
    std::uint64_t next_ = 1, done_ = 0, lost_ = 0;
};

} // namespace

int main(int argc, char** argv) {
    const auto port = argc == 4 ? to_number<std::uint16_t>(argv[1]) : std::nullopt;
    const auto in_flight = argc == 4 ? to_number<std::size_t>(argv[2]) : std::nullopt;
    const auto seconds = argc == 4 ? to_number<int>(argv[3]) : std::nullopt;
    if (!port || !in_flight || !seconds || *in_flight == 0 || *in_flight > 10'000) {
        std::fprintf(stderr, "usage: bench_pnp_load PORT IN_FLIGHT SECONDS\n");
        return 2;
    }
    Load(*port, *in_flight).run(std::chrono::seconds{*seconds});
    return 0;
}
