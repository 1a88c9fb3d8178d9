#include "base/ip_address.hpp"

#include <gtest/gtest.h>

namespace offhook {
namespace {

TEST(IpAddress, SortsSourcesIntoLoopbackPrivateAndPublic) {
    const struct {
        const char* text;
        SourceClass expected;
    } rows[] = {
        {"127.0.0.1", SourceClass::loopback},
        {"127.255.0.9", SourceClass::loopback},
        {"::1", SourceClass::loopback},
        {"10.0.0.1", SourceClass::private_net},
        {"172.15.0.1", SourceClass::public_net},
        {"172.16.0.1", SourceClass::private_net},
        {"172.31.255.1", SourceClass::private_net},
        {"172.32.0.1", SourceClass::public_net},
        {"192.168.4.4", SourceClass::private_net},
        {"169.254.1.1", SourceClass::private_net},
        {"100.64.0.1", SourceClass::public_net},
        {"192.0.2.1", SourceClass::public_net},
        {"fd00::1", SourceClass::private_net},
        {"fe80::1", SourceClass::private_net},
        {"fec0::1", SourceClass::public_net},
        {"2001:db8::1", SourceClass::public_net},
        {"::ffff:10.0.0.1", SourceClass::private_net},
        {"::", SourceClass::public_net},
    };
    for (const auto& row : rows) EXPECT_EQ(IpAddress::from_text(row.text)->source_class(), row.expected) << row.text;
}

TEST(IpAddress, MappedV4IsTheSameAddressAsV4) {
    EXPECT_EQ(IpAddress::from_text("::ffff:192.0.2.7"), IpAddress::from_text("192.0.2.7"));
    EXPECT_EQ(IpAddress::v4(0xc0000207).text(), "192.0.2.7");
}

TEST(Network, ContainsByPrefixAndRefusesSlips) {
    const auto lan = Network::from_text("10.1.0.0/16");
    ASSERT_TRUE(lan);
    EXPECT_TRUE(lan->contains(*IpAddress::from_text("10.1.255.3")));
    EXPECT_FALSE(lan->contains(*IpAddress::from_text("10.2.0.1")));
    EXPECT_FALSE(lan->contains(*IpAddress::from_text("2001:db8::1")));
    EXPECT_EQ(lan->text(), "10.1.0.0/16");
    EXPECT_TRUE(Network::from_text("0.0.0.0/0")->contains(*IpAddress::from_text("8.8.8.8")));
    EXPECT_FALSE(Network::from_text("0.0.0.0/0")->contains(*IpAddress::from_text("2001:db8::1")));
    EXPECT_TRUE(Network::from_text("10.1.2.0/23")->contains(*IpAddress::from_text("10.1.3.9")));
    for (const char* text :
         {"10.1.2.3/16", "10.0.0.0/33", "10.0.0.0/", "10.0.0.0/x", "", "/8", "2001:db8::/129", "10.1.3.0/23"})
        EXPECT_FALSE(Network::from_text(text)) << text;
}

} // namespace
} // namespace offhook
