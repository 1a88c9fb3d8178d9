#include "net/timer_wheel.hpp"

#include <gtest/gtest.h>

#include <memory>
#include <vector>

namespace offhook::net {
namespace {

using std::chrono::milliseconds;

const Instant start{std::chrono::hours{1}};

struct Session {
    TimerSlot slot{[](void* owner) noexcept { static_cast<Session*>(owner)->on_expired(); }, this};
    TimerWheel* wheel = nullptr;
    Instant* now = nullptr;
    int expired = 0;
    std::vector<TimerSlot*> disarms;
    std::unique_ptr<Session>* destroys = nullptr;
    milliseconds rearm{0};

    void on_expired() {
        ++expired;
        for (auto* other : disarms) other->disarm();
        if (destroys != nullptr) destroys->reset();
        if (rearm.count() > 0) wheel->arm(slot, *now, rearm);
    }
};

TEST(TimerWheel, ExpiresNeverEarlyAndAtMostTwoTicksLate) {
    constexpr milliseconds tick{100};
    constexpr milliseconds step{7}; // out of step with the ticks, so that a deadline just before one shows
    for (const int offset_ms : {0, 1, 50, 99}) {
        for (const int delay_ms : {0, 1, 99, 100, 101, 5000, 51'199, 51'200, 51'201, 102'400, 200'000, -5}) {
            TimerWheel wheel(start, tick);
            Session session;
            Instant now = start + milliseconds{offset_ms};
            wheel.advance(now);
            wheel.arm(session.slot, now, milliseconds{delay_ms});
            const Instant deadline = now + milliseconds{delay_ms};
            while (session.expired == 0 && now < deadline + 10 * tick) {
                now += step;
                wheel.advance(now);
            }
            ASSERT_EQ(session.expired, 1) << delay_ms;
            EXPECT_GE(now, deadline) << delay_ms;
            EXPECT_LE(now - std::max(deadline, start + milliseconds{offset_ms}), 2 * tick + step) << delay_ms;
            EXPECT_FALSE(session.slot.armed());
            EXPECT_EQ(wheel.armed(), 0U);
        }
    }
}

TEST(TimerWheel, RearmingMovesTheDeadline) {
    TimerWheel wheel(start);
    Session session;
    wheel.arm(session.slot, start, milliseconds{500});
    wheel.advance(start + milliseconds{400});
    wheel.arm(session.slot, start + milliseconds{400}, milliseconds{500});
    wheel.advance(start + milliseconds{800});
    EXPECT_EQ(session.expired, 0);
    wheel.advance(start + milliseconds{1100});
    EXPECT_EQ(session.expired, 1);
    EXPECT_EQ(wheel.armed(), 0U);
}

TEST(TimerWheel, DisarmedNeverExpires) {
    TimerWheel wheel(start);
    Session session;
    wheel.arm(session.slot, start, milliseconds{100});
    session.slot.disarm();
    session.slot.disarm();
    wheel.advance(start + std::chrono::minutes{5});
    EXPECT_EQ(session.expired, 0);
}

TEST(TimerWheel, ACallbackMayDisarmAndDestroyOthersOfItsTick) {
    TimerWheel wheel(start);
    Session first;
    Session second;
    auto third = std::make_unique<Session>();
    // Whichever is called first stops the other two: exactly one call.
    first.disarms = {&second.slot};
    first.destroys = &third;
    second.disarms = {&first.slot};
    second.destroys = &third;
    third->disarms = {&first.slot, &second.slot};
    auto* third_before = third.get();
    wheel.arm(third->slot, start, milliseconds{100});
    wheel.arm(first.slot, start, milliseconds{100});
    wheel.arm(second.slot, start, milliseconds{100});
    wheel.advance(start + milliseconds{1000});
    EXPECT_EQ(first.expired + second.expired + (third ? third_before->expired : 0), 1);
    EXPECT_EQ(wheel.armed(), 0U);
}

TEST(TimerWheel, ACallbackMayArmItselfAgainEvenOntoTheSameSpoke) {
    TimerWheel wheel(start, milliseconds{100});
    Session session;
    Instant now = start;
    session.wheel = &wheel;
    session.now = &now;
    session.rearm = milliseconds{51'100}; // one revolution later, less the tick that rounding adds
    wheel.arm(session.slot, now, milliseconds{100});
    for (int i = 0; i < 512 * 3 + 5; ++i) {
        now += milliseconds{100};
        wheel.advance(now);
    }
    EXPECT_EQ(session.expired, 4);
    session.slot.disarm();
}

TEST(TimerWheel, ALongPauseExpiresEverythingThatIsDueAndNothingElse) {
    TimerWheel wheel(start);
    std::vector<std::unique_ptr<Session>> sessions;
    for (int i = 0; i < 2000; ++i) {
        sessions.push_back(std::make_unique<Session>());
        wheel.arm(sessions.back()->slot, start, milliseconds{i * 100});
    }
    wheel.advance(start + milliseconds{100'050});
    for (int i = 0; i < 2000; ++i)
        EXPECT_EQ(sessions[static_cast<std::size_t>(i)]->expired, i * 100 < 100'000 ? 1 : 0) << i;
    EXPECT_EQ(wheel.armed(), 1000U);
    wheel.advance(start); // backwards
    EXPECT_EQ(wheel.armed(), 1000U);
}

} // namespace
} // namespace offhook::net
