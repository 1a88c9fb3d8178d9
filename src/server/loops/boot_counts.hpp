#pragma once
/// @file  BootCounts: which device took the same settings of its own again and again, as one does that reboots for
/// them.
///
/// Nothing is withheld for it: a phone without its settings is worse off than one that reboots. Who asks gets told.
/// Shape    one word for each slot: who, which content, since when, how often. A fixed window: it begins with the
/// first. Limits   slots_max slots; another device of the same slot takes it, so that in a large fleet a loop may be
/// noticed
///          late.
/// Threads  any, without a lock.
#include "base/clock.hpp"
#include "base/mac_address.hpp"
#include "config/family/family.hpp"

#include <array>
#include <atomic>
#include <cstdint>
#include <memory>

namespace offhook::server {

class BootCounts {
public:
    BootCounts();

    enum class Verdict : std::uint8_t { usual, loop };
    /// It took a file of its own settings, with that content (a hash). `loop` once in a window: with the first that
    /// is more than its family may.
    [[nodiscard]] Verdict took(MacAddress mac, const config::Document& document, std::uint64_t content,
                               const config::LoopLimits& limits, WallTime now);

private:
    static constexpr std::size_t slots_max = 1U << 16U;
    using Slots = std::array<std::atomic<std::uint64_t>, slots_max>;
    std::unique_ptr<Slots>
        slots_; // from the top: 24 bits of who, 16 of which content, 16 of when in 4 s, 8 of how often
};

} // namespace offhook::server
