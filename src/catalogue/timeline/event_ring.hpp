#pragma once
/// @file  EventRing: timeline events from one loop to the timeline's writer, without a lock.
///
/// Limits  a power of two of places; a full ring drops the event and counts it: phones matter more than their history.
/// Threads push() by one thread only (the loop), drain() by one other only (the writer), dropped() by any.
#include "catalogue/timeline/timeline_event.hpp"

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>

namespace offhook::catalogue {

class EventRing {
public:
    /// Requires `places` a power of two.
    explicit EventRing(std::size_t places);

    /// Copies the event in; false, and counted, when the ring is full.
    bool push(const TimelineEvent& event);

    /// Calls `take` for every event that is there, oldest first.
    template <class Take>
    std::size_t drain(Take&& take) {
        const std::uint64_t end = pushed_.load(std::memory_order_acquire);
        const std::uint64_t begin = taken_.load(std::memory_order_relaxed);
        for (std::uint64_t at = begin; at != end; ++at) take(places_[at & mask_]);
        taken_.store(end, std::memory_order_release);
        return static_cast<std::size_t>(end - begin);
    }

    [[nodiscard]] std::uint64_t dropped() const { return dropped_.load(std::memory_order_relaxed); }

private:
    const std::uint64_t mask_;
    std::unique_ptr<TimelineEvent[]> places_;
    alignas(64) std::atomic<std::uint64_t> pushed_{0};
    std::uint64_t taken_seen_ = 0; // the pusher's copy of taken_, so that it reads the other's line rarely
    std::atomic<std::uint64_t> dropped_{0};
    alignas(64) std::atomic<std::uint64_t> taken_{0};
};

} // namespace offhook::catalogue
