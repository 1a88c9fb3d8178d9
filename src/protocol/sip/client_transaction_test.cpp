#include "protocol/sip/client_transaction.hpp"

#include <gtest/gtest.h>
#include <vector>

namespace offhook::protocol::sip {
namespace {

using namespace std::chrono_literals;
using Act = ClientTransaction::Act;
using State = ClientTransaction::State;
using Wire = ClientTransaction::Wire;
using Milliseconds = std::vector<long>;

constexpr Instant begin{std::chrono::hours{1}};

/// When it sends, after the first, until it has no deadline any more.
Milliseconds repeats(ClientTransaction& transaction) {
    Milliseconds out;
    for (int i = 0; i < 100 && transaction.deadline(); ++i) {
        const auto now = *transaction.deadline();
        EXPECT_EQ(transaction.tick(now - 1ms), Act::nothing);
        if (transaction.tick(now) == Act::send)
            out.push_back(std::chrono::duration_cast<std::chrono::milliseconds>(now - begin).count());
    }
    return out;
}

TEST(SipClientTransaction, RepeatsElevenTimesInAllAndGivesUpAfter32Seconds) {
    ClientTransaction transaction(Wire::datagrams, begin);
    EXPECT_EQ(repeats(transaction), (Milliseconds{500, 1500, 3500, 7500, 11500, 15500, 19500, 23500, 27500, 31500}));
    EXPECT_EQ(transaction.state(), State::timed_out);
    EXPECT_FALSE(transaction.responded(200, begin + 40s));
}

TEST(SipClientTransaction, GivesUpAtTimerF) {
    ClientTransaction transaction(Wire::datagrams, begin);
    EXPECT_EQ(transaction.tick(begin + 32s), Act::timed_out);
    EXPECT_EQ(transaction.deadline(), std::nullopt);
}

TEST(SipClientTransaction, SendsNoMoreThanItMay) {
    TransactionTiming timing;
    timing.sends_max = 3;
    ClientTransaction transaction(Wire::datagrams, begin, timing);
    EXPECT_EQ(repeats(transaction), (Milliseconds{500, 1500}));
    timing.sends_max = 1;
    ClientTransaction once(Wire::datagrams, begin, timing);
    EXPECT_EQ(repeats(once), Milliseconds{});
    EXPECT_EQ(once.state(), State::timed_out);
}

TEST(SipClientTransaction, ProvisionalResponseSlowsItDown) {
    ClientTransaction transaction(Wire::datagrams, begin);
    EXPECT_FALSE(transaction.responded(100, begin + 100ms));
    EXPECT_FALSE(transaction.responded(183, begin + 200ms)); // does not put the next repeat off
    EXPECT_EQ(transaction.state(), State::proceeding);
    EXPECT_EQ(repeats(transaction), (Milliseconds{4100, 8100, 12100, 16100, 20100, 24100, 28100}));
}

TEST(SipClientTransaction, FinalResponseEndsRepeatsAndItsOwnRepeatsAreKnown) {
    ClientTransaction transaction(Wire::datagrams, begin);
    EXPECT_TRUE(transaction.responded(200, begin + 100ms));
    EXPECT_FALSE(transaction.responded(200, begin + 200ms));
    EXPECT_EQ(transaction.deadline(), begin + 5100ms);
    EXPECT_EQ(transaction.tick(begin + 5100ms), Act::nothing);
    EXPECT_EQ(transaction.deadline(), std::nullopt);
    EXPECT_EQ(transaction.state(), State::completed);
}

TEST(SipClientTransaction, StreamHasNoRepeats) {
    ClientTransaction transaction(Wire::stream, begin);
    EXPECT_FALSE(transaction.responded(100, begin + 1s));
    EXPECT_EQ(transaction.deadline(), begin + 32s);
    EXPECT_TRUE(transaction.responded(401, begin + 2s));
    EXPECT_EQ(transaction.deadline(), std::nullopt);
}

} // namespace
} // namespace offhook::protocol::sip
