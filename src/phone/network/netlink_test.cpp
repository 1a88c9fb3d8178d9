#include "phone/network/interfaces.hpp"
#include "phone/network/netlink.hpp"

#include <algorithm>
#include <cstring>
#include <gtest/gtest.h>
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

TEST(NetlinkInterfaces, TellsWhatTheKernelRefuses) {
    auto socket = Socket::open();
    ASSERT_TRUE(socket);
    EXPECT_NE(delete_interface(*socket, 0x7fff'fff0), 0);
}

} // namespace
} // namespace offhook::phone::netlink
