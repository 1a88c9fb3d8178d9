#include "config/profile_rule/rule_version.hpp"

#include <gtest/gtest.h>

namespace offhook::config {
namespace {

RuleVersion version(std::string_view text) { return parse_rule_version(text).value_or(RuleVersion{}); }

TEST(RuleVersion, ReadsEveryFormThatIsMet) {
    EXPECT_EQ(version("5.1.8"), (RuleVersion{{5, 1, 8}, ""}));
    EXPECT_EQ(version("6.1.5(a)"), (RuleVersion{{6, 1, 5}, "a"}));
    EXPECT_EQ(version("5.1.10(GW)"), (RuleVersion{{5, 1, 10}, "GW"}));
    EXPECT_EQ(version("7.5.2b"), (RuleVersion{{7, 5, 2}, "b"}));
    EXPECT_EQ(version("1.1"), (RuleVersion{{1, 1, 0}, ""}));
    for (const char* text : {"", "5", "5.", "5.1.", "5.1.8.1", "5.1.8(", "5.1.8()", "5.1.8(a", "5.1.8-a", "a.b.c",
                             "5.1.99999999999", "5.1.8(a)b", "5..8"})
        EXPECT_FALSE(parse_rule_version(text)) << text;
}

TEST(RuleVersion, IsOrderedByItsNumbersThenItsSuffix) {
    const char* rising[] = {"1.1", "5.1.8", "5.1.10", "5.1.10(a)", "5.1.10(B)", "5.2.0", "10.0.0"};
    for (std::size_t i = 0; i + 1 < std::size(rising); ++i)
        EXPECT_TRUE(compare_versions(version(rising[i]), version(rising[i + 1])) < 0) << rising[i];
    EXPECT_TRUE(compare_versions(version("7.5.2b"), version("7.5.2(B)")) == 0);
    RuleReading reading;
    reading.suffixes = RuleReading::Suffixes::ignored;
    EXPECT_TRUE(compare_versions(version("5.1.10"), version("5.1.10(a)"), reading) == 0);
}

} // namespace
} // namespace offhook::config
