#pragma once
/// @file  Resync: when a running Panasonic phone fetches its files by itself.
///
/// CFG_RESYNC_TIME, a time of day in the phone's own zone, switches off the interval and the retry. The interval counts
/// from start-up.
/// Source  reference: Panasonic 4.4 (time of day, and that it disables the others: G of UT; CFG_RESYNC_DURATION: R).
#include "base/clock.hpp"
#include "base/random.hpp"
#include "phone/boot_report.hpp"
#include "phone/flash.hpp"
#include "phone/running.hpp"

#include <chrono>
#include <string_view>
#include <vector>

namespace offhook::phone::panasonic {

/// Flash::parameters: when the phone started, in seconds since 1970.
inline constexpr std::string_view started_at = "phone.STARTED";

[[nodiscard]] std::vector<OwnAction> resync_actions(const BootReport& report, const Flash& flash, WallTime now,
                                                    Random& random);
/// East of Greenwich, summer time included: LOCAL_TIME_ZONE_POSIX (R: before TIME_ZONE), else TIME_ZONE and DST_*.
[[nodiscard]] std::chrono::seconds local_offset(const Flash& flash, WallTime now);

} // namespace offhook::phone::panasonic
