#include "server/guard/guard.hpp"

#include "server/guard/distinct.hpp"

#include <atomic>
#include <gtest/gtest.h>
#include <thread>

namespace offhook::server {
namespace {

class GuardTest : public testing::Test {
protected:
    void unknown(const char* source, unsigned from, unsigned count, GuardScope scope = GuardScope::all) {
        for (unsigned i = 0; i < count; ++i) guard_->unknown_mac(address(source), scope, MacAddress(from + i));
    }
    static IpAddress address(const char* text) { return *IpAddress::from_text(text); }
    void restart(GuardOptions options) { guard_.emplace(std::move(options), clock_, random_); }
    long hold(const char* source, GuardScope scope = GuardScope::all) {
        return guard_->standing(address(source), scope).hold.count();
    }
    bool shut_out(const char* source, GuardScope scope = GuardScope::all) {
        return guard_->standing(address(source), scope).is_shut_out;
    }

    ManualClock clock_;
    SeededRandom random_{3};
    std::optional<Guard> guard_{std::in_place, GuardOptions(), clock_, random_};
};

TEST(Distinct, CountsWithinAFewPercent) {
    SeededRandom random(5);
    Distinct<4096> distinct;
    EXPECT_EQ(distinct.count(), 0U);
    for (unsigned n = 1; n <= 10'000; ++n) {
        const auto hash = random.next();
        distinct.add(hash), distinct.add(hash);
        if (n % 500 == 0) {
            EXPECT_NEAR(distinct.count(), n, n * 0.06) << n;
        }
    }
}

TEST_F(GuardTest, TheHoldGrowsAndEndsWithTheWindow) {
    unknown("192.0.2.1", 0, 50);
    EXPECT_EQ(hold("192.0.2.1"), 0);
    unknown("192.0.2.1", 50, 50);
    const long first = hold("192.0.2.1");
    EXPECT_GE(first, 500);
    unknown("192.0.2.1", 100, 250);
    EXPECT_GT(hold("192.0.2.1"), first + 1'000);
    EXPECT_LE(hold("192.0.2.1"), 5'000);
    EXPECT_EQ(hold("192.0.2.2"), 0);
    clock_.advance(std::chrono::minutes(10));
    EXPECT_EQ(hold("192.0.2.1"), 0);
    unknown("192.0.2.1", 0, 50); // a new window counts from nothing
    EXPECT_EQ(hold("192.0.2.1"), 0);
}

TEST_F(GuardTest, AShutOutEndsAndIsListedUntilThen) {
    testing::internal::CaptureStderr();
    unknown("192.0.2.1", 0, 1'000);
    const std::string logged = testing::internal::GetCapturedStderr();
    EXPECT_TRUE(shut_out("192.0.2.1"));
    EXPECT_NE(logged.find("GUARD_SHUT_OUT"), std::string::npos);
    EXPECT_EQ(logged.find("GUARD_SHUT_OUT"), logged.rfind("GUARD_SHUT_OUT")); // once
    const auto listed = guard_->list();
    ASSERT_EQ(listed.size(), 1U);
    EXPECT_EQ(listed[0].source.text(), "192.0.2.1/32");
    EXPECT_EQ(listed[0].state, GuardState::shut_out);
    EXPECT_NEAR(static_cast<double>(listed[0].unknown_macs), 512, 40);
    EXPECT_EQ(listed[0].until, clock_.wall() + std::chrono::minutes(15));
    clock_.advance(std::chrono::minutes(15));
    EXPECT_FALSE(shut_out("192.0.2.1"));
    EXPECT_TRUE(guard_->list().empty());
}

TEST_F(GuardTest, OneWrongPasswordRetriedForAYearCountsOnce) {
    for (int i = 0; i < 10'000; ++i) {
        guard_->failed_login(address("192.0.2.1"), "phone", "old password");
        clock_.advance(std::chrono::minutes(52));
    }
    for (int i = 0; i < 10'000; ++i) guard_->failed_login(address("192.0.2.1"), "phone", "old password");
    EXPECT_EQ(hold("192.0.2.1"), 0);
    for (int i = 0; i < 40; ++i) guard_->failed_login(address("192.0.2.1"), "phone", std::to_string(i));
    EXPECT_GE(hold("192.0.2.1"), 500);
    for (int i = 0; i < 400; ++i) guard_->failed_login(address("192.0.2.1"), std::to_string(i), "x");
    EXPECT_TRUE(shut_out("192.0.2.1"));
}

TEST_F(GuardTest, AnIpv6SourceIsItsSlash64) {
    for (unsigned i = 0; i < 1'000; ++i)
        guard_->unknown_mac(address(("2001:db8:0:1::" + std::to_string(i % 10)).c_str()), GuardScope::all,
                            MacAddress(i));
    EXPECT_TRUE(shut_out("2001:db8:0:1:ffff::1"));
    EXPECT_FALSE(shut_out("2001:db8:0:2::1"));
    ASSERT_EQ(guard_->list().size(), 1U);
    EXPECT_EQ(guard_->list()[0].source.text(), "2001:db8:0:1::/64");
    EXPECT_EQ(guard_->lift(address("2001:db8:0:1::77")), Guard::Lifted::yes);
    EXPECT_FALSE(shut_out("2001:db8:0:1:ffff::1"));
    EXPECT_EQ(guard_->lift(address("2001:db8:0:1::77")), Guard::Lifted::not_guarded);
}

TEST_F(GuardTest, LiftingForgetsWhatWasCounted) {
    unknown("192.0.2.1", 0, 300);
    EXPECT_EQ(guard_->lift(address("192.0.2.1")), Guard::Lifted::yes);
    EXPECT_EQ(hold("192.0.2.1"), 0);
    unknown("192.0.2.1", 1'000, 20);
    EXPECT_EQ(hold("192.0.2.1"), 0);
}

TEST_F(GuardTest, ExemptNetworksAndAGuardThatIsOffCountNothing) {
    GuardOptions options;
    options.exempt = {*Network::from_text("192.0.2.0/24")};
    restart(options);
    unknown("192.0.2.1", 0, 2'000);
    unknown("198.51.100.1", 0, 2'000);
    EXPECT_FALSE(shut_out("192.0.2.1"));
    EXPECT_TRUE(shut_out("198.51.100.1"));
    options.is_on = false;
    restart(options);
    unknown("198.51.100.1", 0, 2'000);
    EXPECT_TRUE(guard_->list().empty());
}

TEST_F(GuardTest, LoopsLookUpWhileOthersCount) {
    std::atomic<bool> stop{false};
    std::atomic<std::size_t> wrong{0};
    {
        std::vector<std::jthread> looking;
        for (int i = 0; i < 2; ++i)
            looking.emplace_back([&] {
                while (!stop)
                    if (guard_->standing(address("198.51.100.9"), GuardScope::tftp).is_shut_out) ++wrong;
            });
        std::vector<std::jthread> counting;
        for (unsigned i = 0; i < 2; ++i)
            counting.emplace_back([&, i] {
                for (unsigned n = 0; n < 4'000; ++n) {
                    const auto source = IpAddress::v4(0xc0000200U + n % 4);
                    guard_->unknown_mac(source, GuardScope::all, MacAddress(n * 2 + i));
                    if (n % 1'000 == 999) (void)guard_->lift(source);
                }
            });
        counting.clear();
        stop = true;
    }
    EXPECT_EQ(wrong, 0U);
    EXPECT_TRUE(shut_out("192.0.2.1"));
}

TEST_F(GuardTest, AFloodOfSourcesDoesNotLiftABan) {
    unknown("192.0.2.1", 0, 1'000);
    for (unsigned i = 0; i < 2 * Guard::sources_max; ++i)
        guard_->unknown_mac(IpAddress::v4(0x0a000000U + i), GuardScope::all, MacAddress(i));
    EXPECT_TRUE(shut_out("192.0.2.1"));
}

TEST_F(GuardTest, WhatCameOverTftpKeepsNobodyFromTheOtherTransports) {
    unknown("192.0.2.1", 0, 100, GuardScope::tftp);
    EXPECT_GE(hold("192.0.2.1", GuardScope::tftp), 500);
    EXPECT_EQ(hold("192.0.2.1"), 0);
    unknown("192.0.2.1", 100, 900, GuardScope::tftp);
    EXPECT_TRUE(shut_out("192.0.2.1", GuardScope::tftp));
    EXPECT_FALSE(shut_out("192.0.2.1"));
    EXPECT_EQ(hold("192.0.2.1"), 0);
    unknown("192.0.2.1", 0, 50); // and does not add to what is counted there
    EXPECT_EQ(hold("192.0.2.1"), 0);
    unknown("192.0.2.2", 0, 1'000);
    EXPECT_TRUE(shut_out("192.0.2.2", GuardScope::tftp)); // what came over TCP does hold for TFTP
    unknown("192.0.2.2", 0, 1'000, GuardScope::tftp);
    const auto listed = guard_->list();
    ASSERT_EQ(listed.size(), 3U);
    EXPECT_EQ(listed[0].source.text(), "192.0.2.1/32");
    EXPECT_EQ(listed[0].scope, GuardScope::tftp);
    EXPECT_EQ(listed[1].scope, GuardScope::all);
    EXPECT_EQ(listed[2].scope, GuardScope::tftp);
    EXPECT_EQ(guard_->lift(address("192.0.2.2")), Guard::Lifted::yes);
    EXPECT_FALSE(shut_out("192.0.2.2", GuardScope::tftp));
}

TEST_F(GuardTest, AFloodUnderForgedAddressesPushesOutNothingOfTheOtherScope) {
    unknown("192.0.2.1", 0, 60);
    for (unsigned i = 0; i < 2 * Guard::sources_max; ++i)
        guard_->unknown_mac(IpAddress::v4(0x0a000000U + i), GuardScope::tftp, MacAddress(i));
    unknown("192.0.2.1", 60, 60);
    EXPECT_GE(hold("192.0.2.1"), 500);
}

TEST_F(GuardTest, AWrongAnswerEveryMinuteForAYearIsNotShutOut) {
    for (int i = 0; i < 365 * 24 * 60; ++i) {
        for (int twice = 0; twice < 2; ++twice)
            guard_->failed_answer(address("192.0.2.1"), "phone", std::to_string(2 * i + twice));
        ASSERT_EQ(hold("192.0.2.1"), 0) << i;
        clock_.advance(std::chrono::minutes(1));
    }
}

TEST_F(GuardTest, AnswersInQuickSuccessionCountEach) {
    const auto answer = [&](int number) {
        guard_->failed_answer(address("192.0.2.1"), "bob", "response " + std::to_string(number));
    };
    for (int i = 0; i < 20; ++i) answer(i);
    EXPECT_EQ(hold("192.0.2.1"), 0);
    for (int i = 20; i < 26; ++i) answer(i);
    EXPECT_GE(hold("192.0.2.1"), 500);
    for (int i = 26; i < 4'001; ++i) answer(i);
    EXPECT_TRUE(shut_out("192.0.2.1"));
}

} // namespace
} // namespace offhook::server
