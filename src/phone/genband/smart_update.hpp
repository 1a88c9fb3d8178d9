#pragma once
/// @file  Smart update: when a running GENBAND phone fetches by itself.
///
/// smartup_use; smartup_type 1: every smartup_interval seconds, 2: each day at the hour smartup_time of the phone's
/// zone. Units   the zone is NETTIME.timezone, an index of the phone's own list (of the LIP-68xx: the 88xx may have
/// another);
///         summer time is not counted.
/// Source  reference: IP88xx 3 (timers: C), 8 (fields, list).
#include "base/clock.hpp"
#include "phone/flash.hpp"
#include "phone/running.hpp"

#include <chrono>
#include <vector>

namespace offhook::phone::genband {

[[nodiscard]] std::vector<OwnAction> smart_update_actions(const Flash& flash, WallTime now);
/// East of Greenwich; 0 for what is no index.
[[nodiscard]] std::chrono::minutes zone_offset(unsigned index);

} // namespace offhook::phone::genband
