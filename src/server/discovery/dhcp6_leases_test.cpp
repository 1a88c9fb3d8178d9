#include "server/discovery/dhcp6_leases.hpp"

#include "server/discovery/dhcp6_listener.hpp"

#include <gtest/gtest.h>

namespace offhook::server {
namespace {

using catalogue::Lease;
using catalogue::LeaseState;

constexpr WallTime now{std::chrono::seconds{1'767'225'600}};

IpAddress address(std::string_view text) { return *IpAddress::from_text(text); }

Dhcp6Pool pool(std::string_view first, std::string_view last) {
    Dhcp6Pool out;
    out.subnet = *Network::from_text("2001:db8::/64");
    out.first = address(first);
    out.last = address(last);
    return out;
}

Lease lease(std::string_view at, std::string_view client, LeaseState state = LeaseState::bound,
            std::chrono::seconds left = std::chrono::seconds{60}) {
    Lease out;
    out.address = address(at);
    out.client_id = client;
    out.state = state;
    out.since = now - std::chrono::seconds{60};
    out.until = now + left;
    return out;
}

std::optional<IpAddress> choose(const Dhcp6Leases& leases, const Dhcp6Pool& from, std::string_view client,
                                std::optional<IpAddress> hint = {}, std::optional<IpAddress> reserved = {}) {
    return leases.choose(from, {client, reserved, hint, {}}, now);
}

TEST(Dhcp6Leases, TheSameClientIsToldTheSame) {
    Dhcp6Leases leases;
    const auto wide = pool("2001:db8::100", "2001:db8::ffff");
    const auto chosen = choose(leases, wide, "a");
    ASSERT_TRUE(chosen);
    EXPECT_TRUE(is_in_range(wide, *chosen));
    EXPECT_EQ(choose(leases, wide, "a"), chosen);
    EXPECT_NE(choose(leases, wide, "b"), chosen);
    leases.put(lease("2001:db8::200", "a"));
    EXPECT_EQ(choose(leases, wide, "a"), address("2001:db8::200"));
}

TEST(Dhcp6Leases, AReservationComesFirstAndAHintBeforeTheRest) {
    Dhcp6Leases leases;
    const auto wide = pool("2001:db8::100", "2001:db8::ffff");
    const auto reserved = address("2001:db8::5"); // outside of the range, inside of the subnet
    EXPECT_EQ(choose(leases, wide, "a", address("2001:db8::123"), reserved), reserved);
    EXPECT_EQ(choose(leases, wide, "a", address("2001:db8::123")), address("2001:db8::123"));
    EXPECT_NE(choose(leases, wide, "a", address("2001:db8::50")), address("2001:db8::50"));
    EXPECT_NE(choose(leases, wide, "a", {}, address("2001:db8:1::5")), address("2001:db8:1::5"));
    leases.put(lease("2001:db8::123", "b"));
    EXPECT_NE(choose(leases, wide, "a", address("2001:db8::123")), address("2001:db8::123"));
    leases.put(lease("2001:db8::5", "b"));
    EXPECT_NE(choose(leases, wide, "a", {}, reserved), reserved);
}

TEST(Dhcp6Leases, AFullPoolGivesWhatIsOverAndNothingElse) {
    Dhcp6Leases leases;
    const auto two = pool("2001:db8::100", "2001:db8::101");
    leases.put(lease("2001:db8::100", "a"));
    EXPECT_EQ(choose(leases, two, "c"), address("2001:db8::101"));
    leases.put(lease("2001:db8::101", "b", LeaseState::declined));
    EXPECT_EQ(choose(leases, two, "c"), std::nullopt);
    EXPECT_EQ(choose(leases, two, "b"), std::nullopt); // nor to who declined it
    leases.put(lease("2001:db8::100", "a", LeaseState::released, std::chrono::seconds{0}));
    EXPECT_EQ(choose(leases, two, "c"), address("2001:db8::100"));
    leases.put(lease("2001:db8::100", "a", LeaseState::bound, std::chrono::seconds{-1})); // expired
    EXPECT_EQ(choose(leases, two, "c"), address("2001:db8::100"));
    leases.put(lease("2001:db8::101", "b", LeaseState::declined, std::chrono::seconds{-1}));
    EXPECT_TRUE(choose(leases, two, "b"));
}

TEST(Dhcp6Leases, AFullPoolGivesWhatHasBeenFreeForLongest) {
    Dhcp6Leases leases;
    const auto three = pool("2001:db8::100", "2001:db8::102");
    leases.put(lease("2001:db8::100", "a", LeaseState::bound, std::chrono::seconds{-1}));
    leases.put(lease("2001:db8::101", "b", LeaseState::bound, std::chrono::seconds{-3}));
    leases.put(lease("2001:db8::102", "c", LeaseState::released, std::chrono::seconds{-2}));
    for (const std::string_view client : {"d", "e", "f", "g"})
        EXPECT_EQ(choose(leases, three, client), address("2001:db8::101")) << client;
    leases.put(lease("2001:db8::101", "d")); // took it
    EXPECT_EQ(choose(leases, three, "e"), address("2001:db8::102"));
    leases.restore(address("2001:db8::101"), lease("2001:db8::101", "b", LeaseState::bound, std::chrono::seconds{-3}));
    EXPECT_EQ(choose(leases, three, "e"), address("2001:db8::101"));
}

TEST(Dhcp6Leases, AFullTableIsNotTheEndOfAWidePool) {
    Dhcp6Leases leases;
    const auto wide = pool("2001:db8::100", "2001:db8::ffff:ffff");
    for (std::size_t i = 0; i < Dhcp6Leases::leases_max; ++i) {
        const auto text = std::to_string(i);
        const auto chosen = choose(leases, wide, text);
        ASSERT_TRUE(chosen) << i;
        leases.put(lease(chosen->text(), text, LeaseState::bound, std::chrono::seconds{i == 77 ? -1 : 60}));
    }
    const auto chosen = choose(leases, wide, "a");
    ASSERT_TRUE(chosen);
    EXPECT_EQ(*chosen, leases.of_client("77")->address);
}

TEST(Dhcp6Leases, WhatTheCatalogueKeepsIsGivenToNobodyElse) {
    Dhcp6Leases leases;
    const auto two = pool("2001:db8::100", "2001:db8::101");
    const auto kept = address("2001:db8::100");
    const auto choose_for = [&](std::string_view client, std::optional<IpAddress> reserved = {}) {
        return leases.choose(two, {client, reserved, kept, {}, [&](const IpAddress& at) { return at == kept; }}, now);
    };
    for (const std::string_view client : {"a", "b", "c", "d"}) EXPECT_EQ(choose_for(client), address("2001:db8::101"));
    EXPECT_EQ(choose_for("a", kept), kept);
    leases.put(lease("2001:db8::100", "a")); // from before it was kept
    EXPECT_EQ(choose_for("a"), address("2001:db8::101"));
    leases.put(lease("2001:db8::100", "a", LeaseState::bound, std::chrono::seconds{-1}));
    leases.put(lease("2001:db8::101", "b"));
    EXPECT_EQ(choose_for("c"), std::nullopt);
}

TEST(Dhcp6Leases, WhatIsOursIsNeverGiven) {
    Dhcp6Leases leases;
    const auto two = pool("2001:db8::100", "2001:db8::101");
    const IpAddress ours[] = {address("2001:db8::100")};
    for (const std::string_view client : {"a", "b", "c", "d"})
        EXPECT_EQ(leases.choose(two, {client, {}, address("2001:db8::100"), ours}, now), address("2001:db8::101"));
}

TEST(Dhcp6Leases, WhoTakesAnAddressOverHasIt) {
    Dhcp6Leases leases;
    leases.put(lease("2001:db8::100", "a", LeaseState::released));
    leases.put(lease("2001:db8::100", "b"));
    EXPECT_EQ(leases.of_client("a"), nullptr);
    ASSERT_NE(leases.of_client("b"), nullptr);
    leases.restore(address("2001:db8::100"), lease("2001:db8::100", "a", LeaseState::released));
    EXPECT_EQ(leases.of_client("b"), nullptr);
    ASSERT_NE(leases.of_client("a"), nullptr);
    leases.restore(address("2001:db8::100"), {});
    EXPECT_EQ(leases.size(), 0U);
}

TEST(Dhcp6Leases, TheYoungestRowOfAClientCounts) {
    Dhcp6Leases leases;
    auto young = lease("2001:db8::101", "a");
    young.since = now;
    leases.put(young);
    leases.put(lease("2001:db8::100", "a"));
    EXPECT_EQ(leases.of_client("a")->address, address("2001:db8::101"));
}

TEST(Dhcp6Pools, AreCheckedBeforeTheyServe) {
    Dhcp6Options options;
    options.mode = Dhcp6Mode::small_pool;
    EXPECT_FALSE(check_pools(options));
    options.pools = {pool("2001:db8::1", "2001:db8::ff")};
    EXPECT_TRUE(check_pools(options));
    options.pools = {pool("2001:db8::ff", "2001:db8::1")};
    EXPECT_FALSE(check_pools(options));
    options.pools = {pool("2001:db8::1", "2001:db8:1::ff")};
    EXPECT_FALSE(check_pools(options));
    options.pools = {pool("2001:db8::1", "2001:db8:0:1::ff")};
    options.pools[0].subnet = *Network::from_text("2001:db8::/32");
    EXPECT_FALSE(check_pools(options)); // beyond one /64
}

} // namespace
} // namespace offhook::server
