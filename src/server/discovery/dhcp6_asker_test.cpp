#include "server/discovery/dhcp6_asker.hpp"

#include <gtest/gtest.h>

namespace offhook::server {
namespace {

namespace dhcp6 = protocol::dhcp6;
using namespace std::string_view_literals;

IpAddress address(std::string_view text) { return *IpAddress::from_text(text); }
constexpr auto uuid = "\0\4"
                      "0123456789abcdef"sv;
const NeighbourLookup nobody = [](const IpAddress&, unsigned) { return std::nullopt; };

dhcp6::Message message_of(std::string_view duid) {
    dhcp6::Message out;
    out.type = dhcp6::Type::information_request;
    out.options.add(dhcp6::client_id, duid);
    return out;
}

dhcp6::Relay relay(std::string_view peer, std::string_view seen) {
    dhcp6::Relay out;
    out.peer_address = address(peer);
    if (!seen.empty()) out.options.add(dhcp6::client_link_layer_address, seen);
    return out;
}

TEST(Dhcp6Asker, TheMacIsTheBestThatIsShown) {
    const NeighbourLookup somebody = [](const IpAddress&, unsigned) { return MacAddress(0x0080f0000009); };
    const auto from_duid = message_of(dhcp6::duid_ll(MacAddress(0x0080f0000001)));
    auto seen_by_relay = message_of(uuid);
    // The outer relay saw the inner one alone.
    seen_by_relay.relays = {relay("2001:db8::1", "\0\1\0\x80\xf0\0\0\3"sv), relay("fe80::5", "\0\1\0\x80\xf0\0\0\2"sv)};
    auto of_peer = message_of(uuid);
    of_peer.relays = {relay("fe80::280:f0ff:fe00:4", "")};
    auto odd_hardware = message_of(uuid);
    odd_hardware.relays = {relay("fe80::5", "\0\6\0\x80\xf0\0\0\2"sv)};
    struct Case {
        std::string name;
        dhcp6::Message message;
        std::string_view source;
        std::optional<std::uint64_t> mac;
    };
    for (const auto& [name, message, source, mac] : {
             Case{"DUID", from_duid, "fe80::280:f0ff:fe00:5", 0x0080f0000001},
             Case{"relay", seen_by_relay, "2001:db8::1", 0x0080f0000002},
             Case{"address behind a relay", of_peer, "2001:db8::1", 0x0080f0000004},
             Case{"address", message_of(uuid), "fe80::280:f0ff:fe00:5", 0x0080f0000005},
             Case{"neighbour", message_of(uuid), "fe80::1234", 0x0080f0000009},
             Case{"not the relay's own neighbour", odd_hardware, "fe80::280:f0ff:fe00:5", {}},
         }) {
        const auto asker = dhcp6_asker(message, {address(source), {}, 3}, 7, somebody);
        ASSERT_EQ(asker.mac.has_value(), mac.has_value()) << name;
        EXPECT_EQ(asker.mac.value_or(MacAddress()).bits(), mac.value_or(0)) << name;
        EXPECT_EQ(asker.listener, 7);
        EXPECT_EQ(asker.method, config::OfferMethod::dhcp6);
    }
    EXPECT_FALSE(dhcp6_asker(message_of(uuid), {address("fe80::1234"), {}, 3}, 7, nobody).mac);
    EXPECT_FALSE(dhcp6_asker(message_of(uuid), {address("fe80::1234"), {}, 3}, 7, {}).mac);
}

TEST(Dhcp6Asker, OnlyALinkLocalAddressOfAMacTellsIt) {
    EXPECT_EQ(mac_of_link_local(address("fe80::280:f0ff:fec5:71eb")), MacAddress(0x0080f0c571eb));
    for (const auto* other : {"fe80::280:f0ff:fdc5:71eb", "fe80::1", "2001:db8::280:f0ff:fec5:71eb",
                              "fe80:1::280:f0ff:fec5:71eb", "::", "192.0.2.1"})
        EXPECT_FALSE(mac_of_link_local(address(other))) << other;
}

TEST(Dhcp6Asker, TheEnterpriseIsOfOption16ElseOf17) {
    auto message = message_of(uuid);
    const dhcp6::Message bare = message;
    message.options.add(dhcp6::vendor_options, dhcp6::vendor_options_value(9, 1, ""));
    const auto of_17 = dhcp6_asker(message, {}, 0, nobody);
    EXPECT_EQ(of_17.enterprise, 9U);
    EXPECT_EQ(of_17.vendor_class, "");
    const std::string_view words[] = {"KX-HDV130", "more"};
    message.options.add(dhcp6::vendor_class, dhcp6::vendor_class_value(258, words));
    const auto of_16 = dhcp6_asker(message, {}, 0, nobody);
    EXPECT_EQ(of_16.enterprise, 258U);
    EXPECT_EQ(of_16.vendor_class, "KX-HDV130");
    EXPECT_FALSE(dhcp6_asker(bare, {}, 0, nobody).enterprise);
    auto broken = bare;
    broken.options.add(dhcp6::vendor_class, "\0\0\1"sv);
    EXPECT_FALSE(dhcp6_asker(broken, {}, 0, nobody).enterprise);
}

} // namespace
} // namespace offhook::server
