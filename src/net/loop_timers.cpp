#include "net/loop_timers.hpp"

namespace offhook::net {

LoopTimers::LoopTimers(const boost::asio::any_io_executor& executor, const Clock& clock, std::chrono::milliseconds tick)
    : clock_(clock), wheel_(clock.instant(), tick), timer_(executor) {}

void LoopTimers::arm(TimerSlot& slot, Instant now, std::chrono::milliseconds delay) {
    wheel_.arm(slot, now, delay);
    if (ticking_) return;
    ticking_ = true;
    wait_a_tick();
}

void LoopTimers::wait_a_tick() {
    timer_.expires_after(wheel_.tick());
    timer_.async_wait([this](const boost::system::error_code& error) {
        if (error) {
            ticking_ = false;
            return;
        }
        wheel_.advance(clock_.instant());
        if (wheel_.armed() == 0)
            ticking_ = false;
        else
            wait_a_tick();
    });
}

} // namespace offhook::net
