#pragma once
/// @file  SourceStory: what came from one address, for a phone whose MAC nobody knows.
///
/// Pure: events in, sentences out.
#include "base/ip_address.hpp"
#include "catalogue/snapshot.hpp"
#include "catalogue/timeline/timeline_event.hpp"
#include "config/family/family.hpp"

#include <span>
#include <string>
#include <vector>

namespace offhook::server {

struct SourceInput {
    IpAddress address;
    const catalogue::Snapshot& snapshot;
    const config::Families& families;
    std::span<const catalogue::TimelineEvent> events; ///< from that address, newest first, of whatever MAC
    bool is_shut_out = false;                         ///< for one protocol at least
};

struct SourceStory {
    std::vector<MacAddress> macs;        ///< that came from there, the last heard of first
    std::vector<std::string> sentences;  ///< what came without telling who, oldest first
    std::vector<std::string> conclusion; ///< who that is or looks like, and what to do
};

[[nodiscard]] SourceStory explain_source(const SourceInput& input);

} // namespace offhook::server
