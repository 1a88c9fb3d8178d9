#include "cli/output.hpp"

#include "cli/api_client.hpp"
#include "cli/progress.hpp"

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

TEST(Progress, CountsWhatIsSentAndThenOnlyTheTime) {
    using std::chrono::seconds;
    EXPECT_EQ(progress_text(1'000'000, 4'000'000, seconds(1), "checks"), "sending 1.0 MB of 4.0 MB, 25 %");
    EXPECT_EQ(progress_text(4'000'000, 4'000'000, seconds(12), "checks"), "sent 4.0 MB; the server checks … 12 s");
    EXPECT_EQ(progress_text(0, 0, seconds(2), "checks"), "asking … 2 s");
}

TEST(Progress, SaysNothingWhereNobodySees) {
    testing::internal::CaptureStderr(); // a file, no terminal
    {
        Progress progress("checks");
        progress.sent(1, 2);
        std::this_thread::sleep_for(std::chrono::milliseconds(700));
    }
    EXPECT_EQ(testing::internal::GetCapturedStderr(), "");
}

TEST(Progress, ShowsALineAndWipesIt) {
    testing::internal::CaptureStderr();
    {
        Progress progress("checks", Progress::Show::always);
        progress.sent(1, 2);
        std::this_thread::sleep_for(std::chrono::milliseconds(700));
    }
    const std::string shown = testing::internal::GetCapturedStderr();
    EXPECT_NE(shown.find("sending 1 B of 2 B, 50 %"), std::string::npos) << shown;
    EXPECT_TRUE(shown.ends_with("\r\033[K"));
}

} // namespace
} // namespace offhook::cli
