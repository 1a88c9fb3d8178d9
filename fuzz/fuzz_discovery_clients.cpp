/// @file  The phone's clients of DHCPv4, DHCPv6 and SIP PnP, fed with whatever a network may send: they end in a
/// bounded time, and what they keep is bounded.
///
/// Shape   first byte: which client, and how it asks; then datagrams, each behind a big-endian length of two bytes;
///         length 65535 stands for the deadline passing. In a datagram of DHCP its transaction's bytes are overwritten
///         with the client's own, so that answers get past the first look.
#include "base/assert.hpp"
#include "phone/network/dhcp4_client.hpp"
#include "phone/network/dhcp6_client.hpp"
#include "phone/network/pnp_client.hpp"

#include <algorithm>
#include <cstdint>
#include <string>
#include <string_view>

namespace {

using namespace offhook::phone;
using offhook::Instant;

constexpr offhook::MacAddress mac{0x0080f0c571eb};
constexpr int ticks_most = 1000; // restarts, tries and NAKs are all bounded; this is far beyond

/// The bytes [at, at + count) of what was sent last, in place of the same of what came.
struct Borrowed {
    std::size_t at, count;
};

template <class Client, class Deliver>
void feed(Client& client, std::string_view input, Borrowed borrowed, Deliver&& deliver) {
    Instant now{std::chrono::hours{1}};
    std::string sent = client.take_message();
    const auto take = [&] {
        if (auto message = client.take_message(); !message.empty()) sent = std::move(message);
    };
    while (input.size() >= 2 && !client.is_over()) {
        const auto length =
            static_cast<std::size_t>(static_cast<unsigned char>(input[0]) << 8U | static_cast<unsigned char>(input[1]));
        input.remove_prefix(2);
        if (length == 0xffff) {
            now = std::max(now, *client.deadline());
            client.tick(now);
        } else {
            std::string datagram(input.substr(0, length));
            input.remove_prefix(datagram.size());
            for (std::size_t i = borrowed.at; i < std::min(borrowed.at + borrowed.count, datagram.size()); ++i)
                if (i < sent.size()) datagram[i] = sent[i];
            deliver(datagram, now);
        }
        take();
    }
    for (int ticks = 0; !client.is_over(); ++ticks) {
        OFFHOOK_ASSERT(ticks < ticks_most);
        now = std::max(now, *client.deadline());
        client.tick(now);
        take();
    }
    OFFHOOK_ASSERT(client.remarks().size() <= 16);
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
    std::string_view input(reinterpret_cast<const char*>(bytes), size);
    if (input.empty()) return 0;
    const auto choice = static_cast<unsigned char>(input.front());
    input.remove_prefix(1);
    offhook::SeededRandom random(choice);
    const Instant begun{std::chrono::hours{1}};
    if (choice % 3 == 0) {
        Dhcp4Ask ask;
        ask.kind = (choice & 4U) != 0 ? Dhcp4Ask::Kind::inform : Dhcp4Ask::Kind::lease;
        ask.offers_wait = std::chrono::milliseconds((choice & 8U) != 0 ? 500 : 0);
        ask.wanted = {66, 160};
        Dhcp4Client client(ask, mac, offhook::IpAddress::v4(0x0a630032), random, begun);
        feed(client, input, {4, 4}, [&](std::string_view one, Instant now) { client.received(one, now); });
    } else if (choice % 3 == 1) {
        Dhcp6Ask ask;
        ask.kind = (choice & 4U) != 0 ? Dhcp6Ask::Kind::address : Dhcp6Ask::Kind::information;
        Dhcp6Client client(ask, mac, random, begun);
        feed(client, input, {1, 3}, [&](std::string_view one, Instant now) { client.received(one, now); });
    } else {
        PnpAsk ask;
        ask.request_uri = "sip:MAC%3a0080F0C571EB@224.0.1.75";
        ask.event = "ua-profile";
        PnpClient client(ask, "10.99.0.50:5060", random, begun);
        feed(client, input, {0, 0}, [&](std::string_view one, Instant now) {
            (void)client.received(one, offhook::IpAddress::v4(0x0a630001), 5060, now);
        });
        OFFHOOK_ASSERT(client.answer().deviations.size() <= 16);
        OFFHOOK_ASSERT(client.answer().url.size() <= 384);
    }
    return 0;
}
