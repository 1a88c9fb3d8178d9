#include "protocol/http_conditional.hpp"

#include <gtest/gtest.h>

namespace offhook::protocol {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr std::string_view tag = "\"5f3c\"";
const WallTime modified{milliseconds{784'111'777'000}};
const WallTime now{seconds{1'767'225'600}};
constexpr const char* same = "Sun, 06 Nov 1994 08:49:37 GMT";
constexpr const char* older = "Sun, 06 Nov 1994 08:49:36 GMT";
constexpr const char* newer = "Sun, 06 Nov 1994 08:49:38 GMT";

HttpVerdict with_none_match(std::string_view value) {
    HttpConditions conditions;
    conditions.if_none_match = value;
    return judge(conditions, tag, modified, now);
}

TEST(HttpConditional, IfNoneMatchComparesWeaklyThroughLists) {
    for (const char* value : {"\"5f3c\"", "W/\"5f3c\"", "*", " * ", "\"a\", \"5f3c\"", "\"a\",W/\"5f3c\" , \"b\"",
                              ",, \"5f3c\"", "\"a,\", \"5f3c\"", "\"a\" \"5f3c\""})
        EXPECT_EQ(with_none_match(value), HttpVerdict::not_modified) << value;
    for (const char* value :
         {"", "\"5f3d\"", "5f3c", "\"5f3c", "w/\"5f3c\"", "\"a\", x, \"5f3c\"", "\"*\"", "W/", "\"", "\"5f3c,\""})
        EXPECT_EQ(with_none_match(value), HttpVerdict::send) << value;
}

TEST(HttpConditional, FollowsTheOrderOfSection13) {
    struct Case {
        const char* name;
        HttpConditions conditions;
        HttpVerdict expected;
    };
    constexpr auto none = std::nullopt;
    // in the order: if_match, if_none_match, if_modified_since, if_unmodified_since, if_range
    for (const auto& [name, conditions, expected] : {
             Case{"nothing asked", {}, HttpVerdict::send},
             Case{"same date", {none, none, same, none, none}, HttpVerdict::not_modified},
             Case{"later date", {none, none, newer, none, none}, HttpVerdict::not_modified},
             Case{"older date", {none, none, older, none, none}, HttpVerdict::send},
             Case{"rfc 850", {none, none, "Sunday, 06-Nov-94 08:49:37 GMT", none, none}, HttpVerdict::not_modified},
             Case{"asctime", {none, none, "Sun Nov  6 08:49:37 1994", none, none}, HttpVerdict::not_modified},
             Case{"bad date", {none, none, "yesterday", none, none}, HttpVerdict::send},
             Case{"tag differs, date would match", {none, "\"x\"", same, none, none}, HttpVerdict::send},
             Case{"tag matches, date would not", {none, tag, older, none, none}, HttpVerdict::not_modified},
             Case{"if-match holds", {tag, none, none, none, none}, HttpVerdict::send},
             Case{"if-match any", {"*", none, none, none, none}, HttpVerdict::send},
             Case{"if-match fails", {"\"x\"", none, none, none, none}, HttpVerdict::failed},
             Case{"if-match is strong", {"W/\"5f3c\"", none, none, none, none}, HttpVerdict::failed},
             Case{"if-match before if-none-match", {"\"x\"", tag, none, none, none}, HttpVerdict::failed},
             Case{"if-match silences unmodified-since", {tag, none, none, older, none}, HttpVerdict::send},
             Case{"unmodified since holds", {none, none, none, same, none}, HttpVerdict::send},
             Case{"unmodified since fails", {none, none, none, older, none}, HttpVerdict::failed},
             Case{"unmodified since unreadable", {none, none, none, "x", none}, HttpVerdict::send},
         })
        EXPECT_EQ(judge(conditions, tag, modified, now), expected) << name;
}

TEST(HttpConditional, ModifiedCountsInWholeSeconds) {
    HttpConditions conditions;
    conditions.if_modified_since = same;
    EXPECT_EQ(judge(conditions, tag, modified + milliseconds{999}, now), HttpVerdict::not_modified);
    EXPECT_EQ(judge(conditions, tag, modified + milliseconds{1000}, now), HttpVerdict::send);
}

TEST(HttpConditional, RangeCountsOnlyForTheVerySameContent) {
    struct Case {
        std::optional<std::string_view> if_range;
        bool expected;
    };
    for (const auto& [if_range, expected] :
         {Case{std::nullopt, true}, Case{tag, true}, Case{"W/\"5f3c\"", false}, Case{"\"x\"", false}, Case{same, true},
          Case{newer, false}, Case{older, false}, Case{"", false}, Case{"Wed Nov 16 08:49:37 1994", false},
          Case{"Sun Nov  6 08:49:37 1994", true}}) {
        HttpConditions conditions;
        conditions.if_range = if_range;
        EXPECT_EQ(range_counts(conditions, tag, modified, now), expected) << if_range.value_or("(absent)");
    }
}

TEST(HttpConditional, WithoutADateOfOurOwnADateIsNoCondition) {
    HttpConditions conditions;
    conditions.if_modified_since = "Fri, 31 Dec 2049 23:59:59 GMT";
    const WallTime later{std::chrono::seconds{1'767'225'600}};
    EXPECT_EQ(judge(conditions, "\"a\"", std::nullopt, later), HttpVerdict::send);
    HttpConditions unmodified;
    unmodified.if_unmodified_since = "Sat, 01 Jan 2000 00:00:00 GMT";
    EXPECT_EQ(judge(unmodified, "\"a\"", std::nullopt, later), HttpVerdict::send);
}

} // namespace
} // namespace offhook::protocol
