#pragma once
/// @file  LoopTimers: the timer wheel of one loop, driven by one Asio timer, which rests while nothing is armed.
///
/// Threads  that of its loop.
#include "base/clock.hpp"
#include "net/timer_wheel.hpp"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/steady_timer.hpp>

#include <chrono>

namespace offhook::net {

class LoopTimers {
public:
    /// `clock` outlives this.
    LoopTimers(const boost::asio::any_io_executor& executor, const Clock& clock,
               std::chrono::milliseconds tick = std::chrono::milliseconds{100});

    /// `now` as the caller has just read it from the loop's clock: one reading serves everything a request needs.
    void arm(TimerSlot& slot, Instant now, std::chrono::milliseconds delay);
    void arm(TimerSlot& slot, std::chrono::milliseconds delay) { arm(slot, clock_.instant(), delay); }
    [[nodiscard]] Instant now() const { return clock_.instant(); }
    [[nodiscard]] std::size_t armed() const { return wheel_.armed(); }

private:
    void wait_a_tick();

    const Clock& clock_;
    TimerWheel wheel_;
    boost::asio::steady_timer timer_;
    bool ticking_ = false;
};

} // namespace offhook::net
