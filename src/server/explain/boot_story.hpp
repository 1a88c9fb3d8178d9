#pragma once
/// @file  BootStory: one boot as sentences, one for each contact.
///
/// Pure.
#include "server/explain/boots.hpp"

#include <set>
#include <string>
#include <vector>

namespace offhook::server {

struct BootStory {
    std::string title; ///< "Boot of 2026-01-31 12:34:56 UTC from 192.0.2.7 (polycom SPIP_650, 2.2.0.0047)"
    std::vector<std::string> sentences; ///< one per file, in order
    std::set<std::string> files_served; ///< kinds that it got whole, or had
    std::set<std::string> files_asked;  ///< kinds
};

[[nodiscard]] BootStory tell(const Boot& boot, const config::Family* family);
/// One contact, with its time of day.
[[nodiscard]] std::string sentence(const catalogue::TimelineEvent& event, const config::Family* family);

} // namespace offhook::server
