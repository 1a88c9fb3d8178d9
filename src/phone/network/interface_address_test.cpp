#include "phone/network/interface_address.hpp"

#include <gtest/gtest.h>

namespace offhook::phone {
namespace {

TEST(InterfaceAddress, ReadsWhatPeopleWrite) {
    for (const std::string text : {"10.99.0.50/24", "10.0.0.1/32", "2001:db8::50/64", "10.1.2.3/1"})
        EXPECT_EQ(interface_address_from_text(text).value().text(), text);
}

TEST(InterfaceAddress, SaysWhatWouldHaveBeenRight) {
    for (const std::string_view text : {"", "10.99.0.50", "10.99.0.50/", "10.99.0.50/33", "10.99.0.50/0", "/24", "x/24",
                                        "10.99.0.50/24 ", "2001:db8::50/129", "10.99.0.50/-1", "10.99.0.50/24/24"}) {
        const auto read = interface_address_from_text(text);
        ASSERT_FALSE(read) << text;
        EXPECT_NE(read.error().message.find("10.99.0.50/24"), std::string::npos);
    }
}

TEST(InterfaceAddress, KnowsItsNetwork) {
    EXPECT_EQ(broadcast_of(*interface_address_from_text("10.99.0.50/24")).text(), "10.99.0.255");
    EXPECT_EQ(broadcast_of(*interface_address_from_text("10.99.0.50/9")).text(), "10.127.255.255");
    EXPECT_EQ(broadcast_of(*interface_address_from_text("10.99.0.50/32")).text(), "10.99.0.50");
    EXPECT_EQ(prefix_bits_of_mask(*IpAddress::from_text("255.255.254.0")), 23U);
    EXPECT_EQ(prefix_bits_of_mask(*IpAddress::from_text("255.255.255.255")), 32U);
    EXPECT_EQ(prefix_bits_of_mask(*IpAddress::from_text("0.0.0.0")), 0U);
    EXPECT_EQ(prefix_bits_of_mask(*IpAddress::from_text("255.0.255.0")), std::nullopt);
    EXPECT_EQ(prefix_bits_of_mask(*IpAddress::from_text("ffff::")), std::nullopt);
}

TEST(InterfaceAddress, MakesALinkLocalOneOfTheMac) {
    EXPECT_EQ(link_local_of(MacAddress{0x0080f0c571eb}).text(), "fe80::280:f0ff:fec5:71eb");
}

} // namespace
} // namespace offhook::phone
