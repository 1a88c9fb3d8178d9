#pragma once
/// @file  Distinct: about how many different things were seen, in a fixed number of bits (linear counting).
///
/// Limits  good to a few percent up to about three times `Bits`; then it says "at least so many".
/// Source  Whang, Vander-Zanden, Taylor: A linear-time probabilistic counting algorithm (1990).
#include <array>
#include <bit>
#include <cmath>
#include <cstddef>
#include <cstdint>

namespace offhook::server {

template <std::size_t Bits>
class Distinct {
public:
    static_assert(std::has_single_bit(Bits) && Bits >= 64);

    /// `hash` is evenly spread, and not to be foretold by whom it counts.
    void add(std::uint64_t hash) {
        const std::size_t bit = hash % Bits;
        std::uint64_t& word = words_[bit / 64];
        const std::uint64_t mask = std::uint64_t{1} << bit % 64;
        if ((word & mask) != 0) return;
        word |= mask;
        ++set_;
    }
    [[nodiscard]] std::size_t count() const {
        const double bits = Bits;
        const double free = set_ == Bits ? 0.5 : static_cast<double>(Bits - set_);
        return static_cast<std::size_t>(std::lround(-bits * std::log(free / bits)));
    }

private:
    std::array<std::uint64_t, Bits / 64> words_{};
    std::size_t set_ = 0;
};

} // namespace offhook::server
