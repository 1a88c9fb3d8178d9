#pragma once
/// @file  Macros: what $NAME stands for on this phone, now.
///
/// Source  reference: Linksys 5.2; 2.1 (identity). $IP and $CCERT are "phone.IP" and "phone.CCERT" where they are set,
/// else what state.hpp keeps of the surroundings; $UPGCOND is always true, and how that is written is not known (U).
#include "base/clock.hpp"
#include "config/profile_rule/expansion.hpp"
#include "config/profile_rule/rule_place.hpp"
#include "phone/flash.hpp"
#include "phone/linksys/state.hpp"

#include <string>
#include <string_view>

namespace offhook::phone::linksys {

/// $PRVST: why the phone resyncs (4.3).
enum class ResyncReason : std::uint8_t {
    asked,    ///< -1: its page, its keys, NOTIFY
    reset,    ///< 0: power-up, or a reboot that was asked for
    periodic, ///< 1: the timer, or a trigger
    retry,    ///< 2: after an error
    upgraded  ///< 1 (I): after an attempt to upgrade
};

inline constexpr std::string_view hardware_version = "1.0.2(63e6)";
[[nodiscard]] std::string_view running_version(const Flash& flash);
[[nodiscard]] config::Macros macros_of(const Flash& flash, std::string_view model, const State& state,
                                       ResyncReason reason, WallTime now);
/// $SCHEME, $SERV, $SERVIP, $PORT and $PATH of a transfer, for its messages.
void set_place(config::MacroValues& values, const config::RulePlace& place, std::string_view server_address);

} // namespace offhook::phone::linksys
