#include "base/result.hpp"

#include <gtest/gtest.h>
#include <memory>

namespace offhook {
namespace {

Result<int> half(int n) {
    if (n % 2 != 0) return fail(ErrorCode::invalid, "odd", "n");
    return n / 2;
}

TEST(Result, CarriesAValueOrASentenceAndItsPlace) {
    EXPECT_EQ(half(8).value(), 4);
    const auto bad = half(7);
    ASSERT_FALSE(bad);
    EXPECT_EQ(bad.error().text(), "n: odd");
}

TEST(Result, ChainsAsTheStandardsExpectedDoes) {
    const Result<std::string> text = half(8).and_then(half).transform([](int n) { return std::to_string(n); });
    EXPECT_EQ(text.value(), "2");
    EXPECT_EQ(half(6).and_then(half).error().code, ErrorCode::invalid);
}

TEST(Result, HoldsWhatCanOnlyBeMoved) {
    Result<std::unique_ptr<int>> owned = std::make_unique<int>(3);
    const std::unique_ptr<int> taken = std::move(*owned);
    EXPECT_EQ(*taken, 3);
}

TEST(Result, VoidMeansItWorked) {
    const Result<void> done{};
    EXPECT_TRUE(done);
}

} // namespace
} // namespace offhook
