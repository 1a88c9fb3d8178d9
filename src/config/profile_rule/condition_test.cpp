#include "config/profile_rule/condition.hpp"

#include <gtest/gtest.h>
#include <string>

namespace offhook::config {
namespace {

const MacroValues values{{"SWVER", "5.1.8"}, {"PRVST", "-1"}, {"EXTIP", ""}, {"CCERT", "Installed"}, {"PRVTMR", "700"}};

/// "yes", "no", or what is wrong.
std::string judge(std::string_view text, const RuleReading& reading = {}) {
    const auto expansion = expand_rule(text, {values});
    const auto condition = parse_trigger(expansion, reading);
    if (!condition) return condition.error().text();
    return holds(*condition, "5.1.8", reading) ? "yes" : "no";
}

TEST(RuleCondition, HoldsAsTheGuidesSay) {
    const std::pair<const char*, const char*> cases[] = {
        {"$SWVER lt 5.2.5", "yes"},
        {"$SWVER ge 2.0.6", "yes"},
        {"$SWVER ne 5.1.8", "no"},
        {"$SWVER = 5.1.8", "yes"},
        {"$SWVER eq 5.1.8(a)", "no"},
        {"5.1.10(GW) gt 5.1.10", "yes"},
        {"$SWVER lt 7.5.2b", "yes"},
        {"! 1.0.33", "yes"},
        {"!5.1.8", "no"},
        {"<5.2", "yes"},
        {">= 5.1.8", "yes"},
        {"1.0.2<1.1", "yes"},
        {"$PRVST eq -1", "yes"},
        {"$PRVST > -2 and $PRVST<=-1", "yes"},
        {"$PRVTMR ge 600 and $PRVST != 0", "yes"},
        {"$PRVTMR ge 600 AND $PRVST = 0", "no"},
        {"$PRVTMR le 600", "no"},
        {"\"$EXTIP\" ne \"\"", "no"},
        {"\"$CCERT\" eq \"Installed\"", "yes"},
        {"\"a\"!\"A\"", "yes"},
        {"\"5\" eq \"5\"", "yes"},
        {" # not now", "yes"},
        {"1 eq 1 # always", "yes"},
    };
    for (const auto& [text, expected] : cases) EXPECT_EQ(judge(text), expected) << text;
}

TEST(RuleCondition, SaysWhatIsWrongAndWhere) {
    const std::pair<const char*, const char*> cases[] = {
        {"$SWVER lt", "column 10: the rule ends; expected a number, a version as 5.1.8, or a text in quotes"},
        {"$SWVER 5", "column 8: something else stands here; expected one of = != < <= > >= eq ne lt le gt ge"},
        {"$BOGUS eq 1", "column 1: a macro that the phone does not know stands here; expected a number, a version as "
                        "5.1.8, or a text in quotes"},
        {"$EXTIP ne \"\"", "column 8: values of two kinds are compared; expected two numbers, two versions or two "
                           "texts in quotes"},
        {"$SWVER eq \"5.1.8\"", "column 1: values of two kinds are compared; expected two numbers, two versions or "
                                "two texts in quotes"},
        {"1 eq 1.0.0", "column 1: values of two kinds are compared; expected two numbers, two versions or two texts "
                       "in quotes"},
        {"\"a\" lt \"b\"", "column 1: texts have no order; expected = or != between them"},
        {"\"a\" eq \"b", "column 8: a text in quotes has no end; expected a '\"' behind it"},
        {"1 eq 1 or 2 eq 2",
         "column 8: something else stands here; expected 'and', or the condition's end: there is no 'or'"},
        {"1 eq 1 and", "column 11: the rule ends; expected a number, a version as 5.1.8, or a text in quotes"},
        {"1 eq 1)", "column 7: a ')' stands here; expected the expression's end"},
    };
    for (const auto& [text, expected] : cases) EXPECT_EQ(judge(text), expected) << text;
    std::string many = "1 eq 1";
    for (unsigned i = 0; i < 32; ++i) many += " and 1 eq 1";
    EXPECT_NE(judge(many).find("more than 32 comparisons"), std::string::npos);
}

TEST(RuleCondition, HasSwitchesForWhatIsNotKnown) {
    RuleReading reading;
    reading.suffixes = RuleReading::Suffixes::ignored;
    EXPECT_EQ(judge("5.1.10(GW) gt 5.1.10", reading), "no");
    EXPECT_EQ(judge("5.1.10(GW) eq 5.1.10", reading), "no") << "equal is exact";
    reading.comments = RuleReading::Comments::leading_only;
    EXPECT_NE(judge("1 eq 1 # always", reading), "yes");
    EXPECT_EQ(judge("# 1 eq 2", reading), "yes") << "nothing is left that could fail";
}

TEST(RuleCondition, AVersionThatIsNoneIsOnlyUnequal) {
    const auto expansion = expand_rule("lt 9.0.0", {});
    EXPECT_FALSE(holds(*parse_trigger(expansion), "strange"));
    const auto unequal = expand_rule("! 9.0.0", {});
    EXPECT_TRUE(holds(*parse_trigger(unequal), "strange"));
}

} // namespace
} // namespace offhook::config
