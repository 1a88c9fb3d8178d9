#include "base/text.hpp"

#include <gtest/gtest.h>

namespace offhook {
namespace {

TEST(Text, NumbersTakeTheWholeTextOrNothing) {
    EXPECT_EQ(to_number<int>("42"), 42);
    EXPECT_EQ(to_number<int>("-3"), -3);
    for (const char* text : {"", "4 ", " 4", "0x10", "4a", "99999999999999999999"})
        EXPECT_FALSE(to_number<int>(text)) << text;
    EXPECT_FALSE(to_number<unsigned>("-1"));
}

TEST(Text, Utf8RejectsOverlongSurrogatesControlsAndCuts) {
    EXPECT_TRUE(is_printable_utf8("Zoë Müller – \xf0\x9f\x93\x9e"));
    for (const std::string_view text :
         {"\xc0\x80", "\xed\xa0\x80", "\xf4\x90\x80\x80", "\xc3", "a\x01", "a\nb", "\xef\xbf\xbf"})
        EXPECT_FALSE(is_printable_utf8(text)) << printable(text);
    EXPECT_TRUE(is_printable_utf8("a\nb", LineBreaks::allowed));
}

TEST(Text, SplitKeepsEmptyPieces) {
    EXPECT_EQ(split(",a,", ',').size(), 3U);
    EXPECT_EQ(split("", ',').size(), 1U);
}

TEST(Text, PrintableShowsBytesAndCuts) {
    EXPECT_EQ(printable("a\x1b[0m"), "a\\x1b[0m");
    EXPECT_EQ(printable("abcdef", 3), "abc…");
}

} // namespace
} // namespace offhook
