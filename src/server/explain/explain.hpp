#pragma once
/// @file  Explain: the last boots of a phone, told in sentences - what was asked, what was served, what is missing,
/// whether that matters and what to do.
///
/// Pure: events in, sentences out. What a file means comes from the family's pack, never from here.
/// In parts: event_meaning (what a contact was about), boots (where one begins), boot_story (a sentence for each
/// contact), findings (what went wrong, what was expected, where to change it), phone_statements (what the phone says
/// of that in its own logs), source_story (an address instead of a MAC). Threads  any.
#include "base/clock.hpp"
#include "catalogue/image_hold.hpp"
#include "catalogue/snapshot.hpp"
#include "catalogue/timeline/timeline_event.hpp"
#include "config/family/family.hpp"
#include "server/explain/boot_story.hpp"
#include "server/explain/file_left_out.hpp"
#include "server/explain/findings.hpp"
#include "server/explain/phone_statements.hpp"
#include "server/local_layer.hpp"

#include <span>
#include <string>
#include <vector>

namespace offhook::server {

struct Explanation {
    std::vector<BootStory> boots;        ///< oldest first
    std::vector<std::string> conclusion; ///< where it stands, and what to do
    std::vector<PhoneStatement> logs;    ///< what the phone says itself; their sentences stand in `conclusion`, too
};

/// A directory of which the phone gets a part only.
struct CutDirectory {
    std::string name; ///< of the file
    std::size_t left_out = 0, bytes_max = 0;
};

struct ExplainInput {
    MacAddress mac;
    const catalogue::Snapshot* snapshot = nullptr;
    const config::Families* families = nullptr;
    std::span<const catalogue::TimelineEvent> events; ///< newest first, as the timeline gives them
    std::size_t boots_max = 1;
    /// What came from the phone's address without telling who asks, newest first: failed TLS, wrong tokens.
    std::span<const catalogue::TimelineEvent> unidentified = {};
    const LocalLayer* local = nullptr; ///< what was changed on the phone itself; null: not known
    std::vector<CutDirectory> cut = {};
    std::vector<FileLeftOut> left_out = {};              ///< of its files as they are now
    std::vector<FileLeftOut> doubtful = {};              ///< what stands in them and the phone will hardly follow
    std::span<const UploadedLog> logs = {};              ///< the current one of each kind
    std::vector<catalogue::ImageHold> held = {};         ///< of this device
    std::vector<ToldToCome> told_to_come = {};           ///< by this server: a NOTIFY, or the phone's own page
    std::span<const catalogue::TimelineEvent> said = {}; ///< by syslog, newest first; none of these is in `events`
};

[[nodiscard]] Explanation explain(const ExplainInput& input);

} // namespace offhook::server
