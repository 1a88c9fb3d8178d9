#include "config/profile_rule/delay_list.hpp"

#include <gtest/gtest.h>
#include <set>
#include <string>

namespace offhook::config {
namespace {

using std::chrono::seconds;

TEST(DelayList, GoesThroughItsElementsAndStaysAtTheLast) {
    SeededRandom random(1);
    const auto list = *parse_delay_list("600, 1800,3600");
    EXPECT_EQ(list.delay(0, random), seconds(600));
    EXPECT_EQ(list.delay(1, random), seconds(1800));
    EXPECT_EQ(list.delay(2, random), seconds(3600));
    EXPECT_EQ(list.delay(99, random), seconds(3600));
    EXPECT_FALSE(list.is_off());
}

TEST(DelayList, AddsUpToItsJitter) {
    SeededRandom random(1);
    std::set<std::int64_t> seen;
    const auto list = *parse_delay_list("10+2");
    for (unsigned i = 0; i < 100; ++i) seen.insert(list.delay(0, random)->count());
    EXPECT_EQ(seen, (std::set<std::int64_t>{10, 11, 12}));
}

TEST(DelayList, IsOffWhereNothingWaits) {
    SeededRandom random(1);
    for (const char* text : {"", "  ", "0", "0+0", "0,0"}) {
        const auto list = *parse_delay_list(text);
        EXPECT_TRUE(list.is_off()) << text;
        EXPECT_FALSE(list.delay(0, random)) << text;
    }
    EXPECT_FALSE(parse_delay_list("0,5")->is_off());
}

TEST(DelayList, RefusesWhatIsNone) {
    const std::pair<std::string, const char*> cases[] = {
        {"x", "column 1"},   {"5,", "column 3"},          {"600,-1", "column 5"}, {"5+", "column 1"},
        {"5+x", "column 1"}, {"99999999999", "column 1"}, {"1.5", "column 1"},    {"1,,2", "column 3"}};
    for (const auto& [text, where] : cases) {
        const auto list = parse_delay_list(text);
        ASSERT_FALSE(list) << text;
        EXPECT_EQ(list.error().where, where) << text;
    }
    std::string many = "1";
    for (unsigned i = 0; i < 32; ++i) many += ",1";
    EXPECT_FALSE(parse_delay_list(many));
}

} // namespace
} // namespace offhook::config
