#include "phone/running_timers.hpp"

#include <gtest/gtest.h>

namespace offhook::phone {
namespace {

using namespace std::chrono_literals;
using What = OwnAction::What;
using Running = RunningTimers::Running;

class Timers : public testing::Test {
protected:
    RunningTimers at_speed(unsigned speed) { return {speed, clock.instant(), clock.wall()}; }
    ManualClock clock;
    std::vector<OwnAction> daily{{What::check, 86'400s, "poll"}, {What::send_logs, 172'800s, "log"}};
};

TEST_F(Timers, NothingIsDueWhereNothingWasSet) {
    auto timers = at_speed(1);
    EXPECT_EQ(timers.next(), std::nullopt);
    EXPECT_FALSE(timers.take_due(clock.instant()));
}

TEST_F(Timers, TheSoonestComesFirstAndOnce) {
    auto timers = at_speed(1);
    timers.set(daily, clock.instant(), Running::forgotten);
    EXPECT_EQ(timers.next(), clock.instant() + 86'400s);
    clock.advance(86'399s);
    EXPECT_FALSE(timers.take_due(clock.instant()));
    clock.advance(1s);
    const auto due = timers.take_due(clock.instant());
    ASSERT_TRUE(due);
    EXPECT_EQ(due->why, "poll");
    EXPECT_FALSE(timers.take_due(clock.instant()));
}

TEST_F(Timers, OneThatRunsKeepsItsEndWhenItIsSetAgain) {
    auto timers = at_speed(1);
    timers.set(daily, clock.instant(), Running::forgotten);
    for (int i = 0; i < 2; ++i) {
        clock.advance(86'400s);
        ASSERT_EQ(timers.take_due(clock.instant())->what, What::check) << i;
        timers.set(daily, clock.instant(), Running::kept);
    }
    EXPECT_EQ(timers.take_due(clock.instant())->what, What::send_logs) << "two days are over";
}

TEST_F(Timers, WhatIsHeldBackComesWhenThatEndsAndAfterWhatIsNot) {
    auto timers = at_speed(1);
    timers.set({{What::check, 60s, "poll"}, {What::send_logs, 120s, "log"}}, clock.instant(), Running::forgotten);
    const Instant begun = clock.instant();
    Instant idle = begun + 300s;
    timers.set_holds([&](const OwnAction& action, Instant end) -> std::optional<Instant> {
        if (action.what == What::send_logs) return std::nullopt;
        return std::min(idle, end + 3600s);
    });
    EXPECT_EQ(timers.next(), begun + 120s);
    clock.advance(120s);
    EXPECT_EQ(timers.take_due(clock.instant())->what, What::send_logs);
    EXPECT_FALSE(timers.take_due(clock.instant()));
    EXPECT_EQ(timers.next(), begun + 300s);
    idle = begun + 86'400s;
    EXPECT_EQ(timers.next(), begun + 3660s) << "not for ever";
    idle = begun;
    EXPECT_EQ(timers.next(), begun + 60s) << "it was idle before";
    EXPECT_EQ(timers.take_due(clock.instant())->what, What::check);
}

TEST_F(Timers, AChangedReasonOrARestartBeginsAnew) {
    auto timers = at_speed(1);
    timers.set(daily, clock.instant(), Running::forgotten);
    clock.advance(1h);
    timers.set(daily, clock.instant(), Running::forgotten);
    EXPECT_EQ(timers.next(), clock.instant() + 86'400s);
    clock.advance(1h);
    timers.set({{What::check, 86'400s, "another poll"}}, clock.instant(), Running::kept);
    EXPECT_EQ(timers.next(), clock.instant() + 86'400s);
    timers.set({}, clock.instant(), Running::kept);
    EXPECT_EQ(timers.next(), std::nullopt) << "what is asked for no more does not come";
}

TEST_F(Timers, RunAsManyTimesAsFastAsTheyAreTold) {
    auto timers = at_speed(3600);
    timers.set(daily, clock.instant(), Running::forgotten);
    EXPECT_EQ(timers.next(), clock.instant() + 24s);
    const auto wall = clock.wall();
    clock.advance(24s);
    EXPECT_EQ(timers.wall(clock.instant()), wall + 24h);
    EXPECT_TRUE(timers.take_due(clock.instant()));
}

TEST_F(Timers, NeverEndInLessThanAMinuteOfThePhone) {
    for (const auto after : {-1s, 0s, 59s}) {
        auto timers = at_speed(0);
        timers.set({{What::resync, after, "soon"}}, clock.instant(), Running::forgotten);
        EXPECT_EQ(timers.next(), clock.instant() + 60s);
    }
}

TEST_F(Timers, NeverEndAtOnceHoweverFastTheyRun) {
    for (const unsigned speed : {60'001U, 1'000'000U, 4'000'000'000U}) {
        auto timers = at_speed(speed);
        timers.set({{What::check, 60s, "poll"}}, clock.instant(), Running::forgotten);
        EXPECT_GE(timers.next(), clock.instant() + 1ms) << speed;
    }
}

} // namespace
} // namespace offhook::phone
