#pragma once
/// @file  Explain: the last boots of a phone, told in sentences - what was asked, what was served, what is missing,
/// whether that matters and what to do.
///
/// Pure: events in, sentences out. What a file means comes from the family's pack, never from here.
/// Threads  any.
#include "base/clock.hpp"
#include "catalogue/sighting.hpp"
#include "catalogue/snapshot.hpp"
#include "catalogue/timeline/timeline_event.hpp"
#include "config/family/family.hpp"

#include <optional>
#include <set>
#include <span>
#include <string>
#include <vector>

namespace offhook::server {

struct BootStory {
    std::string title; ///< "Boot of 2026-01-31 12:34:56 UTC from 192.0.2.7 (polycom SPIP_650, 2.2.0.0047)"
    std::vector<std::string> sentences; ///< one per file, in order
    std::set<std::string> files_served; ///< kinds that it got whole, or had
    std::set<std::string> files_asked;  ///< kinds
};

struct Explanation {
    std::vector<BootStory> boots;        ///< oldest first
    std::vector<std::string> conclusion; ///< where it stands, and what to do
};

struct ExplainInput {
    MacAddress mac;
    const catalogue::Snapshot* snapshot = nullptr;
    const config::Families* families = nullptr;
    std::span<const catalogue::TimelineEvent> events; ///< newest first, as the timeline gives them
    std::size_t boots_max = 1;
};

[[nodiscard]] Explanation explain(const ExplainInput& input);

} // namespace offhook::server
