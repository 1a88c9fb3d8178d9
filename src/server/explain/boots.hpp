#pragma once
/// @file  Boots: a phone's contacts, cut where it began anew.
///
/// Pure. Lifetime: pointers into the events.
#include "catalogue/timeline/timeline_event.hpp"
#include "config/family/family.hpp"

#include <span>
#include <vector>

namespace offhook::server {

/// The contacts of one boot, oldest first; never empty.
using Boot = std::vector<const catalogue::TimelineEvent*>;

/// Oldest first, cut where a phone began anew: after a quiet minute; when it asks for its first image after anything
/// else; when it asks for its first document, or looks for a server, although it had asked for its own settings
/// already. A phone that only keeps its address has not begun anew, however long it was quiet: that belongs to the boot
/// before, and is left out where there is none.
[[nodiscard]] std::vector<Boot> cut_into_boots(std::span<const catalogue::TimelineEvent> newest_first,
                                               const config::Family* family);

} // namespace offhook::server
