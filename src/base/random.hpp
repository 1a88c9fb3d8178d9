#pragma once
/// @file  Random: randomness as something that is handed in.
///
/// SystemRandom is for secrets, nonces and tokens; SeededRandom gives tests and storms the same run for the same seed.
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>

namespace offhook {

class Random {
public:
    virtual ~Random() = default;
    virtual void fill(std::span<std::byte> out) = 0;

    [[nodiscard]] std::uint64_t next();
    /// Even over 0..bound-1. Requires bound > 0.
    [[nodiscard]] std::uint64_t below(std::uint64_t bound);
    /// `count` characters of a-z A-Z 0-9, about 5.95 bits each.
    [[nodiscard]] std::string letters(std::size_t count);
};

/// The kernel's generator. Errors: throws std::runtime_error when the kernel has none to give.
class SystemRandom final : public Random {
public:
    void fill(std::span<std::byte> out) override;
};

/// SplitMix64: not for secrets.
class SeededRandom final : public Random {
public:
    explicit SeededRandom(std::uint64_t seed) : state_(seed) {}
    void fill(std::span<std::byte> out) override;

private:
    std::uint64_t state_;
};

} // namespace offhook
