#include "server/access/digest_nonces.hpp"

#include <atomic>
#include <gtest/gtest.h>
#include <memory>
#include <thread>

namespace offhook::server {
namespace {

using Use = DigestNonces::Use;

class DigestNoncesTest : public testing::Test {
protected:
    SeededRandom random_{1};
    std::unique_ptr<DigestNonces> nonces_ = std::make_unique<DigestNonces>(random_);
    Instant now_{std::chrono::hours(1)};
};

TEST_F(DigestNoncesTest, NoTwoAreTheSame) { EXPECT_NE(nonces_->issue(now_), nonces_->issue(now_)); }

TEST_F(DigestNoncesTest, CountsAreTakenOnceAndMayOvertake) {
    const auto nonce = nonces_->judge(nonces_->issue(now_), now_);
    ASSERT_TRUE(nonce);
    struct {
        std::uint32_t count;
        Use expected;
    } const rows[] = {{1, Use::good},   {1, Use::stale},  {5, Use::good},           {3, Use::good},
                      {3, Use::stale},  {100, Use::good}, {37, Use::good},          {36, Use::stale},
                      {37, Use::stale}, {2, Use::stale},  {0xffffffffU, Use::good}, {100, Use::stale}};
    for (const auto& row : rows) EXPECT_EQ(nonces_->use(*nonce, row.count, now_), row.expected) << row.count;
}

TEST_F(DigestNoncesTest, AFullTableMakesOldNoncesStaleAndReplaysNothing) {
    const auto first = *nonces_->judge(nonces_->issue(now_), now_);
    EXPECT_EQ(nonces_->use(first, 1, now_), Use::good);
    now_ += std::chrono::milliseconds(1);
    constexpr std::size_t more = DigestNonces::stripe_count * (DigestNonces::uses_per_stripe + 1);
    for (std::size_t i = 0; i < more; ++i) {
        if (i % 1'000 == 0) now_ += std::chrono::milliseconds(1);
        ASSERT_EQ(nonces_->use(*nonces_->judge(nonces_->issue(now_), now_), 1, now_), Use::good);
    }
    EXPECT_EQ(nonces_->use(first, 1, now_), Use::stale);
    EXPECT_EQ(nonces_->use(first, 2, now_), Use::stale); // its counters are gone, so it is good for nothing
    now_ += std::chrono::milliseconds(1);
    EXPECT_EQ(nonces_->use(*nonces_->judge(nonces_->issue(now_), now_), 1, now_), Use::good);
}

TEST_F(DigestNoncesTest, OfManyLoopsOneTakesAnAnswer) {
    for (int round = 0; round < 200; ++round) {
        const auto nonce = *nonces_->judge(nonces_->issue(now_), now_);
        std::atomic<int> taken{0};
        std::vector<std::jthread> loops;
        for (int i = 0; i < 4; ++i)
            loops.emplace_back([&] { taken += nonces_->use(nonce, 1, now_) == Use::good ? 1 : 0; });
        loops.clear();
        ASSERT_EQ(taken, 1);
    }
}

} // namespace
} // namespace offhook::server
