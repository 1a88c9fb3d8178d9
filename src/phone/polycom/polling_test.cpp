#include "phone/polycom/polling.hpp"

#include <gtest/gtest.h>

namespace offhook::phone::polycom {
namespace {

using namespace std::chrono_literals;
using Poll = PollingMoment::Poll;
using Parameters = std::map<std::string, std::string, std::less<>>;

const MacAddress mac = *MacAddress::from_text("0004f2aabbcc");
const WallTime noon{std::chrono::sys_days{std::chrono::January / 1 / 2026} + 12h};

std::chrono::seconds first(Parameters parameters, WallTime now = noon, Poll poll = Poll::first) {
    parameters["prov.polling.enabled"] = "1";
    SeededRandom random(7);
    const auto polling = read_polling(parameters, RandomMode::known);
    return until_poll(*polling, {now, poll}, mac, random);
}

TEST(PolycomPolling, IsOffUnlessItIsEnabled) {
    EXPECT_FALSE(read_polling({}, RandomMode::known));
    EXPECT_FALSE(read_polling({{"prov.polling.enabled", "0"}}, RandomMode::known));
    EXPECT_FALSE(read_polling({{"prov.polling.enabled", "yes"}}, RandomMode::known));
}

TEST(PolycomPolling, AbsoluteAndRelativePollsComeWhenTheyAreSaidTo) {
    const struct {
        const char* what;
        Parameters parameters;
        WallTime now;
        std::chrono::seconds after;
    } cases[] = {
        {"the factory's abs at 03:00", {}, noon, 15h},
        {"later today", {{"prov.polling.time", "13:30"}}, noon, 90min},
        {"just over", {{"prov.polling.time", "12:00"}}, noon + 1s, 24h - 1s},
        {"at the very moment of a poll", {{"prov.polling.time", "12:00"}}, noon, 24h},
        {"a period rounded up to two days", {{"prov.polling.period", "86401"}}, noon, 15h + 24h},
        {"a period below a day", {{"prov.polling.period", "7200"}}, noon, 15h},
        {"an impossible time", {{"prov.polling.time", "24:00"}}, noon, 15h},
        {"rel", {{"prov.polling.mode", "rel"}, {"prov.polling.period", "7200"}}, noon, 2h},
        {"rel of an hour is too short", {{"prov.polling.mode", "rel"}, {"prov.polling.period", "3600"}}, noon, 24h},
        {"an unknown mode is abs", {{"prov.polling.mode", "often"}}, noon, 15h},
    };
    for (const auto& c : cases) EXPECT_EQ(first(c.parameters, c.now), c.after) << c.what;
}

TEST(PolycomPolling, RandomIsWithinThePeriodFirstAndThenEveryPeriod) {
    const Parameters hours{{"prov.polling.mode", "random"}, {"prov.polling.period", "7200"}};
    const auto after = first(hours);
    EXPECT_GE(after, 1s);
    EXPECT_LE(after, 2h);
    EXPECT_NE(after, 2h) << "of this seed";
    EXPECT_EQ(first(hours, noon, Poll::later), 2h);
}

TEST(PolycomPolling, RandomBeyondADayComesOnTheDayOfTheMac) {
    const Parameters week{{"prov.polling.mode", "random"},
                          {"prov.polling.period", "604800"},
                          {"prov.polling.time", "02:00"},
                          {"prov.polling.timeRandomEnd", "04:00"}};
    const auto poll = noon + first(week);
    const auto day = std::chrono::floor<std::chrono::days>(poll);
    EXPECT_EQ(day.time_since_epoch().count() % 7, 0x0004f2aabbccLL % 7);
    EXPECT_GE(poll - day, 2h);
    EXPECT_LE(poll - day, 4h);
    const auto next = poll + first(week, poll, Poll::later);
    EXPECT_EQ(std::chrono::floor<std::chrono::days>(next), day + std::chrono::days(7));
}

TEST(PolycomPolling, RandomIsNoModeOfOlderReleases) {
    const auto polling =
        read_polling({{"prov.polling.enabled", "1"}, {"prov.polling.mode", "random"}}, RandomMode::unknown);
    EXPECT_EQ(polling->mode, Polling::Mode::absolute);
}

} // namespace
} // namespace offhook::phone::polycom
