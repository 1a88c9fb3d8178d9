#include "net/loops.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <future>
#include <set>
#include <stdexcept>

namespace offhook::net {
namespace {

TEST(Loops, HaveOneLoopPerAllowedProcessorUnlessToldOtherwise) {
    const SystemClock clock;
    EXPECT_EQ(Loops(clock).size(), allowed_processors().size());
    EXPECT_EQ(Loops(clock, 3).size(), 3U);
}

TEST(Loops, RunOnAllHasRunEverywhereWhenItReturns) {
    const SystemClock clock;
    Loops loops(clock, 4);
    loops.start();
    for (int round = 0; round < 100; ++round) {
        std::array<std::thread::id, 4> where{};
        ASSERT_EQ(loops.run_on_all([&where](Loop& loop) { where[loop.index()] = std::this_thread::get_id(); }),
                  Loops::Reached::all);
        EXPECT_EQ(std::set<std::thread::id>(where.begin(), where.end()).size(), 4U);
        EXPECT_EQ(std::count(where.begin(), where.end(), std::thread::id{}), 0);
    }
    loops.stop();
}

TEST(Loops, PostToAllSaysWhenTheLastIsDone) {
    const SystemClock clock;
    Loops loops(clock, 3);
    loops.start();
    std::atomic<int> calls{0};
    std::promise<int> done;
    ASSERT_EQ(loops.post_to_all([&calls](Loop&) { ++calls; }, [&] { done.set_value(calls.load()); }),
              Loops::Reached::all);
    EXPECT_EQ(done.get_future().get(), 3);
}

TEST(Loops, AfterStopNothingIsCalledAndNothingHangs) {
    const SystemClock clock;
    Loops loops(clock, 2);
    loops.start();
    loops.stop();
    loops.stop();
    int calls = 0;
    EXPECT_EQ(loops.run_on_all([&calls](Loop&) { ++calls; }), Loops::Reached::stopped);
    EXPECT_EQ(calls, 0);
}

TEST(Loops, AHandlerThatThrowsStopsNeitherTheLoopNorTheRound) {
    const SystemClock clock;
    Loops loops(clock, 2);
    loops.start();
    EXPECT_EQ(loops.run_on_all([](Loop&) { throw std::runtime_error("on purpose"); }), Loops::Reached::all);
    std::atomic<int> calls{0};
    EXPECT_EQ(loops.run_on_all([&calls](Loop&) { ++calls; }), Loops::Reached::all);
    EXPECT_EQ(calls, 2);
}

TEST(Loops, StopRacingWithRunOnAllNeverHangs) {
    const SystemClock clock;
    for (int round = 0; round < 20; ++round) {
        Loops loops(clock, 2);
        loops.start();
        std::thread writer([&loops] {
            while (loops.run_on_all([](Loop&) {}) == Loops::Reached::all) {
            }
        });
        loops.stop();
        writer.join();
    }
}

struct Expiry {
    std::promise<void> called;
    TimerSlot slot{[](void* owner) noexcept { static_cast<Expiry*>(owner)->called.set_value(); }, this};
};

TEST(LoopTimers, ExpireOnTheLoopAndRestAfterwards) {
    const SystemClock clock;
    Loops loops(clock, 1);
    loops.start();
    for (int round = 0; round < 2; ++round) { // the second proves that the wheel starts again after its rest
        Expiry expiry;
        const auto begun = std::chrono::steady_clock::now();
        loops.run_on_all([&expiry](Loop& loop) { loop.timers().arm(expiry.slot, std::chrono::milliseconds{150}); });
        ASSERT_EQ(expiry.called.get_future().wait_for(std::chrono::seconds{10}), std::future_status::ready);
        EXPECT_GE(std::chrono::steady_clock::now() - begun, std::chrono::milliseconds{150});
        std::this_thread::sleep_for(std::chrono::milliseconds{250});
    }
    loops.stop();
}

} // namespace
} // namespace offhook::net
