#pragma once
/// @file  Part: a setting, or the piece of one that a family keeps in a parameter of its own.
///
/// Some phones take in one setting as many parameters: a time zone as an offset and the two days of the year on which
/// it changes, codecs as a rank each. A part is such a piece with a name and a type of its own, so that an ordinary row
/// maps it; no code knows any vendor's spelling. Reading collects the parts of a setting and puts it together again.
/// Shape   "time.zone" the whole setting; behind a slash, by the setting's type:
///         zone         offset (seconds), offset.hhmm (+01:00), daylight (boolean), save (seconds), posix (text), and
///         for start and stop
///                      start.month 1..12, start.week 1..5 (5 the last), start.last (boolean), start.weekday 0..6 (0
///                      Sunday), start.time (seconds after midnight), start.hour, start.minute
///         list         rank.X place of X from 1, place.K the K-th (K 1..16), on.X whether X is in it
///         url          scheme, address (what follows "://")
///         time_of_day  hour, minute
///         dial_plan    s0: the parenthesised form of SPA phones, where "S0" dials at once and waiting is the rule
///         text         bits (eight for each byte: a key's length), url (the text, where it is a URL)
///         dial_plan.timeout   per_rule: once for each rule of dial_plan.rules, with '|' between
/// Source  reference sheets: polycom 5.4, panasonic 9, linksys-spa 15, ip8800 8.
#include "base/result.hpp"
#include "config/settings/effective.hpp"
#include "config/settings/zone.hpp"

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace offhook::config {

enum class PartKind : std::uint8_t {
    whole,
    zone_offset,
    zone_hhmm,
    zone_daylight,
    zone_save,
    zone_posix,
    change_month,
    change_week,
    change_last,
    change_weekday,
    change_time,
    change_hour,
    change_minute,
    list_rank,
    list_place,
    list_on,
    url_scheme,
    url_address,
    clock_hour,
    clock_minute,
    plan_s0,
    timeout_per_rule,
    text_bits,
    text_url
};

struct Part {
    PartKind kind = PartKind::whole;
    std::uint8_t argument = 0; ///< change_*: 0 start, 1 stop; list_*: place of the choice; list_place: K - 1

    friend constexpr auto operator<=>(const Part&, const Part&) = default;
};

/// What a row can map: a setting's pattern with a part, and what its values look like.
struct SettingPart {
    std::uint16_t setting = 0;
    Part part;
    SettingType type = SettingType::text;
    std::string_view unit;
    std::int64_t least = 0, most = 0;
    std::string choices;

    [[nodiscard]] const SettingSpec& spec() const { return spec_of({setting, 0}); }
};

/// "line.{n}.user", "time.zone/start.month". Errors: not_found naming what there is.
[[nodiscard]] Result<SettingPart> find_part(std::string_view name);

/// Whether the part can be had from a setting's value.
enum class Taken : std::uint8_t { value, nothing, cannot };

/// The part of `value`, a canonical value that is not empty. `nothing`: this value has no such part (no summer time: no
/// month in which it starts), so the parameter is left out.
[[nodiscard]] Taken take_part(const SettingPart& part, std::string_view value, const Effective& settings,
                              std::string& out);

/// A canonical value for the part itself. Errors: invalid.
[[nodiscard]] Result<std::string> check_part(const SettingPart& part, std::uint16_t index, std::string_view value);

struct PartValue {
    Part part;
    std::string value; ///< as check_part() gave it
};
/// The setting's value from its parts. Errors: invalid, when they do not make one.
[[nodiscard]] Result<std::string> join_parts(SettingKey key, std::span<const PartValue> parts);

/// What of a value is lost when only `parts` of it are told; empty: nothing.
[[nodiscard]] std::string loss_of(SettingKey key, std::string_view value, std::span<const Part> parts);

} // namespace offhook::config
