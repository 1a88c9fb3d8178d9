#include "server/discovery/check_options.hpp"

#include "server/discovery/dhcp4_test_support.hpp"

#include <gtest/gtest.h>

namespace offhook::server {
namespace {

using namespace testing_dhcp4;

TEST(CheckOptions, ARangeHoldsNobodysAddress) {
    EXPECT_TRUE(check_options(one_pool(), ip("10.0.0.1")));
    struct Case {
        const char* says;
        void (*breaks)(Dhcp4Pool&);
    };
    for (const auto& [says, breaks] :
         {Case{"10.0.0.0, the address of the subnet", [](Dhcp4Pool& p) { p.first = ip("10.0.0.0"); }},
          Case{"10.0.0.255, the broadcast", [](Dhcp4Pool& p) { p.last = ip("10.0.0.255"); }},
          Case{"10.0.0.11, which is a router's", [](Dhcp4Pool& p) { p.routers = {ip("10.0.0.11")}; }},
          Case{"ends before it begins", [](Dhcp4Pool& p) { std::swap(p.first, p.last); }},
          Case{"not inside of its subnet", [](Dhcp4Pool& p) { p.last = ip("10.0.1.1"); }}}) {
        Dhcp4Options options = one_pool();
        breaks(options.pools[0]);
        const auto fit = check_options(options, ip("10.0.0.1"));
        ASSERT_FALSE(fit) << says;
        EXPECT_NE(fit.error().message.find(says), std::string::npos) << fit.error().message;
    }
}

} // namespace
} // namespace offhook::server
