#pragma once
/// @file  Schedule: what a running Linksys SPA phone does by its own clock.
///
/// A success arms the periodic timer and rewinds the lists; a failure arms the error timer, from its list. Triggers are
/// looked at every Switches::trigger_period.
/// Source  reference: Linksys 4.2, 4.3 (rules: G, composition: I), 13 (upgrades), 19.
#include "base/clock.hpp"
#include "base/random.hpp"
#include "phone/flash.hpp"
#include "phone/linksys/macros.hpp"
#include "phone/running.hpp"

#include <chrono>
#include <optional>
#include <vector>

namespace offhook::phone::linksys {

[[nodiscard]] std::vector<OwnAction> own_actions(const Flash& flash, WallTime now, Random& random);

/// Of both triggers, the first moment from now on at which one holds, a day ahead at the most. What a phone counts
/// ($PRVTMR, $UPGTMR) goes on meanwhile, everything else stays as it is.
[[nodiscard]] std::optional<std::chrono::seconds> trigger_holds_in(const Flash& flash, WallTime now);

/// Why a phone that was woken by its own clock resyncs.
[[nodiscard]] ResyncReason own_reason(const Flash& flash);

} // namespace offhook::phone::linksys
