#include "base/edit_distance.hpp"

#include <gtest/gtest.h>

namespace offhook {
namespace {

TEST(EditDistance, CountsWhatIsPutInTakenOutAndChanged) {
    EXPECT_EQ(edit_distance("", "", LetterCase::counts), 0U);
    EXPECT_EQ(edit_distance("", "abc", LetterCase::counts), 3U);
    EXPECT_EQ(edit_distance("abc", "", LetterCase::counts), 3U);
    EXPECT_EQ(edit_distance("kitten", "sitting", LetterCase::counts), 3U);
    EXPECT_EQ(edit_distance("line.1.usr", "line.1.user", LetterCase::counts), 1U);
}

TEST(EditDistance, LetterCaseCountsOrDoesNot) {
    EXPECT_EQ(edit_distance("SIP.LD", "sip.ld", LetterCase::counts), 5U);
    EXPECT_EQ(edit_distance("SIP.LD", "sip.ld", LetterCase::ignored), 0U);
}

} // namespace
} // namespace offhook
