#include "config/profile_rule/expansion.hpp"

#include "config/profile_rule/limits.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace offhook::config {
namespace {

using testing::ElementsAre;

const Macros macros{{{"MA", "000e08012345"}, {"MAU", "000E08012345"}, {"PSN", "942"}, {"A", "192.0.2.1"}, {"B", ""}},
                    {{"SA", "TopSecret"}, {"SB", "two words"}}};

TEST(RuleExpansion, IsDoneOnce) {
    const std::pair<const char*, const char*> cases[] = {
        {"/spa$PSN.cfg", "/spa942.cfg"},
        {"spa$(MAU)config.cfg", "spa000E08012345config.cfg"},
        {"$(MAU:6)-$(MAU:6:2)-$(MAU:0:6)", "012345-01-000E08"},
        {"$$MAU", "$MAU"},
        {"dev$BOGUS-$MAU.cfg", "dev$BOGUS-000E08012345.cfg"},
        {"$(BOGUS)$(MAU", "$(BOGUS)$(MAU"},
        {"$(MAU:99)|$(MAU:x)|$(MAU:1:2:3)", "|$(MAU:x)|$(MAU:1:2:3)"},
        {"http://$A/$B$", "http://192.0.2.1/$"},
        {"$MAUX $mau", "$MAUX $mau"},
        {"$PROXY and $USER", "$PROXY and $USER"},
    };
    for (const auto& [text, expanded] : cases) EXPECT_EQ(expand(text, macros.values), expanded) << text;
    RuleReading reading;
    reading.past_end = RuleReading::PastEnd::verbatim;
    EXPECT_EQ(expand("$(MAU:13)$(MAU:12)", macros.values, reading), "$(MAU:13)");
}

TEST(RuleExpansion, KnowsSecretsInTheArgumentOfAKeyAlone) {
    const std::pair<const char*, const char*> cases[] = {
        {"[--key $SA] http://h/$SA", "[--key TopSecret] http://h/$SA"},
        {"[--key \"$SB\" --post f] /x", "[--key \"two words\" --post f] /x"},
        {"[ --post f   --key $(SA:3) ] /$(SA)", "[ --post f   --key Secret ] /$(SA)"},
        {"[--alias m --key a$SA] /x", "[--alias m --key aTopSecret] /x"},
        {"[--uid $SA --pwd $SA]/x", "[--uid TopSecret --pwd TopSecret]/x"},
        {"[--post $SA] /x", "[--post $SA] /x"},
        {"[--key k $SA] /x", "[--key k $SA] /x"},
        {"[--key $SA $SA] /x", "[--key TopSecret $SA] /x"},
        {"--key $SA", "--key $SA"},
        {"( c = \"[--key $SA]\"; )! /x", "( c = \"[--key $SA]\"; )! /x"},
        {"[\"--key\" $SA] /x", "[\"--key\" $SA] /x"},
    };
    for (const auto& [text, expanded] : cases) EXPECT_EQ(expand_rule(text, macros).text, expanded) << text;
    EXPECT_EQ(expand("[--key $SA]", macros.values), "[--key $SA]") << "no message has them";
}

TEST(RuleExpansion, RemembersWhereEverythingStood) {
    const auto expansion = expand_rule("$PSN|$(MA:10)x", macros);
    EXPECT_EQ(expansion.text, "942|45x");
    EXPECT_THAT(expansion.columns, ElementsAre(1, 1, 1, 5, 6, 6, 14, 15));
    EXPECT_EQ(expansion.column(99), 15U);
    EXPECT_THAT(expand_rule("$X1$(Y)$X1", macros).unknown, ElementsAre("X1", "Y"));
}

TEST(RuleExpansion, HasBounds) {
    EXPECT_EQ(expand_rule(std::string(limits::rule_bytes_max, 'x'), macros).length, Expansion::Length::whole);
    EXPECT_EQ(expand_rule(std::string(limits::rule_bytes_max + 1, 'x'), macros).length, Expansion::Length::is_cut);
    std::string many;
    while (many.size() < limits::rule_bytes_max - 2) many += "$L";
    const auto grown = expand_rule(many, {{{"L", std::string(4000, 'l')}}});
    EXPECT_EQ(grown.length, Expansion::Length::is_cut);
    EXPECT_LE(grown.text.size(), limits::expanded_bytes_max);
}

} // namespace
} // namespace offhook::config
