#pragma once
/// @file  Marks: the sources that are slowed or shut out, as every request looks them up.
///
/// Shape    open addressing; a mark is a keyed hash of the source, which nobody outside can aim at, and one word of
/// what
///          to do until when.
/// Limits   slot_count marks; a newcomer takes the place of the one of its `probe` slots that ends first.
/// Threads  find() any, without a lock: one load while there are no marks. put() and take() one at a time.
#include "base/clock.hpp"
#include "base/ip_address.hpp"

#include <array>
#include <atomic>
#include <chrono>
#include <cstdint>
#include <memory>

namespace offhook::server {

class Marks {
public:
    /// Zero: no mark. Otherwise the hold of who is slowed; `shut_out` for who is.
    using Hold = std::uint16_t;
    static constexpr Hold shut_out = 0xffff;

    explicit Marks(std::uint64_t seed);

    [[nodiscard]] Hold find(const IpAddress& source, Instant now) const {
        if (count_.load(std::memory_order_relaxed) == 0) return 0;
        return look_up(source, now);
    }
    [[nodiscard]] bool is_empty() const { return count_.load(std::memory_order_relaxed) == 0; }
    void put(const IpAddress& source, Hold hold, Instant until);
    void take(const IpAddress& source);
    void sweep(Instant now); ///< what has ended

private:
    static constexpr std::size_t slot_count = 1U << 13U, probe = 8;
    struct Slot {
        std::atomic<std::uint64_t> key{0};   // 0: free
        std::atomic<std::uint64_t> value{0}; // milliseconds of the end, and the hold in the low 16 bits
    };

    [[nodiscard]] std::uint64_t key_of(const IpAddress& source) const;
    [[nodiscard]] Hold look_up(const IpAddress& source, Instant now) const;

    std::uint64_t seed_;
    std::atomic<std::size_t> count_{0};
    std::unique_ptr<std::array<Slot, slot_count>> slots_;
};

/// What counts as one source: an IPv4 address, or the /64 of an IPv6 one.
[[nodiscard]] IpAddress guarded_source(const IpAddress& address);

} // namespace offhook::server
