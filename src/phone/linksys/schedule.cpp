#include "phone/linksys/schedule.hpp"

#include "config/profile_rule/condition.hpp"
#include "config/profile_rule/delay_list.hpp"
#include "phone/linksys/parameters.hpp"
#include "phone/linksys/switches.hpp"

#include <algorithm>
#include <fmt/format.h>

namespace offhook::phone::linksys {
namespace {

using std::chrono::seconds;

constexpr seconds looks_ahead{86'400};
constexpr std::string_view triggers[] = {"Resync_Trigger_1", "Resync_Trigger_2"};

config::DelayList delays_of(const Flash& flash, std::string_view name) {
    auto list = config::parse_delay_list(in_force(flash, name));
    return list ? std::move(*list) : config::DelayList{};
}

/// One that cannot be read, or is empty, holds never.
bool is_true(std::string_view trigger, const Flash& flash, const config::Macros& macros, const Switches& switches) {
    const auto expansion = config::expand_rule(trigger, {macros.values}, switches.rules);
    const auto condition = config::parse_trigger(expansion, switches.rules);
    return condition && !condition->comparisons.empty() &&
           config::holds(*condition, running_version(flash), switches.rules);
}

std::optional<OwnAction> retry(const Flash& flash, const State& state, const Switches& switches, Random& random) {
    if (state.resync_failures == 0) return std::nullopt;
    const auto list = delays_of(flash, "Resync_Error_Retry_Delay");
    const auto after = list.delay(state.resync_failures - 1, random);
    if (after)
        return OwnAction{OwnAction::What::resync, *after,
                         fmt::format("Resync_Error_Retry_Delay, after failure {}", state.resync_failures)};
    const bool is_at_once = switches.error_retry_0 == Switches::ErrorRetry0::at_once && !list.elements.empty();
    if (!is_at_once) return std::nullopt;
    return OwnAction{OwnAction::What::resync, seconds(0), "Resync_Error_Retry_Delay 0 (phone.ERROR_RETRY_0 at_once)"};
}

} // namespace

std::optional<seconds> trigger_holds_in(const Flash& flash, WallTime now) {
    const Switches switches = read_switches(flash);
    const State state = read_state(flash);
    std::optional<seconds> soonest;
    for (const auto name : triggers) {
        const auto trigger = in_force(flash, name);
        if (trigger.empty()) continue;
        const bool counts = trigger.find("TMR") != std::string_view::npos;
        const seconds horizon = counts ? soonest.value_or(looks_ahead) : seconds(0);
        for (seconds at{0}; at <= horizon; at += switches.trigger_period) {
            const auto macros = macros_of(flash, flash.model, state, ResyncReason::periodic, now + at);
            if (!is_true(trigger, flash, macros, switches)) continue;
            soonest = std::min(soonest.value_or(at), at);
            break;
        }
    }
    return soonest;
}

std::vector<OwnAction> own_actions(const Flash& flash, WallTime now, Random& random) {
    const Switches switches = read_switches(flash);
    const State state = read_state(flash);
    std::vector<OwnAction> actions;
    if (is_on(flash, "Upgrade_Enable") && state.upgrade_failures > 0)
        if (const auto after = delays_of(flash, "Upgrade_Error_Retry_Delay").delay(state.upgrade_failures - 1, random))
            actions.push_back({OwnAction::What::upgrade, *after,
                               fmt::format("Upgrade_Error_Retry_Delay, after failure {}", state.upgrade_failures)});
    if (!is_on(flash, "Provision_Enable")) return actions;
    const auto trigger = trigger_holds_in(flash, now);
    if (auto action = retry(flash, state, switches, random)) {
        actions.push_back(std::move(*action));
    } else if (state.synced == State::Synced::once) {
        const bool is_blocked = switches.triggers == Switches::Triggers::gate && trigger != seconds(0) &&
                                !(in_force(flash, triggers[0]).empty() && in_force(flash, triggers[1]).empty());
        const auto after = delays_of(flash, "Resync_Periodic").delay(0, random);
        if (after && !is_blocked)
            actions.push_back({OwnAction::What::resync, *after,
                               fmt::format("Resync_Periodic {}", in_force(flash, "Resync_Periodic"))});
    }
    if (trigger && switches.triggers == Switches::Triggers::start)
        actions.push_back(
            {OwnAction::What::resync, std::max(*trigger, switches.trigger_period), "a Resync_Trigger holds"});
    return actions;
}

ResyncReason own_reason(const Flash& flash) {
    return read_state(flash).resync_failures > 0 ? ResyncReason::retry : ResyncReason::periodic;
}

} // namespace offhook::phone::linksys
