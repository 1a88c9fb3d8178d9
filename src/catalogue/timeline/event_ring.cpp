#include "catalogue/timeline/event_ring.hpp"

#include "base/assert.hpp"

#include <bit>

namespace offhook::catalogue {

EventRing::EventRing(std::size_t places) : mask_(places - 1), places_(std::make_unique<Place[]>(places)) {
    OFFHOOK_ASSERT(std::has_single_bit(places));
}

bool EventRing::push(const TimelineEvent& event) {
    const std::uint64_t at = pushed_.load(std::memory_order_relaxed);
    if (at - taken_seen_ > mask_) {
        taken_seen_ = taken_.load(std::memory_order_acquire);
        if (at - taken_seen_ > mask_) {
            dropped_.fetch_add(1, std::memory_order_relaxed);
            return false;
        }
    }
    places_[at & mask_] = {event, SystemClock().instant()};
    pushed_.store(at + 1, std::memory_order_release);
    return true;
}

} // namespace offhook::catalogue
