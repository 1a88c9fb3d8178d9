#pragma once
/// @file  Zone: what a phone can be told about a time zone - an offset and the yearly rule of daylight saving.
///
/// Phones know no IANA names. The rule is read from the footer of the zone's TZif file, which says how the zone goes on
/// for ever: "CET-1CEST,M3.5.0,M10.5.0/3". Limits  only rules of the form Mm.w.d; a zone whose footer says otherwise
/// has no rule and is refused by name. Source  RFC 8536 3.3 (footer, hours -167..167), POSIX.1-2017 8.3 (TZ). The
/// system's zone database is the authority.
#include "base/result.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace offhook::config {

/// The moment of a yearly change, in local time before the change.
struct ZoneChange {
    std::uint8_t month = 0;           ///< 1..12
    std::uint8_t week = 0;            ///< 1..5 of the month; 5: the last
    std::uint8_t weekday = 0;         ///< 0 Sunday .. 6 Saturday
    std::int32_t time_seconds = 7200; ///< after local midnight; may be negative or past a day

    friend bool operator==(const ZoneChange&, const ZoneChange&) = default;
};

struct DaylightSaving {
    std::int32_t save_seconds = 3600; ///< added to the standard offset
    ZoneChange start, end;

    friend bool operator==(const DaylightSaving&, const DaylightSaving&) = default;
};

struct ZoneRules {
    std::int32_t offset_seconds = 0; ///< east of Greenwich, standard time
    std::optional<DaylightSaving> daylight;
    std::string posix; ///< the footer as it stands, for phones that take it

    friend bool operator==(const ZoneRules& a, const ZoneRules& b) {
        return a.offset_seconds == b.offset_seconds && a.daylight == b.daylight;
    }
};

/// Errors: invalid.
[[nodiscard]] Result<ZoneRules> parse_posix_zone(std::string_view text);
/// "Europe/Berlin". Errors: not_found when the system's zone database has no such zone; invalid for one without a rule.
[[nodiscard]] Result<ZoneRules> load_zone(std::string_view name);
/// The best known zone that behaves like `rules` from now on, for reading a phone's file back. Nullopt: none does.
[[nodiscard]] std::optional<std::string> find_zone(const ZoneRules& rules);

} // namespace offhook::config
