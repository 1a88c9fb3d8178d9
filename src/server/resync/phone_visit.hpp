#pragma once
/// @file  PhoneVisit: what became of a phone that was told to come - when it did, and how its fetch ended.
///
/// Read from the timeline: what our own NOTIFY left there is no word of the phone's, and its syslog is anybody's.
/// Threads  those of the timeline's query; may wait for a disk.
#include "base/enum_text.hpp"
#include "catalogue/timeline/timeline.hpp"
#include "config/family/family.hpp"

#include <optional>
#include <string>

namespace offhook::server {

struct PhoneVisit {
    /// nothing: it was heard of and asked for no file, as for a report or a DHCP request.
    enum class Fetch : std::uint8_t { nothing, fetched, failed };
    WallTime came;                ///< its first contact
    WallTime last;                ///< its last one so far: files follow each other quickly
    Fetch fetch = Fetch::nothing; ///< so far
    bool is_whole = false;        ///< it has its own settings, and nothing that it needs is missing: nothing can follow
    std::string text = {};        ///< of failed: "site.cfg: refused"
};
inline constexpr EnumText<PhoneVisit::Fetch, 3> phone_fetch_text{{{{PhoneVisit::Fetch::nothing, "nothing"},
                                                                   {PhoneVisit::Fetch::fetched, "fetched"},
                                                                   {PhoneVisit::Fetch::failed, "failed"}}}};

/// What the timeline has of a phone at or after `since`; nullopt: nothing.
[[nodiscard]] std::optional<PhoneVisit> visit_since(catalogue::Timeline& timeline, const config::Families& families,
                                                    MacAddress mac, WallTime since);

} // namespace offhook::server
