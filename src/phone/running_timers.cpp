#include "phone/running_timers.hpp"

#include <algorithm>

namespace offhook::phone {
namespace {

constexpr std::chrono::seconds after_min{60};
constexpr std::chrono::seconds after_max{10 * 365 * 86'400LL};

} // namespace

RunningTimers::RunningTimers(unsigned speed, Instant now, WallTime wall)
    : speed_(std::max(1U, speed)), begun_(now), begun_wall_(wall) {}

void RunningTimers::set(std::vector<OwnAction> actions, Instant now, Running running) {
    std::vector<Timer> timers;
    for (auto& action : actions) {
        const std::chrono::milliseconds after = std::clamp(action.after, after_min, after_max);
        Timer timer{std::move(action), now + (after + std::chrono::milliseconds(speed_ - 1)) / speed_}; // never 0
        const auto is_same = [&](const Timer& other) {
            return other.action.what == timer.action.what && other.action.why == timer.action.why;
        };
        const auto old = std::find_if(timers_.begin(), timers_.end(), is_same);
        if (running == Running::kept && old != timers_.end()) timer.end = std::min(timer.end, old->end);
        timers.push_back(std::move(timer));
    }
    timers_ = std::move(timers);
}

Instant RunningTimers::when(const Timer& timer) const {
    const auto held = holds_ ? holds_(timer.action, timer.end) : std::nullopt;
    return std::max(timer.end, held.value_or(timer.end));
}

std::vector<RunningTimers::Timer>::const_iterator RunningTimers::soonest() const {
    return std::min_element(timers_.begin(), timers_.end(),
                            [this](const Timer& a, const Timer& b) { return when(a) < when(b); });
}

std::optional<Instant> RunningTimers::next() const {
    if (timers_.empty()) return std::nullopt;
    return when(*soonest());
}

std::optional<OwnAction> RunningTimers::take_due(Instant now) {
    const auto timer = soonest();
    if (timer == timers_.end() || when(*timer) > now) return std::nullopt;
    OwnAction action = timer->action;
    timers_.erase(timer);
    return action;
}

WallTime RunningTimers::wall(Instant now) const {
    return begun_wall_ + std::chrono::duration_cast<std::chrono::milliseconds>(now - begun_) * speed_;
}

} // namespace offhook::phone
