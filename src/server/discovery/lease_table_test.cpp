#include "server/discovery/lease_table.hpp"

#include "server/discovery/dhcp4_test_support.hpp"

#include <gtest/gtest.h>

namespace offhook::server {
namespace {

using namespace std::chrono_literals;
using namespace testing_dhcp4;
using catalogue::Lease;
using catalogue::LeaseState;
using Client = LeaseTable::Client;

class LeaseTableTest : public testing::Test {
protected:
    const Dhcp4Pool& pool() { return *table_.pool_of_link(ip("10.0.0.77")); }
    std::string choose(const Client& client, std::optional<IpAddress> wanted = {}) {
        const auto out = table_.choose(
            client, pool(), wanted, [&](const IpAddress& address) { return address == kept_; }, clock_.wall(),
            clock_.instant());
        return out ? out->text() : "none";
    }
    void bind(std::string_view address, std::uint64_t mac, std::chrono::seconds lasts = 1h,
              LeaseState state = LeaseState::bound) {
        Lease lease;
        lease.address = ip(address), lease.mac = MacAddress(mac), lease.state = state;
        lease.since = clock_.wall(), lease.until = clock_.wall() + lasts;
        table_.put(lease);
    }

    ManualClock clock_;
    LeaseTable table_{one_pool().pools};
    IpAddress kept_;
    const Client a_{MacAddress(1), ""}, b_{MacAddress(2), ""}, c_{MacAddress(3), ""}, d_{MacAddress(4), ""};
};

TEST_F(LeaseTableTest, GivesWhatWasNeverUsedFirst) {
    EXPECT_EQ(choose(a_), "10.0.0.10");
    bind("10.0.0.10", 1);
    EXPECT_EQ(choose(b_), "10.0.0.11");
    bind("10.0.0.11", 2, 0s, LeaseState::released);
    EXPECT_EQ(choose(c_), "10.0.0.12") << "a released one is its former client's while there are others";
}

TEST_F(LeaseTableTest, ThenWhatHasBeenFreeForLongest) {
    bind("10.0.0.10", 1, 20min), bind("10.0.0.11", 2, 10min), bind("10.0.0.12", 3, 30min);
    EXPECT_EQ(choose(d_), "none");
    clock_.advance(40min);
    EXPECT_EQ(choose(d_), "10.0.0.11");
    EXPECT_EQ(choose(c_), "10.0.0.12") << "its own is still there";
}

TEST_F(LeaseTableTest, GivesWhatIsAskedForIfItIsFree) {
    EXPECT_EQ(choose(a_, ip("10.0.0.12")), "10.0.0.12");
    EXPECT_EQ(choose(a_, ip("10.0.0.13")), "10.0.0.10") << "outside of the range";
    bind("10.0.0.12", 2);
    EXPECT_EQ(choose(a_, ip("10.0.0.12")), "10.0.0.10");
    bind("10.0.0.11", 1);
    EXPECT_EQ(choose(a_, ip("10.0.0.10")), "10.0.0.11") << "the client's own counts before its wish";
}

TEST_F(LeaseTableTest, HeldAndReservedAddressesAreOthers) {
    table_.hold(ip("10.0.0.10"), a_, clock_.instant() + 60s);
    kept_ = ip("10.0.0.11");
    EXPECT_EQ(choose(a_), "10.0.0.10");
    EXPECT_EQ(choose(b_), "10.0.0.12");
    clock_.advance(61s);
    EXPECT_EQ(choose(b_), "10.0.0.10");
    table_.hold(ip("10.0.0.10"), b_, clock_.instant() + 60s);
    EXPECT_EQ(choose(a_), "10.0.0.12");
    table_.let_go(b_);
    EXPECT_EQ(choose(a_), "10.0.0.10");
}

TEST_F(LeaseTableTest, DeclinedAddressesRestUntilTheirTime) {
    bind("10.0.0.10", 0, 1h, LeaseState::declined);
    bind("10.0.0.11", 2, 2h), bind("10.0.0.12", 3, 2h);
    EXPECT_EQ(choose(a_), "none");
    clock_.advance(61min);
    EXPECT_EQ(choose(a_), "10.0.0.10");
}

TEST_F(LeaseTableTest, AClientIsItsMacAndOption61OnlyWhereThereIsNone) {
    bind("10.0.0.10", 1);
    const Client same_id_other_mac{MacAddress(2), "same"}, other_id{MacAddress(1), "other"};
    EXPECT_NE(table_.lease_of(other_id, pool()), nullptr);
    EXPECT_EQ(table_.lease_of(same_id_other_mac, pool()), nullptr);
    Lease lease;
    lease.address = ip("10.0.0.11"), lease.client_id = "token", lease.until = clock_.wall() + 1h;
    table_.put(lease);
    EXPECT_EQ(table_.lease_of({MacAddress(), "token"}, pool())->address, ip("10.0.0.11"));
    EXPECT_EQ(table_.lease_of({MacAddress(), "other"}, pool()), nullptr);
}

TEST_F(LeaseTableTest, LoadsWhatIsOfItsPools) {
    Lease inside, outside, v6;
    inside.address = ip("10.0.0.10"), outside.address = ip("10.9.0.10"), v6.address = ip("2001:db8::1");
    table_.load({inside, outside, v6});
    EXPECT_EQ(table_.size(), 1U);
    EXPECT_NE(table_.find(ip("10.0.0.10")), nullptr);
}

TEST_F(LeaseTableTest, RemovedAddressesWereNeverUsed) {
    bind("10.0.0.10", 1), bind("10.0.0.11", 2), bind("10.0.0.12", 3);
    EXPECT_EQ(choose(d_), "none");
    table_.remove(ip("10.0.0.11"));
    EXPECT_EQ(choose(d_), "10.0.0.11");
    EXPECT_EQ(table_.lease_of(b_, pool()), nullptr);
}

TEST(Dhcp4Pools, SubnetsOfTwoHaveNoBroadcastAddress) {
    auto pools = one_pool().pools;
    pools[0].subnet = *Network::from_text("10.0.0.10/31");
    pools[0].last = ip("10.0.0.11");
    EXPECT_TRUE(check_pools(pools));
    EXPECT_TRUE(is_host_address(pools[0], ip("10.0.0.11")));
    pools[0].subnet = *Network::from_text("10.0.0.8/30");
    EXPECT_FALSE(check_pools(pools));
}

TEST(Dhcp4Pools, AreCheckedBeforeTheyServe) {
    const auto pools = one_pool().pools;
    EXPECT_TRUE(check_pools(pools));
    struct Case {
        const char* name;
        void (*breaks)(std::vector<Dhcp4Pool>&);
    };
    for (const auto& [name, breaks] : {Case{"order", [](auto& p) { std::swap(p[0].first, p[0].last); }},
                                       Case{"first outside", [](auto& p) { p[0].first = ip("10.0.1.1"); }},
                                       Case{"last outside", [](auto& p) { p[0].last = ip("10.0.1.1"); }},
                                       Case{"v6", [](auto& p) { p[0].first = p[0].last = ip("2001:db8::1"); }},
                                       Case{"v6 dns", [](auto& p) { p[0].dns.push_back(ip("2001:db8::1")); }},
                                       Case{"the subnet's own", [](auto& p) { p[0].first = ip("10.0.0.0"); }},
                                       Case{"broadcast", [](auto& p) { p[0].last = ip("10.0.0.255"); }},
                                       Case{"a router", [](auto& p) { p[0].routers.push_back(ip("10.0.0.11")); }},
                                       Case{"too many",
                                            [](auto& p) {
                                                p[0].subnet = *Network::from_text("10.0.0.0/8");
                                                p[0].last = ip("10.1.0.10");
                                            }},
                                       Case{"overlap", [](auto& p) { p.push_back(p[0]); }}}) {
        auto broken = pools;
        breaks(broken);
        EXPECT_FALSE(check_pools(broken)) << name;
    }
}

} // namespace
} // namespace offhook::server
