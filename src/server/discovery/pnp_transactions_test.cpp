#include "server/discovery/pnp_transactions.hpp"

#include <gtest/gtest.h>
#include <vector>

namespace offhook::server {
namespace {

using namespace std::chrono_literals;
using State = PnpTransaction::State;

constexpr Instant begin{std::chrono::hours{1}};
const auto source = IpAddress::v4(0xc0000232);

TEST(PnpTransactions, AreFoundByKeyAndSource) {
    PnpTransactions table(100);
    std::vector<PnpTransaction*> made;
    for (std::uint64_t key = 0; key < 100; ++key) {
        made.push_back(table.make(key << 32U, begin + 32s)); // all in a few chains
        made.back()->source = source;
    }
    for (std::uint64_t key = 0; key < 100; ++key) EXPECT_EQ(table.find(key << 32U, source), made[key]);
    EXPECT_EQ(table.find(1U << 20U, source), nullptr);
    EXPECT_EQ(table.find(0, IpAddress::v4(1)), nullptr);
    table.erase(*made[50]);
    EXPECT_EQ(table.find(50ULL << 32U, source), nullptr);
    EXPECT_EQ(table.by_number(made[50]->number), nullptr);
    EXPECT_EQ(table.find(51ULL << 32U, source), made[51]);
    EXPECT_EQ(table.size(), 99U);
    table.expire(begin + 31s);
    EXPECT_EQ(table.size(), 99U);
    table.expire(begin + 32s);
    EXPECT_EQ(table.size(), 0U);
    EXPECT_EQ(table.deadline(), std::nullopt);
}

TEST(PnpTransactions, FullTableGivesUpTheOldestThatIsFinished) {
    PnpTransactions table(3);
    auto* first = table.make(1, begin);
    table.set_state(*first, State::notifying);
    (void)table.make(2, begin);
    (void)table.make(3, begin);
    EXPECT_EQ(table.unfinished(), 1U);
    ASSERT_NE(table.make(4, begin), nullptr);
    EXPECT_EQ(table.by_number(first->number), first);
    EXPECT_EQ(table.find(2, {}), nullptr);
    EXPECT_NE(table.find(3, {}), nullptr);
}

TEST(PnpTransactions, FullOfUnfinishedOnesGivesUpAStrangerElseTheOldest) {
    PnpTransactions table(2);
    for (std::uint64_t key = 1; key <= 2; ++key) table.set_state(*table.make(key, begin), State::notifying);
    table.find(2, {})->is_stranger = true;
    ASSERT_NE(table.make(3, begin), nullptr);
    EXPECT_EQ(table.find(2, {}), nullptr);
    EXPECT_EQ(table.unfinished(), 1U);
    table.set_state(*table.find(3, {}), State::notifying);
    ASSERT_NE(table.make(4, begin), nullptr);
    EXPECT_EQ(table.find(1, {}), nullptr);
    EXPECT_EQ(table.size(), 2U);
}

TEST(PnpTransactions, PhonesThatNeverAnswerKeepNobodyOut) {
    PnpTransactions table(200); // more than a search for a finished one looks at
    for (std::uint64_t key = 1; key <= 1'000; ++key) {
        auto* made = table.make(key, begin);
        ASSERT_NE(made, nullptr) << key;
        table.set_state(*made, State::notifying);
    }
    EXPECT_EQ(table.size(), 200U);
}

TEST(PnpTransactions, ComeDueInTheirOrderAndOnlyOnce) {
    PnpTransactions table(10);
    auto* a = table.make(1, begin + 100s);
    auto* b = table.make(2, begin + 100s);
    auto* c = table.make(3, begin + 100s);
    table.set_due(*a, begin + 3s);
    table.set_due(*b, begin + 1s);
    table.set_due(*c, begin + 2s);
    table.set_due(*b, begin + 4s); // moved
    EXPECT_EQ(table.deadline(), begin + 2s);
    EXPECT_EQ(table.take_due(begin + 1s), nullptr);
    EXPECT_EQ(table.take_due(begin + 5s), c);
    table.clear_due(*a);
    EXPECT_EQ(table.take_due(begin + 5s), b);
    EXPECT_EQ(table.take_due(begin + 5s), nullptr);
    EXPECT_EQ(table.deadline(), begin + 100s);
    table.set_due(*a, begin + 6s);
    table.erase(*a);
    auto* again = table.make(4, begin + 100s); // in a's slot, without its deadline
    EXPECT_EQ(again, a);
    EXPECT_EQ(table.take_due(begin + 7s), nullptr);
}

} // namespace
} // namespace offhook::server
