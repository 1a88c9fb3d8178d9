#pragma once
/// @file  RunningTimers: what a phone's own clock makes it do while it runs, the soonest first.
///
/// The phone's clock may run `speed` times as fast as ours: its timers end so much sooner, and its wall shows it.
/// A timer that is named again before it has ended - the same action for the same reason - keeps its end: a poll a day
/// does not put off an upload every two days.
/// Units   OwnAction::after in the phone's time, a minute at least; Instants in ours, a millisecond away at least.
#include "base/clock.hpp"
#include "phone/running.hpp"

#include <functional>
#include <optional>
#include <vector>

namespace offhook::phone {

class RunningTimers {
public:
    /// `speed` 0 counts as 1.
    RunningTimers(unsigned speed, Instant now, WallTime wall);

    enum class Running : std::uint8_t { kept, forgotten }; ///< forgotten: the phone has restarted
    void set(std::vector<OwnAction> actions, Instant now, Running running);
    /// Until when an action whose timer has ended waits, because the phone is in use; nullopt: it does not.
    using Holds = std::function<std::optional<Instant>(const OwnAction& action, Instant end)>;
    void set_holds(Holds holds) { holds_ = std::move(holds); }
    [[nodiscard]] std::optional<Instant> next() const;
    /// What is due, once.
    [[nodiscard]] std::optional<OwnAction> take_due(Instant now);
    [[nodiscard]] WallTime wall(Instant now) const;

private:
    struct Timer {
        OwnAction action;
        Instant end;
    };
    [[nodiscard]] Instant when(const Timer& timer) const;
    [[nodiscard]] std::vector<Timer>::const_iterator soonest() const;

    unsigned speed_;
    Instant begun_;
    WallTime begun_wall_;
    std::vector<Timer> timers_;
    Holds holds_;
};

} // namespace offhook::phone
