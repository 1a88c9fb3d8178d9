#include "net/timer_wheel.hpp"

#include "base/assert.hpp"

#include <algorithm>

namespace offhook::net {

void TimerSlot::disarm() {
    if (wheel_ == nullptr) return;
    *link_ = next_;
    if (next_ != nullptr) next_->link_ = link_;
    --wheel_->armed_;
    wheel_ = nullptr;
    next_ = nullptr;
    link_ = nullptr;
}

TimerWheel::TimerWheel(Instant start, std::chrono::milliseconds tick) : start_(start), tick_(tick) {
    OFFHOOK_ASSERT(tick.count() > 0);
}

TimerWheel::~TimerWheel() { OFFHOOK_ASSERT(armed_ == 0); }

std::uint64_t TimerWheel::tick_at(Instant now) const {
    return now <= start_ ? 0 : static_cast<std::uint64_t>((now - start_) / tick_);
}

void TimerWheel::arm(TimerSlot& slot, Instant now, std::chrono::milliseconds delay) {
    OFFHOOK_ASSERT(slot.wheel_ == nullptr || slot.wheel_ == this);
    slot.disarm();
    // The tick under way at the deadline has begun before it: only the one after it is surely not early.
    const auto tick = tick_at(now + std::max(delay, std::chrono::milliseconds::zero())) + 1;
    slot.deadline_tick_ = std::max(tick, now_tick_ + 1);
    slot.wheel_ = this;
    link(slot, spokes_[slot.deadline_tick_ % spokes]);
    ++armed_;
}

void TimerWheel::advance(Instant now) {
    const auto target = tick_at(now);
    if (target <= now_tick_) return;
    if (armed_ == 0) {
        now_tick_ = target;
        return;
    }
    // After a long pause one revolution sees every spoke; what is due is due, however late.
    const auto steps = std::min<std::uint64_t>(target - now_tick_, spokes);
    const auto first = now_tick_ + 1;
    now_tick_ = target;
    for (std::uint64_t i = 0; i < steps; ++i) visit(spokes_[(first + i) % spokes]);
}

void TimerWheel::link(TimerSlot& slot, TimerSlot*& head) {
    slot.next_ = head;
    slot.link_ = &head;
    if (head != nullptr) head->link_ = &slot.next_;
    head = &slot;
}

void TimerWheel::visit(TimerSlot*& spoke) {
    // A callback may disarm or destroy any slot, so the ones still to be looked at hang on a list of their own, from
    // which they unlink themselves; it may also arm onto this very spoke, which is a later revolution and not looked at
    // now.
    pending_ = spoke;
    spoke = nullptr;
    if (pending_ != nullptr) pending_->link_ = &pending_;
    while (pending_ != nullptr) {
        TimerSlot& slot = *pending_;
        pending_ = slot.next_;
        if (pending_ != nullptr) pending_->link_ = &pending_;
        if (slot.deadline_tick_ > now_tick_) {
            link(slot, spoke);
            continue;
        }
        slot.wheel_ = nullptr;
        slot.next_ = nullptr;
        slot.link_ = nullptr;
        --armed_;
        slot.on_expired_(slot.owner_);
    }
}

} // namespace offhook::net
