#include "config/settings/dial_plan.hpp"

#include <gtest/gtest.h>

namespace offhook::config {
namespace {

TEST(DialPlan, AcceptsAndWritesBackTheGrammar) {
    for (const char* text :
         {"[2-9]11|0T|011xxx.T|[0-1][2-9]xxxxxxxxx|[2-9]xxxxxxxxx|[2-9]xxxT", "x.T", "*xx", "#", "+x.", "[1-35*]x"}) {
        const auto plan = parse_dial_plan(text);
        ASSERT_TRUE(plan) << text;
        EXPECT_EQ(to_text(*plan), text);
    }
}

TEST(DialPlan, RejectsWithTheCharacterThatDoesNotFit) {
    const struct {
        const char* text;
        const char* where;
    } rows[] = {{"", "character 1"},  {"x||x", "character 3"}, {"|x", "character 1"},  {"xT.", "character 3"},
                {"T", "character 1"}, {"[29", "character 1"},  {"[]", "character 1"},  {"[9-2]", "character 2"},
                {".", "character 1"}, {"x..", "character 3"},  {"xS0", "character 2"}, {"[2-]", "character 2"},
                {"x|", "character 3"}};
    for (const auto& row : rows) {
        const auto plan = parse_dial_plan(row.text);
        ASSERT_FALSE(plan) << row.text;
        EXPECT_EQ(plan.error().where, row.where) << row.text;
    }
}

} // namespace
} // namespace offhook::config
