#include "protocol/http_date.hpp"

#include <gtest/gtest.h>

#include <string>

namespace offhook::protocol {
namespace {

using std::chrono::seconds;
using std::chrono::sys_seconds;

const WallTime date_now{seconds{1'767'225'600}}; // 2026-01-01
constexpr sys_seconds example{seconds{784'111'777}};

std::string written(sys_seconds time) {
    const auto text = write_http_date(time);
    return {text.data(), text.size()};
}

TEST(HttpDate, IsWrittenAsFixdate) {
    EXPECT_EQ(written(example), "Sun, 06 Nov 1994 08:49:37 GMT");
    EXPECT_EQ(written(sys_seconds{seconds{0}}), "Thu, 01 Jan 1970 00:00:00 GMT");
    EXPECT_EQ(written(sys_seconds{seconds{1'709'251'199}}), "Thu, 29 Feb 2024 23:59:59 GMT");
    const auto cut = write_http_date(WallTime{std::chrono::milliseconds{1999}});
    EXPECT_EQ(std::string(cut.data(), cut.size()), "Thu, 01 Jan 1970 00:00:01 GMT");
}

TEST(HttpDate, AcceptsTheThreeForms) {
    struct Case {
        const char* text;
        std::int64_t expected;
    };
    for (const auto& [text, expected] : {
             Case{"Sun, 06 Nov 1994 08:49:37 GMT", 784'111'777}, Case{"Sunday, 06-Nov-94 08:49:37 GMT", 784'111'777},
             Case{"Wednesday, 06-Nov-24 08:49:37 GMT", 1'730'882'977},
             Case{"Wednesday, 01-Jan-76 00:00:00 GMT", 3'345'062'400}, // 2076: fifty years ahead
             Case{"Saturday, 01-Jan-77 00:00:00 GMT", 220'924'800},    // 1977
             Case{"Sun Nov  6 08:49:37 1994", 784'111'777}, Case{"Wed Nov 16 08:49:37 1994", 784'975'777},
             Case{"  Sun, 06 Nov 1994 08:49:37 GMT ", 784'111'777},
             Case{"Mon, 06 Nov 1994 08:49:37 GMT", 784'111'777}, // the wrong day's name
             Case{"Fri, 30 Jun 1972 23:59:60 GMT", 78'796'799},  // a leap second
         }) {
        const auto read = read_http_date(text, date_now);
        ASSERT_TRUE(read) << text;
        EXPECT_EQ(read->time_since_epoch().count(), expected) << text;
    }
}

TEST(HttpDate, RejectsEverythingElse) {
    for (const char* text :
         {"", "0", "-1", "Sun, 06 Nov 1994 08:49:37", "Sun, 06 Nov 1994 08:49:37 UTC", "Sun, 06 nov 1994 08:49:37 GMT",
          "Sun, 31 Jun 1994 08:49:37 GMT", "Sun, 29 Feb 2023 08:49:37 GMT", "Sun, 06 Nov 1994 24:49:37 GMT",
          "Sun, 06 Nov 1994 08:60:37 GMT", "Sun, 06 Nov 1994 08:49:61 GMT", "Sun, 6 Nov 1994 08:49:37 GMT",
          "Sun, 06 Nov 1994 08:49:37 GMTx", "Sun Nov 6 08:49:37 1994", "Son, 06 Nov 1994 08:49:37 GMT",
          "Sunday, 06-Nov-1994 08:49:37 GMT", "Sun, 00 Nov 1994 08:49:37 GMT", "1994-11-06T08:49:37Z"})
        EXPECT_FALSE(read_http_date(text, date_now)) << text;
}

TEST(HttpDate, WhatIsWrittenIsReadBack) {
    for (std::int64_t t = 0; t < 4'102'444'800; t += 86'399'999 / 7) {
        const sys_seconds time{seconds{t}};
        ASSERT_EQ(read_http_date(written(time), date_now), time) << t;
    }
}

} // namespace
} // namespace offhook::protocol
