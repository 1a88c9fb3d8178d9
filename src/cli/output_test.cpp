#include "cli/output.hpp"

#include "cli/api_client.hpp"

#include <gtest/gtest.h>

namespace offhook::cli {
namespace {

TEST(Output, TablesAlignByCharactersNotBytes) {
    testing::internal::CaptureStdout();
    Table table({"NAME", "NOTE"});
    table.add({"Zoë", "x"});
    table.add({"Bob", ""});
    table.print();
    EXPECT_EQ(testing::internal::GetCapturedStdout(), "NAME  NOTE\nZoë   x\nBob\n");
}

TEST(Output, AnEmptyTablePrintsNothing) {
    testing::internal::CaptureStdout();
    Table({"NAME"}).print();
    EXPECT_EQ(testing::internal::GetCapturedStdout(), "");
}

TEST(Output, MembersAsText) {
    const boost::json::value object = boost::json::object{{"a", "x"}, {"b", 3}, {"c", nullptr}};
    EXPECT_EQ(text_of(object, "a"), "x");
    EXPECT_EQ(text_of(object, "b"), "3");
    EXPECT_EQ(text_of(object, "c"), "");
    EXPECT_EQ(text_of(object, "d"), "");
    EXPECT_TRUE(array_of(object, "a").empty());
}

TEST(Output, PercentEncodingLeavesNothingThatCouldEndASegment) {
    EXPECT_EQ(percent_encoded("a b/c?d&e=%"), "a%20b%2Fc%3Fd%26e%3D%25");
    EXPECT_EQ(percent_encoded("0004f2-._~"), "0004f2-._~");
}

} // namespace
} // namespace offhook::cli
