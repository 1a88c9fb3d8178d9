#include "server/loops/loop_guard.hpp"

#include "config/syntax/version_file.hpp"
#include "server/test_house.hpp"

#include <fmt/format.h>
#include <gtest/gtest.h>

namespace offhook::server {
namespace {

using namespace std::chrono_literals;
using Offer = LoopGuard::Offer;
using Change = LoopGuard::Change;

catalogue::StoredFile stored(std::int64_t id, const std::string& name, const std::string& hash) {
    catalogue::StoredFile out;
    out.id = id, out.family = "polycom", out.name = name, out.hash = hash;
    return out;
}

class LoopGuardTest : public testing::Test {
protected:
    void store(const catalogue::StoredFile& file) {
        files_.push_back(std::make_shared<const catalogue::StoredFile>(file));
        catalogue::SnapshotBuilder builder;
        for (const auto& each : files_) builder.add(each);
        snapshot_ = builder.build(1);
    }
    ImageRequest request(const catalogue::StoredFile& file, MacAddress mac = anna,
                         ImageRequest::Role role = ImageRequest::Role::image) {
        return {mac, &file, {3, 6, 20min}, role};
    }
    Offer ask(const ImageRequest& request) { return guard_.ask(request, *snapshot_, clock_.wall()); }
    /// Asks, takes it where it is offered, and comes back a minute later.
    Offer fetch(const ImageRequest& request) {
        const Offer offer = ask(request);
        if (offer == Offer::yes) guard_.fetched(request, clock_.wall());
        clock_.advance(1min);
        return offer;
    }
    void fetch_times(const ImageRequest& request, int times) {
        for (int i = 0; i < times; ++i) EXPECT_EQ(fetch(request), Offer::yes) << i;
    }

    int fetch_until_held(const ImageRequest& request) {
        for (int i = 0; i < 100; ++i)
            if (fetch(request) == Offer::held_now) return i;
        return -1;
    }

    LoopGuardTest() { store(sip_), store(list_); }

    ManualClock clock_;
    std::vector<std::shared_ptr<const catalogue::StoredFile>> files_;
    std::shared_ptr<const catalogue::Snapshot> snapshot_;
    const catalogue::StoredFile sip_ = stored(1, "sip.ld", "aaaa");
    const catalogue::StoredFile list_ = stored(2, "sip.ver", "bbbb");
    std::vector<std::pair<Change, std::string>> changes_;
    LoopGuard guard_{[this](Change change, const catalogue::ImageHold& hold) {
        changes_.emplace_back(change, hold.name + " " + hold.hash);
    }};
};

TEST_F(LoopGuardTest, AsOftenAsItMayAndThenNoMore) {
    const auto begin = clock_.wall();
    fetch_times(request(sip_), 3);
    EXPECT_TRUE(changes_.empty());
    EXPECT_EQ(guard_.held_count(), 0U);
    EXPECT_EQ(fetch(request(sip_)), Offer::held_now);
    EXPECT_EQ(fetch(request(sip_)), Offer::held);
    clock_.advance(48h);
    EXPECT_EQ(fetch(request(sip_)), Offer::held) << "until an operator says so, not until it is quiet";
    EXPECT_EQ(changes_, (decltype(changes_){{Change::held, "sip.ld aaaa"}}));
    const catalogue::ImageHold expected{anna, "sip.ld", "aaaa", 3, begin, begin + 3min};
    EXPECT_EQ(guard_.list(), std::vector<catalogue::ImageHold>{expected});
    EXPECT_EQ(guard_.held_count(), 1U);
}

TEST_F(LoopGuardTest, OnlyThatDeviceAndThatContent) {
    fetch_times(request(sip_), 3);
    ASSERT_EQ(fetch(request(sip_)), Offer::held_now);
    fetch_times(request(sip_, bert), 3);
    const auto boot_rom = stored(3, "bootrom.ld", "cccc");
    fetch_times(request(boot_rom), 1);
    const auto same_under_another_name = stored(4, "2345-11500-040.sip.ld", "aaaa");
    EXPECT_EQ(fetch(request(same_under_another_name)), Offer::yes);
    EXPECT_EQ(guard_.held_count(), 1U);
}

TEST_F(LoopGuardTest, AnotherContentOfThatNameLiftsIt) {
    fetch_times(request(sip_), 3);
    ASSERT_EQ(fetch(request(sip_)), Offer::held_now);
    const auto mended = stored(5, "sip.ld", "dddd");
    store(mended);
    EXPECT_EQ(fetch(request(mended)), Offer::yes);
    EXPECT_EQ(guard_.held_count(), 0U);
    EXPECT_EQ(changes_.back(), std::pair(Change::lifted, std::string("sip.ld aaaa")));
    fetch_times(request(mended), 2);
    EXPECT_EQ(fetch(request(mended)), Offer::held_now) << "and is counted for itself";
}

TEST_F(LoopGuardTest, WhatIsOldOrBrokenOffDoesNotCount) {
    fetch_times(request(sip_), 2);
    clock_.advance(20min);
    fetch_times(request(sip_), 3);
    guard_.broken_off(anna, sip_.id);
    EXPECT_EQ(fetch(request(sip_)), Offer::yes);
    EXPECT_EQ(fetch(request(sip_)), Offer::held_now);
}

TEST_F(LoopGuardTest, AClockThatIsSetBackKeepsNothing) {
    fetch_times(request(sip_), 3);
    clock_.set_wall(clock_.wall() - 24h);
    fetch_times(request(sip_), 3);
    EXPECT_EQ(fetch(request(sip_)), Offer::held_now);
}

TEST_F(LoopGuardTest, AQuestionOfItsLengthHoldsNothing) {
    fetch_times(request(sip_), 3);
    auto head = request(sip_);
    head.wants = ImageRequest::Wants::facts;
    EXPECT_EQ(ask(head), Offer::yes);
    EXPECT_EQ(ask(request(sip_)), Offer::held_now);
    EXPECT_EQ(ask(head), Offer::held);
}

TEST_F(LoopGuardTest, WhatLeadsToAnImageIsNeverCountedAndHeldWithIt) {
    const auto list = request(list_, anna, ImageRequest::Role::leads_to_images);
    fetch_times(list, 20);
    fetch_times(request(sip_), 3);
    EXPECT_EQ(fetch(list), Offer::yes);
    EXPECT_EQ(fetch(request(sip_)), Offer::held_now);
    EXPECT_EQ(fetch(list), Offer::held);
    ASSERT_EQ(guard_.list().size(), 2U);
    EXPECT_EQ(guard_.list()[1].fetches, 0U);

    store(stored(6, "sip.ld", "eeee")); // of which it would never hear
    EXPECT_EQ(fetch(list), Offer::yes);
    EXPECT_EQ(changes_.back(), std::pair(Change::lifted, std::string("sip.ver bbbb")));
    EXPECT_EQ(guard_.held_count(), 1U);
}

TEST_F(LoopGuardTest, AnotherListIsOfferedAtOnce) {
    fetch_times(request(list_, anna, ImageRequest::Role::leads_to_images), 1);
    fetch_times(request(sip_), 3);
    ASSERT_EQ(fetch(request(sip_)), Offer::held_now);
    const auto other = stored(7, "sip.ver", "ffff");
    store(other);
    EXPECT_EQ(fetch(request(other, anna, ImageRequest::Role::leads_to_images)), Offer::yes);
    EXPECT_EQ(fetch(request(sip_)), Offer::held);
}

TEST_F(LoopGuardTest, AlikeFilesOfABundleAreCountedEachForItself) {
    std::vector<catalogue::StoredFile> bundle;
    for (std::int64_t i = 0; i < 4; ++i) bundle.push_back(stored(10 + i, fmt::format("{}.xml", i), "aaaa"));
    for (int round = 0; round < 3; ++round)
        for (const auto& file : bundle) EXPECT_EQ(fetch(request(file)), Offer::yes) << round << file.name;
    EXPECT_EQ(fetch(request(bundle[2])), Offer::held_now);
    EXPECT_EQ(fetch(request(bundle[2])), Offer::held);
    const auto hold = guard_.list().at(0);
    EXPECT_TRUE(guard_.is_held(hold));
    auto other = hold;
    other.name = "1.xml";
    EXPECT_FALSE(guard_.is_held(other));
}

TEST_F(LoopGuardTest, ALargeBundleIsCountedWhole) {
    const auto list = request(list_, anna, ImageRequest::Role::leads_to_images);
    std::vector<catalogue::StoredFile> bundle;
    for (std::int64_t i = 0; i < 60; ++i) bundle.push_back(stored(10 + i, fmt::format("{}.bin", i), "aaaa"));
    for (int round = 0; round < 3; ++round) {
        EXPECT_EQ(ask(list), Offer::yes);
        guard_.fetched(list, clock_.wall());
        for (std::size_t i = 0; i < config::VersionFile::files_max; ++i) {
            EXPECT_EQ(ask(request(bundle[i])), Offer::yes) << round;
            guard_.fetched(request(bundle[i]), clock_.wall());
        }
        clock_.advance(1min);
    }
    for (const auto& file : bundle) store(file), guard_.fetched(request(file), clock_.wall()); // more than have room
    EXPECT_EQ(fetch_until_held(request(bundle.back())), 2);
    EXPECT_EQ(fetch(list), Offer::held);
}

TEST_F(LoopGuardTest, AnotherListBeginsAnew) {
    fetch_times(request(list_, anna, ImageRequest::Role::leads_to_images), 1);
    fetch_times(request(sip_), 3);
    const auto other = stored(7, "sip.ver", "ffff");
    fetch_times(request(other, anna, ImageRequest::Role::leads_to_images), 1);
    fetch_times(request(sip_), 3);
    fetch_times(request(other, anna, ImageRequest::Role::leads_to_images), 1);
    EXPECT_EQ(fetch(request(sip_)), Offer::held_now) << "the same one does not";
}

TEST_F(LoopGuardTest, WhatLeadsToAHeldImageIsHeldAgain) {
    const auto list = request(list_, anna, ImageRequest::Role::leads_to_images);
    fetch_times(list, 1);
    fetch_times(request(sip_), 3);
    ASSERT_EQ(fetch(request(sip_)), Offer::held_now);
    ASSERT_EQ(guard_.release(anna, "sip.ver").size(), 1U);
    fetch_times(list, 1);
    EXPECT_EQ(fetch(request(sip_)), Offer::held);
    EXPECT_EQ(fetch(list), Offer::held);
}

TEST_F(LoopGuardTest, AClaimHoldsNothingAndIsCountedApart) {
    auto claim = request(sip_);
    claim.sender = ImageRequest::Sender::claimed;
    fetch_times(claim, 3);
    EXPECT_EQ(fetch(claim), Offer::warned);
    fetch_times(claim, 3);
    fetch_times(request(sip_), 3);
    guard_.fetched(claim, clock_.wall()), guard_.broken_off(anna, sip_.id);
    EXPECT_EQ(fetch(request(sip_)), Offer::held_now);
    EXPECT_EQ(fetch(claim), Offer::held);
}

TEST_F(LoopGuardTest, ADeviceIsWhereItLastTookItsOwn) {
    const auto office = IpAddress::v4(0xc0a80107), home = IpAddress::v4(0xc0a80108);
    EXPECT_FALSE(guard_.is_at(anna, office));
    guard_.came_from(anna, office), guard_.came_from(bert, office);
    EXPECT_TRUE(guard_.is_at(anna, office) && guard_.is_at(bert, office));
    EXPECT_FALSE(guard_.is_at(anna, home));
    guard_.came_from(anna, home);
    EXPECT_TRUE(guard_.is_at(anna, home) && !guard_.is_at(anna, office));
}

TEST_F(LoopGuardTest, WhatIsStoredNoMoreIsHeldNoMore) {
    fetch_times(request(list_, anna, ImageRequest::Role::leads_to_images), 1);
    fetch_times(request(sip_), 3);
    ASSERT_EQ(fetch(request(sip_)), Offer::held_now);
    guard_.forget_removed(*snapshot_);
    EXPECT_EQ(guard_.held_count(), 2U);
    files_ = {files_[1]}; // the list stays
    store(stored(9, "other.ld", "aaaa"));
    changes_.clear();
    guard_.forget_removed(*snapshot_);
    EXPECT_EQ(changes_, (decltype(changes_){{Change::gone, "sip.ld aaaa"}, {Change::gone, "sip.ver bbbb"}}));
    EXPECT_EQ(guard_.held_count(), 0U);
    EXPECT_TRUE(guard_.list().empty());
}

TEST_F(LoopGuardTest, AReleasedOneIsCountedAnew) {
    fetch_times(request(sip_), 3);
    ASSERT_EQ(fetch(request(sip_)), Offer::held_now);
    EXPECT_TRUE(guard_.release(bert, "").empty());
    EXPECT_TRUE(guard_.release(anna, "other.ld").empty());
    const auto hold = guard_.list().front();
    EXPECT_TRUE(guard_.is_held(hold));
    EXPECT_EQ(guard_.release(anna, "sip.ld"), std::vector<catalogue::ImageHold>{hold});
    EXPECT_FALSE(guard_.is_held(hold));
    EXPECT_EQ(guard_.held_count(), 0U);
    fetch_times(request(sip_), 3);
    EXPECT_EQ(fetch(request(sip_)), Offer::held_now);
    EXPECT_EQ(guard_.release(anna, "").size(), 1U);
}

TEST_F(LoopGuardTest, WhatWasHeldBeforeAStartIsHeldAfterIt) {
    guard_.restore({{anna, "sip.ld", "aaaa", 3, clock_.wall(), clock_.wall()}});
    EXPECT_EQ(fetch(request(sip_)), Offer::held);
    EXPECT_EQ(fetch(request(sip_, bert)), Offer::yes);
    EXPECT_TRUE(changes_.empty()) << "the catalogue has it";
    EXPECT_EQ(guard_.holds_of(anna).size(), 1U);
}

TEST_F(LoopGuardTest, ManyPhonesPushOutTheOneThatWasQuietLongest) {
    fetch_times(request(sip_), 3);
    clock_.advance(1s);
    for (std::uint64_t i = 0; i < 2 * LoopGuard::devices_max; ++i)
        guard_.fetched(request(sip_, MacAddress(0x0004f3000000 + i)), clock_.wall());
    EXPECT_EQ(ask(request(sip_)), Offer::yes);
}

TEST_F(LoopGuardTest, AnAddressWithTwoPhonesIsNobodysForAnHour) {
    const auto office = IpAddress::v4(0xc0a80107), home = IpAddress::v4(0xc0a80108);
    EXPECT_EQ(guard_.alone_at(office, clock_.wall()), std::nullopt);
    guard_.heard(office, anna, clock_.wall());
    guard_.heard(home, bert, clock_.wall());
    EXPECT_EQ(guard_.alone_at(office, clock_.wall()), anna);
    clock_.advance(50min);
    EXPECT_EQ(guard_.alone_at(home, clock_.wall()), bert);
    guard_.heard(office, bert, clock_.wall());
    clock_.advance(50min);
    guard_.heard(office, anna, clock_.wall());
    EXPECT_EQ(guard_.alone_at(office, clock_.wall()), std::nullopt);
    EXPECT_EQ(guard_.alone_at(home, clock_.wall()), std::nullopt) << "that was long ago";
    clock_.advance(61min);
    guard_.heard(office, anna, clock_.wall());
    EXPECT_EQ(guard_.alone_at(office, clock_.wall()), anna);
}

} // namespace
} // namespace offhook::server
