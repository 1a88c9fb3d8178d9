#include "config/family/value_range.hpp"

#include <gtest/gtest.h>

namespace offhook::config {
namespace {

TEST(ValueRange, TakesWhatIsWithinAndSaysWhyNot) {
    const struct {
        const char *type, *range, *value, *why;
    } rows[] = {
        {"number", "1024..32000", "1024", ""},
        {"number", "1024..32000", "32000", ""},
        {"number", "1024..32000", "1023", "it takes 1024 to 32000"},
        {"number", "1024..32000", "32001", "it takes 1024 to 32000"},
        {"number", "1024..", "1", "it takes at least 1024"},
        {"number", "..9", "10", "it takes at most 9"},
        {"number", "-1..7", "-1", ""},
        {"number", "", "x", "it takes a number"},
        {"number", "0..1", "", ""},
        {"choice", "enable|disable", "Enable", ""},
        {"choice", "enable|disable", "enabled", "it takes one of enable|disable"},
        {"choice", "", "anything", ""},
        {"text", "..4", "1234", ""},
        {"text", "..4", "\xc3\xa4\xc3\xa4\xc3\xa4\xc3\xa4", ""},
        {"text", "..4", "12345", "it takes at most 4 characters"},
        {"url", "..4", "http:", "it takes at most 4 characters"},
        {"text", "", "12345", ""},
        {"", "", "12345", ""},
    };
    for (const auto& row : rows) {
        ParameterFacts facts;
        facts.type = row.type, facts.range = row.range;
        EXPECT_EQ(why_not_taken(facts, row.value), row.why) << row.type << ' ' << row.range << ' ' << row.value;
    }
}

} // namespace
} // namespace offhook::config
