#pragma once
/// @file  EventRing: timeline events from one loop to the timeline's writer, without a lock.
///
/// Shape   each event with the instant of its push. Loops tell of a file before they answer, so of one phone's events
///         the earlier instant is the cause, on whatever loop; that holds of all rings read up to one instant.
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

    /// Calls `take(event, pushed_at)` for every event pushed until `until`, oldest first.
    template <class Take>
    std::size_t drain_until(Instant until, Take&& take) {
        const std::uint64_t end = pushed_.load(std::memory_order_acquire);
        const std::uint64_t begin = taken_.load(std::memory_order_relaxed);
        std::uint64_t at = begin;
        for (; at != end && places_[at & mask_].pushed_at <= until; ++at)
            take(places_[at & mask_].event, places_[at & mask_].pushed_at);
        taken_.store(at, std::memory_order_release);
        return static_cast<std::size_t>(at - begin);
    }
    /// Calls `take(event)` for every event that is there, oldest first.
    template <class Take>
    std::size_t drain(Take&& take) {
        return drain_until(Instant::max(), [&](const TimelineEvent& event, Instant) { take(event); });
    }

    [[nodiscard]] std::uint64_t dropped() const { return dropped_.load(std::memory_order_relaxed); }

private:
    struct Place {
        TimelineEvent event;
        Instant pushed_at;
    };
    const std::uint64_t mask_;
    std::unique_ptr<Place[]> places_;
    alignas(64) std::atomic<std::uint64_t> pushed_{0};
    std::uint64_t taken_seen_ = 0; // the pusher's copy of taken_, so that it reads the other's line rarely
    std::atomic<std::uint64_t> dropped_{0};
    alignas(64) std::atomic<std::uint64_t> taken_{0};
};

} // namespace offhook::catalogue
