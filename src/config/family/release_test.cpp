#include "config/family/release.hpp"

#include <gtest/gtest.h>

namespace offhook::config {
namespace {

TEST(Release, ComparesNumberByNumber) {
    const struct {
        const char *older, *newer;
    } cases[] = {{"2.2.0", "3.2"}, {"3.2", "3.10"}, {"3.2", "3.2.1"}, {"2.2.0.0047", "2.2.0.48"}, {"9", "10"}};
    for (const auto& each : cases) {
        EXPECT_LT(*parse_release(each.older), *parse_release(each.newer)) << each.older;
        EXPECT_FALSE(*parse_release(each.newer) < *parse_release(each.older)) << each.older;
    }
    EXPECT_EQ(*parse_release("3.2"), *parse_release("3.2.0.0"));
}

TEST(Release, IsShownAsItIsWritten) {
    for (const char* text : {"3.2", "4.0", "2.2.1.47"}) EXPECT_EQ(to_text(*parse_release(text)), text);
}

TEST(Release, ReadsNothingButDottedNumbers) {
    for (const char* text : {"", ".", "3.", ".3", "SIP 3.2", "3.2a", "3..2", "1.2.3.4.5.6.7", "1234567890"})
        EXPECT_FALSE(parse_release(text)) << text;
    for (const char* text : {"3", "3.2", "3.2.1.0392", "1.2.3.4.5.6"}) EXPECT_TRUE(parse_release(text)) << text;
}

TEST(Release, FindsTheNumberInWhatPeopleWrite) {
    const struct {
        const char *text, *release;
    } cases[] = {{"SIP 3.2.1", "3.2.1"},
                 {"UCS 4.0", "4.0"},
                 {"2.2.0.0047 (rev 2)", "2.2.0.47"},
                 {"V02.061", "2.61"},
                 {"3.2.", "3.2"}};
    for (const auto& each : cases) EXPECT_EQ(find_release(each.text), parse_release(each.release)) << each.text;
    for (const char* text : {"", "latest", "9999999999.1"}) EXPECT_FALSE(find_release(text)) << text;
}

} // namespace
} // namespace offhook::config
