#include "protocol/http_range.hpp"

#include <gtest/gtest.h>

#include <ostream>

namespace offhook::protocol {
namespace {

using Kind = HttpRange::Kind;

TEST(HttpRange, ReadsOnePart) {
    struct Case {
        const char* value;
        HttpRange expected;
    };
    for (const auto& [value, expected] : {
             Case{"bytes=0-0", {Kind::part, 0, 1}},
             Case{"bytes=0-99", {Kind::part, 0, 100}},
             Case{"bytes=0-", {Kind::part, 0, 100}},
             Case{"bytes=99-", {Kind::part, 99, 1}},
             Case{"bytes=10-19", {Kind::part, 10, 10}},
             Case{"bytes=90-1000", {Kind::part, 90, 10}},
             Case{"bytes=-1", {Kind::part, 99, 1}},
             Case{"bytes=-1000", {Kind::part, 0, 100}},
             Case{"Bytes= 5-6 ", {Kind::part, 5, 2}},
             Case{"bytes=5-99999999999999999999999", {Kind::part, 5, 95}},
             Case{"bytes=-99999999999999999999999", {Kind::part, 0, 100}},
         })
        EXPECT_TRUE(read_http_range(value, 100) == expected) << value;
}

TEST(HttpRange, SaysWhatNoFileCanGive) {
    for (const char* value : {"bytes=100-", "bytes=100-200", "bytes=-0", "bytes=99999999999999999999999-"})
        EXPECT_EQ(read_http_range(value, 100).kind, Kind::unsatisfiable) << value;
    EXPECT_EQ(read_http_range("bytes=0-", 0).kind, Kind::unsatisfiable);
}

TEST(HttpRange, IgnoresWhatItCannotReadOrDoesNotServe) {
    EXPECT_EQ(read_http_range(std::nullopt, 100).kind, Kind::whole);
    for (const char* value :
         {"", "bytes", "bytes=", "bytes=-", "bytes=a-b", "bytes=5", "bytes=9-5", "lines=1-2", "bytes=0-1,5-6",
          "bytes=+1-2", "bytes=1--2", "bytes=0x1-2", "bytes 0-1", "bytes=-5,", "bytes=1 - 2"})
        EXPECT_EQ(read_http_range(value, 100).kind, Kind::whole) << value;
    EXPECT_EQ(read_http_range("bytes=-5", 0).kind, Kind::whole);
}

TEST(HttpContentRange, ReadsAPartOfAKnownOrUnknownWhole) {
    EXPECT_EQ(read_http_content_range("bytes 512-1023/1024"), (HttpContentRange{512, 512, 1024}));
    EXPECT_EQ(read_http_content_range("Bytes 0-0/*"), (HttpContentRange{0, 1, std::nullopt}));
    for (const auto* wrong : {"", "bytes", "bytes 1-0/*", "bytes 5-9/9", "bytes */10", "lines 1-2/3", "bytes 1-2",
                              "bytes -5/9", "bytes 0-18446744073709551615/*", "bytes 99999999999999999999-1/*"})
        EXPECT_EQ(read_http_content_range(wrong), std::nullopt) << wrong;
}

} // namespace
} // namespace offhook::protocol
