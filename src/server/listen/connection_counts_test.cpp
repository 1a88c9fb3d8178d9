#include "server/listen/connection_counts.hpp"

#include <gtest/gtest.h>

namespace offhook::server {
namespace {

using Entry = ConnectionCounts::Entry;

IpAddress address(const char* text) { return IpAddress::from_text(text).value(); }

TEST(ConnectionCounts, BoundASourceAndTheTotal) {
    ConnectionCounts counts(3, 2);
    EXPECT_EQ(counts.enter(address("192.0.2.1")), Entry::granted);
    EXPECT_EQ(counts.enter(address("192.0.2.1")), Entry::granted);
    EXPECT_EQ(counts.enter(address("192.0.2.1")), Entry::full);
    EXPECT_EQ(counts.enter(address("192.0.2.2")), Entry::granted);
    EXPECT_EQ(counts.enter(address("192.0.2.3")), Entry::full);
    counts.leave(address("192.0.2.1"));
    EXPECT_EQ(counts.total(), 2U);
    EXPECT_EQ(counts.enter(address("192.0.2.1")), Entry::granted);
}

TEST(ConnectionCounts, TakeAnIpv6NetworkForOneSource) {
    ConnectionCounts counts(10, 1);
    EXPECT_EQ(counts.enter(address("2001:db8::1")), Entry::granted);
    EXPECT_EQ(counts.enter(address("2001:db8::2")), Entry::full);
    EXPECT_EQ(counts.enter(address("2001:db8:0:1::1")), Entry::granted);
}

TEST(ConnectionCounts, ALimitOfNothingGrantsNothing) {
    ConnectionCounts counts(10, 0);
    EXPECT_EQ(counts.enter(address("192.0.2.1")), Entry::full);
    EXPECT_EQ(counts.total(), 0U);
}

} // namespace
} // namespace offhook::server
