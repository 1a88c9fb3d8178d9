#include "server/acquaintances.hpp"

#include <gtest/gtest.h>

namespace offhook::server {
namespace {

const IpAddress office = IpAddress::v4(0xc0a80107);
const IpAddress other = IpAddress::v4(0xc0a80108);
const MacAddress anna(0x0004f2000001ULL);
const MacAddress bert(0x0004f2000002ULL);

TEST(Acquaintances, ARequestWithoutAMacIsLikelyOfWhoeverJustAskedFromThere) {
    Acquaintances table;
    ManualClock clock;
    EXPECT_EQ(table.likely(office, "UA", clock.wall()), std::nullopt);
    table.heard(office, "UA", anna, clock.wall());
    EXPECT_EQ(table.likely(office, "UA", clock.wall()), anna);
    EXPECT_EQ(table.likely(other, "UA", clock.wall()), std::nullopt);
    EXPECT_EQ(table.likely(office, "another UA", clock.wall()), std::nullopt);
}

TEST(Acquaintances, TwoPhonesBehindOneAddressAreAmbiguousUntilBothAreQuiet) {
    Acquaintances table;
    ManualClock clock;
    table.heard(office, "UA", anna, clock.wall());
    table.heard(office, "UA", bert, clock.wall());
    EXPECT_EQ(table.likely(office, "UA", clock.wall()), std::nullopt);
    table.heard(office, "UA", anna, clock.wall());
    EXPECT_EQ(table.likely(office, "UA", clock.wall()), std::nullopt);
    clock.advance(std::chrono::minutes(2));
    table.heard(office, "UA", anna, clock.wall());
    EXPECT_EQ(table.likely(office, "UA", clock.wall()), anna);
}

TEST(Acquaintances, ForgetsAfterAMinute) {
    Acquaintances table;
    ManualClock clock;
    table.heard(office, "UA", anna, clock.wall());
    clock.advance(std::chrono::seconds(50));
    EXPECT_EQ(table.likely(office, "UA", clock.wall()), anna);
    clock.advance(std::chrono::seconds(20));
    EXPECT_EQ(table.likely(office, "UA", clock.wall()), std::nullopt);
}

} // namespace
} // namespace offhook::server
