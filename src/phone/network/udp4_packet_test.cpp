#include "phone/network/udp4_packet.hpp"

#include <gtest/gtest.h>

namespace offhook::phone {
namespace {

const IpAddress nobody = IpAddress::v4(0), everybody = IpAddress::v4(0xffff'ffff);

/// What a receiver adds up: zero when the sum is right.
std::uint32_t sum_of(std::string_view bytes) {
    std::uint32_t sum = 0;
    for (std::size_t at = 0; at < bytes.size(); ++at)
        sum += static_cast<std::uint32_t>(static_cast<std::uint8_t>(bytes[at])) << (at % 2 == 0 ? 8U : 0U);
    while (sum > 0xffffU) sum = (sum & 0xffffU) + (sum >> 16U);
    return ~sum & 0xffffU;
}

TEST(Udp4Packet, ReadsWhatItWrote) {
    for (const std::string payload : {"", "a", "discover", "odd"}) {
        const auto bytes = to_bytes({nobody, everybody, 68, 67, payload});
        const auto packet = read_udp4_packet(bytes);
        ASSERT_TRUE(packet);
        EXPECT_EQ(packet->source, nobody);
        EXPECT_EQ(packet->destination, everybody);
        EXPECT_EQ(packet->source_port, 68);
        EXPECT_EQ(packet->destination_port, 67);
        EXPECT_EQ(packet->payload, payload);
    }
}

TEST(Udp4Packet, AddsUp) {
    for (const std::string payload : {"", "a", "discover", "odd"}) {
        const auto bytes = to_bytes({IpAddress::v4(0x0a630032), everybody, 68, 67, payload});
        EXPECT_EQ(sum_of(std::string_view(bytes).substr(0, 20)), 0U);
        std::string pseudo = bytes.substr(12, 8) + std::string("\0\x11", 2) + bytes.substr(24, 2);
        EXPECT_EQ(sum_of(pseudo + bytes.substr(20)), 0U);
    }
}

TEST(Udp4Packet, PassesOverPaddingAndOptions) {
    auto bytes = to_bytes({nobody, everybody, 67, 68, "ack"}) + std::string(18, '\0');
    EXPECT_EQ(read_udp4_packet(bytes)->payload, "ack");
    bytes[0] = 0x46; // four bytes of IP options
    bytes.insert(20, 4, '\x01');
    bytes[3] = static_cast<char>(bytes[3] + 4);
    EXPECT_EQ(read_udp4_packet(bytes)->payload, "ack");
}

TEST(Udp4Packet, RefusesWhatIsNoWholePacket) {
    const auto good = to_bytes({nobody, everybody, 67, 68, "ack"});
    for (std::size_t bytes = 0; bytes < good.size(); ++bytes)
        EXPECT_FALSE(read_udp4_packet(std::string_view(good).substr(0, bytes))) << bytes;
    const struct {
        std::size_t at;
        char value;
    } cases[] = {{0, 0x65}, {0, 0x44}, {0, 0x4f}, {9, 6}, {6, 0x20}, {7, 1}, {25, 7}, {24, 1}, {3, 27}};
    for (const auto& one : cases) {
        auto bad = good;
        bad[one.at] = one.value;
        EXPECT_FALSE(read_udp4_packet(bad)) << one.at << " " << int{one.value};
    }
}

} // namespace
} // namespace offhook::phone
