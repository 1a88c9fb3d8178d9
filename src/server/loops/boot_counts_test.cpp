#include "server/loops/boot_counts.hpp"

#include "server/test_house.hpp"

#include <gtest/gtest.h>

namespace offhook::server {
namespace {

using namespace std::chrono_literals;

class BootCountsTest : public testing::Test {
protected:
    /// How often it is said to be a loop.
    int loops(int boots, std::uint64_t content = 1, std::chrono::milliseconds every = 60s, MacAddress mac = anna,
              const config::Document& document = own_) {
        int out = 0;
        for (int i = 0; i < boots; ++i) {
            if (took({mac, &document, content})) ++out;
            clock_.advance(every);
        }
        return out;
    }
    std::optional<BootCounts::Round> took(const OwnTaken& taken) { return counts_.took(taken, limits_, clock_.wall()); }
    static inline const config::Document own_{}, other_{};
    config::LoopLimits limits_{4, 6, 20min};
    ManualClock clock_;
    BootCounts counts_;
};

TEST_F(BootCountsTest, TheFirstBeyondTheLimitIsSaidAndNoOther) {
    EXPECT_EQ(loops(6), 0);
    EXPECT_EQ(loops(1), 1);
    EXPECT_EQ(loops(10), 0);
}

TEST_F(BootCountsTest, ItIsSaidAgainInAnotherWindow) {
    EXPECT_EQ(loops(7), 1);
    clock_.advance(20min);
    EXPECT_EQ(loops(7), 1);
}

TEST_F(BootCountsTest, ManyTimesInAWindowAreCountedWithoutEnd) { EXPECT_EQ(loops(1000, 1, 100ms), 1); }

TEST_F(BootCountsTest, WhoComesFasterThanAPhoneBootsIsNone) {
    EXPECT_EQ(loops(40, 1, 100ms), 0) << "somebody who tries";
    clock_.advance(20min);
    EXPECT_EQ(loops(10, 1, 5s), 0);
    EXPECT_EQ(loops(20, 1, 5s), 1) << "he goes on for longer than six boots take";
    clock_.advance(20min);
    limits_.boot = 0s;
    EXPECT_EQ(loops(6, 1, 0s), 0);
    EXPECT_EQ(loops(1, 1, 0s), 1);
}

TEST_F(BootCountsTest, OtherSettingsAreAnotherChange) {
    for (std::uint64_t content = 1; content < 20; ++content) EXPECT_EQ(loops(2, content), 0);
}

TEST_F(BootCountsTest, ItSaysWhenTheFirstWas) {
    const auto first = clock_.wall();
    EXPECT_EQ(loops(6), 0);
    const auto loop = took({anna, &own_, 1});
    ASSERT_TRUE(loop);
    EXPECT_GT(loop->first, first);
    EXPECT_LE(loop->first, first + 4s);
    EXPECT_EQ(loop->times, 7U);
}

TEST_F(BootCountsTest, FromTwoPlacesAreCountedApart) {
    int loops = 0;
    limits_.boot = 0s;
    for (int i = 0; i < 12; ++i)
        if (took({anna, &own_, 1, i % 2 == 0 ? 11U : 12U})) ++loops;
    EXPECT_EQ(loops, 0);
    EXPECT_TRUE(took({anna, &own_, 1, 11}));
    EXPECT_TRUE(took({anna, &own_, 1, 12}));
    EXPECT_FALSE(took({anna, &own_, 1}));
}

TEST_F(BootCountsTest, SlowOnesAreNoLoop) { EXPECT_EQ(loops(50, 1, 4min), 0); }

TEST_F(BootCountsTest, TwoPhonesAndTwoFilesOfOneBootAreCountedApart) {
    for (int i = 0; i < 6; ++i) {
        EXPECT_EQ(loops(1, 1, 0s), 0);
        EXPECT_EQ(loops(1, 1, 0s, bert), 0);
        EXPECT_EQ(loops(1, 2, 60s, anna, other_), 0);
    }
    EXPECT_EQ(loops(1), 1);
}

} // namespace
} // namespace offhook::server
