#pragma once
/// @file  TimerWheel: thousands of deadlines, armed and disarmed in constant time. No clock of its own: time is handed
/// in.
///
/// Shape    spokes in a ring, one tick each; a spoke is a list of the slots whose deadline falls on it in this
/// revolution or
///          a later one.
/// Units    a deadline never passes early, and at most two ticks late when advance() is called every tick.
/// Threads  one: that of its loop.
#include "base/clock.hpp"

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>

namespace offhook::net {

class TimerWheel;

/// One deadline. A session owns one and moves it along as it goes; destroying it disarms it.
/// Shape  intrusive: arming allocates nothing. `on_expired` is called once, disarmed, and may arm again or destroy any
/// slot.
class TimerSlot {
public:
    using Callback = void (*)(void* owner) noexcept;
    TimerSlot(Callback on_expired, void* owner) : on_expired_(on_expired), owner_(owner) {}
    ~TimerSlot() { disarm(); }
    TimerSlot(const TimerSlot&) = delete;
    TimerSlot& operator=(const TimerSlot&) = delete;

    void disarm();
    [[nodiscard]] bool armed() const { return wheel_ != nullptr; }

private:
    friend class TimerWheel;
    Callback on_expired_;
    void* owner_;
    TimerWheel* wheel_ = nullptr;
    TimerSlot* next_ = nullptr;
    TimerSlot** link_ = nullptr; ///< the pointer that points at this slot
    std::uint64_t deadline_tick_ = 0;
};

class TimerWheel {
public:
    explicit TimerWheel(Instant start, std::chrono::milliseconds tick = std::chrono::milliseconds{100});
    /// Requires  every slot disarmed: a session never outlives its loop.
    ~TimerWheel();
    TimerWheel(const TimerWheel&) = delete;
    TimerWheel& operator=(const TimerWheel&) = delete;

    /// Arms, or moves, the slot to expire `delay` after `now`. A delay below zero counts as zero.
    void arm(TimerSlot& slot, Instant now, std::chrono::milliseconds delay);
    /// Calls every slot whose deadline has passed. Time that goes backwards changes nothing.
    void advance(Instant now);

    [[nodiscard]] std::size_t armed() const { return armed_; }
    [[nodiscard]] std::chrono::milliseconds tick() const { return tick_; }

private:
    friend class TimerSlot;
    static constexpr std::size_t spokes = 512; ///< a power of two; 51 s a revolution at 100 ms

    [[nodiscard]] std::uint64_t tick_at(Instant now) const;
    void link(TimerSlot& slot, TimerSlot*& head);
    void visit(TimerSlot*& spoke);

    Instant start_;
    std::chrono::milliseconds tick_;
    std::uint64_t now_tick_ = 0; ///< every spoke up to this tick has been visited
    std::size_t armed_ = 0;
    std::array<TimerSlot*, spokes> spokes_{};
    TimerSlot* pending_ = nullptr; ///< of the spoke being visited, those not looked at yet
};

} // namespace offhook::net
