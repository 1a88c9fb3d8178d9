#include "catalogue/timeline/timeline.hpp"

#include "catalogue/test_directory.hpp"
#include "catalogue/timeline/timeline_fold.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <thread>

namespace offhook::catalogue {
namespace {

using testing::ElementsAre;

const WallTime start{std::chrono::seconds(1'700'000'000)};

TimelineEvent event(std::uint64_t mac, std::string_view path, int second, Outcome outcome = Outcome::served) {
    TimelineEvent out;
    out.mac = MacAddress(mac);
    out.at = start + std::chrono::seconds(second);
    out.path = path;
    out.outcome = outcome;
    out.source = IpAddress::v4(0x0a000001);
    return out;
}

TEST(CutText, CutsAtACharacter) {
    EXPECT_EQ(CutText<4>("abcdef").view(), "abcd");
    EXPECT_EQ(CutText<4>("abc\xc3\xa4").view(), "abc");
    EXPECT_EQ(CutText<4>("").view(), "");
    EXPECT_EQ(CutText<2>("\x80\x80\x80\x80").view(), "");
}

TEST(EventRing, GivesBackWhatWentInUntilItIsFull) {
    EventRing ring(4);
    for (int i = 0; i < 4; ++i) EXPECT_TRUE(ring.push(event(1, std::to_string(i), i)));
    EXPECT_FALSE(ring.push(event(1, "4", 4)));
    EXPECT_EQ(ring.dropped(), 1U);
    std::vector<std::string> paths;
    const auto take = [&](const TimelineEvent& one) { paths.emplace_back(one.path.view()); };
    EXPECT_EQ(ring.drain(take), 4U);
    EXPECT_THAT(paths, ElementsAre("0", "1", "2", "3"));
    EXPECT_TRUE(ring.push(event(1, "5", 5)));
    EXPECT_EQ(ring.drain(take), 1U);
    EXPECT_EQ(paths.back(), "5");
}

TEST(EventRing, KeepsOrderBetweenTwoThreads) {
    EventRing ring(64);
    constexpr std::uint64_t count = 200'000;
    std::thread pusher([&] {
        TimelineEvent one = event(1, "x", 0);
        for (std::uint64_t i = 1; i <= count; ++i) {
            one.bytes = i;
            one.count = static_cast<std::uint32_t>(i);
            while (!ring.push(one)) std::this_thread::yield();
        }
    });
    std::uint64_t seen = 0, wrong = 0;
    while (seen < count) {
        ring.drain([&](const TimelineEvent& one) {
            ++seen;
            wrong += one.bytes == seen && one.count == seen && one.path.view() == "x" ? 0 : 1;
        });
        std::this_thread::yield();
    }
    pusher.join();
    EXPECT_EQ(wrong, 0U);
}

std::vector<std::string> shown(const std::vector<TimelineRow>& rows) {
    std::vector<std::string> out;
    for (const TimelineRow& row : rows)
        out.push_back(std::to_string(row.id) + ":" + std::string(row.event.path.view()) + "x" +
                      std::to_string(row.event.count));
    return out;
}

TEST(TimelineFold, OnlyTheLatestEventTakesRepeats) {
    TimelineFold fold(1, std::chrono::seconds(10));
    for (const std::string_view path : {"a", "a", "b", "a"}) fold.add(event(1, path, 0));
    fold.add(event(2, "a", 0));
    EXPECT_THAT(shown(fold.take(TimelineFold::Settle::due)), ElementsAre("1:ax2", "2:bx1", "3:ax1", "4:ax1"));
}

TEST(TimelineFold, DifferentOutcomeOrALongPauseIsANewRow) {
    TimelineFold fold(1, std::chrono::seconds(10));
    fold.add(event(1, "a", 0));
    fold.add(event(1, "a", 1, Outcome::absent));
    fold.add(event(1, "a", 12, Outcome::absent));
    fold.add(event(1, "a", 22, Outcome::absent));
    const auto rows = fold.take(TimelineFold::Settle::due);
    EXPECT_THAT(shown(rows), ElementsAre("1:ax1", "2:ax1", "3:ax2"));
    EXPECT_EQ(rows.back().event.span_ms, 10'000U);
}

TEST(TimelineFold, WritesACountingRowSeldomButItsEndAlways) {
    using Settle = TimelineFold::Settle;
    TimelineFold fold(1, std::chrono::seconds(10));
    fold.add(event(1, "a", 0));
    EXPECT_THAT(shown(fold.take(Settle::due)), ElementsAre("1:ax1"));
    fold.add(event(1, "a", 1));
    EXPECT_THAT(shown(fold.take(Settle::due)), ElementsAre());
    EXPECT_THAT(shown(fold.take(Settle::all)), ElementsAre("1:ax2"));
    fold.add(event(1, "a", 2));
    fold.add(event(1, "b", 3));
    EXPECT_THAT(shown(fold.take(Settle::due)), ElementsAre("1:ax3", "2:bx1"));
    EXPECT_THAT(shown(fold.take(Settle::all)), ElementsAre());
}

TEST(TimelineFold, ForgettingManyDevicesLosesNoCount) {
    TimelineFold fold(1, std::chrono::seconds(10), 2);
    fold.add(event(1, "a", 0));
    (void)fold.take(TimelineFold::Settle::due);
    fold.add(event(1, "a", 1));
    fold.add(event(2, "a", 1));
    fold.add(event(3, "a", 1));
    EXPECT_THAT(shown(fold.take(TimelineFold::Settle::due)), testing::UnorderedElementsAre("1:ax2", "2:ax1", "3:ax1"));
}

class TimelineTest : public testing::Test {
protected:
    TimelineOptions options() {
        TimelineOptions out;
        out.directory = home_.path();
        out.flush_every = std::chrono::hours(1); // only when asked, so that tests decide
        return out;
    }
    static std::vector<std::string> paths(Timeline& timeline, std::uint64_t mac, std::size_t count = 100) {
        std::vector<std::string> out;
        for (const TimelineEvent& one : timeline.query({MacAddress(mac), std::nullopt, count}))
            out.emplace_back(one.path.view());
        return out;
    }
    TestDirectory home_;
};

TEST_F(TimelineTest, ShowsTheNewestFirstBeforeAnyFlush) {
    Timeline timeline(options());
    for (int i = 0; i < 5; ++i) timeline.ring(0).push(event(1, std::to_string(i), i));
    timeline.ring(0).push(event(2, "other", 9));
    EXPECT_THAT(paths(timeline, 1), ElementsAre("4", "3", "2", "1", "0"));
    EXPECT_THAT(paths(timeline, 1, 2), ElementsAre("4", "3"));
    EXPECT_THAT(timeline.query({MacAddress(1), start + std::chrono::seconds(3), 100}), testing::SizeIs(2));
    EXPECT_EQ(timeline.last_seen(MacAddress(2)), start + std::chrono::seconds(9));
    EXPECT_EQ(timeline.last_seen(MacAddress(3)), std::nullopt);
}

TEST_F(TimelineTest, TellsWhatAnAddressSentWhoeverItWas) {
    Timeline timeline(options());
    for (int i = 0; i < 3; ++i) timeline.ring(0).push(event(static_cast<std::uint64_t>(i), std::to_string(i), i));
    TimelineEvent elsewhere = event(1, "elsewhere", 4);
    elsewhere.source = IpAddress::v4(0x0a000002);
    timeline.ring(0).push(elsewhere);
    const auto found = timeline.query(SourceQuery{IpAddress::v4(0x0a000001), 10});
    ASSERT_EQ(found.size(), 3U);
    EXPECT_EQ(found.front().path.view(), "2");
    EXPECT_THAT(timeline.query(SourceQuery{IpAddress::v4(0x0a000001), 1}), testing::SizeIs(1));
    EXPECT_THAT(timeline.query(SourceQuery{IpAddress::v4(0x0a000003), 10}), testing::IsEmpty());
}

TEST_F(TimelineTest, EveryFieldComesBackAfterReopening) {
    TimelineEvent one = event(1, "p\xff/\x01", 0, Outcome::refused);
    one.bytes = 5'000'000'000ULL, one.status = 403, one.listener = 3, one.count = 1;
    one.transport = EventTransport::tftp, one.verb = EventVerb::head, one.acquaintance = Acquaintance::stranger;
    one.family = "polycom", one.kind = "master", one.user_agent = "agent/1.0";
    one.source = *IpAddress::from_text("2001:db8::1");
    { Timeline(options()).ring(0).push(one); }
    Timeline timeline(options());
    const auto found = timeline.query({MacAddress(1), std::nullopt, 10});
    ASSERT_EQ(found.size(), 1U);
    const TimelineEvent& back = found.front();
    EXPECT_EQ(back.at, one.at);
    EXPECT_EQ(back.path.view(), one.path.view());
    EXPECT_EQ(back.bytes, one.bytes);
    EXPECT_EQ(back.status, 403);
    EXPECT_EQ(back.listener, 3);
    EXPECT_EQ(back.transport, EventTransport::tftp);
    EXPECT_EQ(back.verb, EventVerb::head);
    EXPECT_EQ(back.outcome, Outcome::refused);
    EXPECT_EQ(back.acquaintance, Acquaintance::stranger);
    EXPECT_EQ(back.family.view(), "polycom");
    EXPECT_EQ(back.kind.view(), "master");
    EXPECT_EQ(back.user_agent.view(), "agent/1.0");
    EXPECT_EQ(back.source, one.source);
}

TEST_F(TimelineTest, AStoryToldByTwoLoopsInOneMillisecondKeepsItsOrder) {
    TimelineOptions two = options();
    two.loops = 2;
    Timeline timeline(two);
    timeline.ring(1).push(event(1, "first", 1));
    timeline.ring(0).push(event(1, "second", 1));
    timeline.ring(1).push(event(1, "third", 1));
    EXPECT_THAT(paths(timeline, 1), ElementsAre("third", "second", "first"));
}

TEST_F(TimelineTest, AStoryThatGoesToAndFroBetweenLoopsKeepsItsOrderWhileItIsRead) {
    constexpr int steps = 1'500;
    TimelineOptions two = options();
    two.loops = 2;
    Timeline timeline(two);
    std::atomic<int> turn{0}; // the phone asks the next loop only when the one before has told
    std::vector<std::thread> loops;
    for (int loop = 0; loop < 2; ++loop)
        loops.emplace_back([&, loop] {
            for (int step = loop; step < steps; step += 2) {
                while (turn.load(std::memory_order_acquire) != step) std::this_thread::yield();
                timeline.ring(static_cast<unsigned>(loop)).push(event(1, std::to_string(step), 1));
                turn.store(step + 1, std::memory_order_release);
            }
        });
    while (turn.load() < steps) timeline.flush();
    for (auto& loop : loops) loop.join();
    const auto all = timeline.query({MacAddress(1), std::nullopt, steps});
    ASSERT_EQ(all.size(), static_cast<std::size_t>(steps));
    for (int i = 0; i < steps; ++i)
        ASSERT_EQ(all[static_cast<std::size_t>(i)].path.view(), std::to_string(steps - 1 - i));
}

TEST_F(TimelineTest, ADeviceKeepsItsNewestOnly) {
    TimelineOptions few = options();
    few.per_device_max = 16;
    {
        Timeline timeline(few);
        for (int i = 0; i < 100; ++i) timeline.ring(0).push(event(1, std::to_string(i), i));
        const auto shown = paths(timeline, 1);
        ASSERT_EQ(shown.size(), 16U);
        EXPECT_EQ(shown.front(), "99");
        EXPECT_EQ(shown.back(), "84");
    }
    Timeline generous(options()); // shows what is stored, beyond what the bound would let through
    EXPECT_LE(paths(generous, 1).size(), 16U + 16U / 8);
}

TEST_F(TimelineTest, StrangersPushOutStrangersNeverDevices) {
    TimelineOptions few = options();
    few.strangers_max = 3;
    for (int round = 0; round < 2; ++round) { // the bound holds over a restart
        Timeline timeline(few);
        timeline.ring(0).push(event(100, "device", round));
        for (std::uint64_t mac = 1; mac <= 5; ++mac) {
            TimelineEvent one = event(mac, "scan", static_cast<int>(mac));
            one.acquaintance = Acquaintance::stranger;
            timeline.ring(0).push(one);
        }
        std::size_t strangers = 0;
        for (std::uint64_t mac = 1; mac <= 5; ++mac) strangers += paths(timeline, mac).empty() ? 0 : 1;
        EXPECT_EQ(strangers, 3U);
        EXPECT_TRUE(paths(timeline, 1).empty());
        EXPECT_FALSE(paths(timeline, 5).empty());
        EXPECT_FALSE(paths(timeline, 100).empty());
    }
}

TEST_F(TimelineTest, AllEventsTogetherAreBounded) {
    TimelineOptions few = options();
    few.events_max = 64;
    Timeline timeline(few);
    for (std::uint64_t i = 1; i <= 500; ++i) {
        timeline.ring(0).push(event(i, "x", 0));
        if (i % 50 == 0) timeline.flush();
    }
    std::size_t kept = 0;
    for (std::uint64_t i = 1; i <= 500; ++i) kept += paths(timeline, i).size();
    EXPECT_LE(kept, 66U);
    EXPECT_GE(kept, 60U);
    EXPECT_FALSE(paths(timeline, 500).empty());
}

TEST_F(TimelineTest, TellsOfStrangersOnceAFlush) {
    TimelineOptions with = options();
    std::vector<Sighting> told;
    with.on_strangers = [&](const std::vector<Sighting>& batch) {
        told.insert(told.end(), batch.begin(), batch.end());
    };
    Timeline timeline(with);
    for (int i = 0; i < 3; ++i) {
        TimelineEvent one = event(7, "cfg" + std::to_string(i), i, Outcome::absent);
        one.acquaintance = Acquaintance::stranger, one.family = "polycom", one.user_agent = "agent";
        timeline.ring(0).push(one);
    }
    timeline.ring(0).push(event(8, "device", 1));
    TimelineEvent nobody = event(0, "favicon.ico", 1, Outcome::absent);
    nobody.acquaintance = Acquaintance::stranger;
    timeline.ring(0).push(nobody);
    timeline.flush();
    ASSERT_EQ(told.size(), 1U);
    EXPECT_EQ(told[0].mac, MacAddress(7));
    EXPECT_EQ(told[0].count, 3U);
    EXPECT_EQ(told[0].first_seen, start);
    EXPECT_EQ(told[0].last_seen, start + std::chrono::seconds(2));
    EXPECT_EQ(told[0].path, "cfg2");
    EXPECT_EQ(told[0].family, "polycom");
    EXPECT_THAT(paths(timeline, 0), ElementsAre("favicon.ico"));
}

TEST_F(TimelineTest, FullRingDropsAndCounts) {
    TimelineOptions small = options();
    small.ring_events = 2;
    Timeline timeline(small);
    for (int i = 0; i < 5; ++i) timeline.ring(0).push(event(1, std::to_string(i), i));
    EXPECT_EQ(timeline.dropped(), 3U);
    EXPECT_THAT(paths(timeline, 1), ElementsAre("1", "0"));
}

TEST_F(TimelineTest, LoopsPushWhileOthersAsk) {
    TimelineOptions two = options();
    two.loops = 2, two.flush_every = std::chrono::milliseconds(1);
    Timeline timeline(two);
    std::vector<std::thread> loops;
    for (unsigned loop = 0; loop < 2; ++loop)
        loops.emplace_back([&, loop] {
            for (int i = 0; i < 2'000; ++i) timeline.ring(loop).push(event(loop + 1, std::to_string(i % 7), i));
        });
    for (int i = 0; i < 20; ++i) (void)timeline.query({MacAddress(1), std::nullopt, 10});
    for (auto& loop : loops) loop.join();
    EXPECT_FALSE(paths(timeline, 1).empty());
    EXPECT_EQ(timeline.dropped(), 0U);
}

} // namespace
} // namespace offhook::catalogue
