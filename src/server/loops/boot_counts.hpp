#pragma once
/// @file  BootCounts: which device took the same settings of its own again and again, as one does that reboots for
/// them.
///
/// It only counts. A phone without its settings is worse off than one that reboots, so the file is never withheld; the
/// change that it reboots for is, where one is found (change_guard.hpp).
///
/// Shape    one word for each slot: who, which content, since when, how often. A fixed window, from the first on.
///
/// Limits   slots_max slots; another device of the same slot takes it, so a large fleet may notice a loop late.
///
/// Threads  any, without a lock.
#include "base/clock.hpp"
#include "base/ip_address.hpp"
#include "base/mac_address.hpp"
#include "config/family/family.hpp"

#include <array>
#include <atomic>
#include <cstdint>
#include <memory>
#include <optional>

namespace offhook::server {

/// A file of its own settings that a device took.
struct OwnTaken {
    MacAddress mac;
    const config::Document* document = nullptr;
    std::uint64_t content = 0; ///< a hash
    std::uint64_t from = 0;    ///< who showed what, or where: those of one are counted together. 0: from wherever
};

/// A device that took the same settings more often than its family may, all of them from one place or with a proof.
struct BootLoop {
    MacAddress mac;
    IpAddress source; ///< of the last
    WallTime first{}; ///< of those that were counted
    std::uint32_t boots = 0;
    /// proven: by its own credentials or certificate. placed: only that they all came from `source`.
    enum class Sender : std::uint8_t { proven, placed } sender = Sender::placed;
};

class BootCounts {
public:
    BootCounts();

    struct Round {
        WallTime first{}; ///< when the window began, up to 4 s late
        std::uint32_t times = 0;
    };
    /// Once in a window, with the first that is more often than its family may, and not faster than it can boot. Else
    /// nullopt.
    [[nodiscard]] std::optional<Round> took(const OwnTaken& taken, const config::LoopLimits& limits, WallTime now);

private:
    static constexpr std::size_t slots_max = 1U << 16U;
    using Slots = std::array<std::atomic<std::uint64_t>, slots_max>;
    std::unique_ptr<Slots>
        slots_; // from the top: 24 bits of who, 16 of which content, 16 of when in 4 s, 8 of how often
};

} // namespace offhook::server
