#include "phone/network/interfaces.hpp"
#include "phone/network/netlink.hpp"

#include <algorithm>
#include <cstring>
#include <gtest/gtest.h>
#include <linux/if_addr.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>

namespace offhook::phone::netlink {
namespace {

TEST(NetlinkRequest, PadsAndNests) {
    Request request(RTM_NEWLINK, NLM_F_CREATE);
    request.fixed(ifinfomsg{});
    request.add_text(IFLA_IFNAME, "phone0"); // 4 + 7, padded to 12
    const auto outer = request.begin_nest(IFLA_LINKINFO);
    request.add_number(7, 42);
    request.add_byte(8, 1); // 4 + 1, padded to 8
    request.end_nest(outer);
    const auto bytes = request.bytes(9);
    ASSERT_EQ(bytes.size(), sizeof(nlmsghdr) + sizeof(ifinfomsg) + 12 + 4 + 8 + 8);
    const auto header = *fixed_part<nlmsghdr>(bytes);
    EXPECT_EQ(header.nlmsg_len, bytes.size());
    EXPECT_EQ(header.nlmsg_flags, NLM_F_REQUEST | NLM_F_CREATE);
    EXPECT_EQ(header.nlmsg_seq, 9U);
    const auto attributes = attributes_behind<ifinfomsg>(std::string_view(bytes).substr(sizeof(nlmsghdr)));
    EXPECT_EQ(attributes.text(IFLA_IFNAME), "phone0");
    const auto nested = attributes.find(IFLA_LINKINFO);
    ASSERT_TRUE(nested);
    EXPECT_EQ(Attributes(*nested).number(7), 42U);
    EXPECT_EQ(Attributes(*nested).find(8), std::string_view("\x01"));
}

TEST(NetlinkAttributes, StopWhereALengthIsNonsense) {
    std::string bytes("\x05\0\x01\0x\0\0\0", 8);
    EXPECT_EQ(Attributes(bytes).find(1), "x");
    EXPECT_FALSE(Attributes(bytes).find(2));
    for (const char length : {0, 3, 9}) {
        bytes[0] = length;
        EXPECT_FALSE(Attributes(bytes).find(1)) << int{length};
    }
    EXPECT_FALSE(Attributes({}).find(1));
    EXPECT_EQ(Attributes({}).text(1), "");
}

TEST(NetlinkInterfaces, FindsLoopbackWithoutAnyRight) {
    auto socket = Socket::open();
    ASSERT_TRUE(socket);
    const auto all = interfaces(*socket);
    ASSERT_TRUE(all);
    const auto found = std::find_if(all->begin(), all->end(), [](const auto& one) { return one.is_loopback(); });
    ASSERT_NE(found, all->end());
    EXPECT_EQ(found->name, "lo");
    const InterfaceAddress local{IpAddress::v4(0x7f00'0001), 8};
    const bool has_it = std::find(found->addresses.begin(), found->addresses.end(), local) != found->addresses.end();
    EXPECT_TRUE(has_it || !found->is_up());
}

TEST(NetlinkAddress, CarriesItsLife) {
    const InterfaceAddress ipv4{IpAddress::v4(0x0a00004d), 24}, ipv6{*IpAddress::from_text("fd99::1"), 64};
    struct {
        const InterfaceAddress& address;
        AddressLife given;
        std::uint32_t preferred, valid;
    } const rows[] = {{ipv4, {600, 600}, 600, 600},
                      {ipv4, {}, 0xffff'ffff, 0xffff'ffff},
                      {ipv6, {300, 600}, 300, 600},
                      {ipv6, {900, 600}, 600, 600}};
    for (const auto& row : rows) {
        const auto bytes = add_address_request(7, row.address, row.given).bytes(1);
        const auto attributes = attributes_behind<ifaddrmsg>(std::string_view(bytes).substr(sizeof(nlmsghdr)));
        const auto times = fixed_part<ifa_cacheinfo>(attributes.find(IFA_CACHEINFO).value_or(std::string_view{}));
        ASSERT_TRUE(times);
        EXPECT_EQ(times->ifa_prefered, row.preferred);
        EXPECT_EQ(times->ifa_valid, row.valid);
    }
}

TEST(NetlinkInterfaces, TellsWhatTheKernelRefuses) {
    auto socket = Socket::open();
    ASSERT_TRUE(socket);
    EXPECT_NE(delete_interface(*socket, 0x7fff'fff0), 0);
}

} // namespace
} // namespace offhook::phone::netlink
