#include "config/family/zone_part.hpp"

#include "base/text.hpp"

#include <algorithm>
#include <cstdlib>
#include <unordered_map>

namespace offhook::config {
namespace {

constexpr std::size_t zones_kept_max = 512;
constexpr std::uint8_t week_last = 5;
constexpr std::int32_t hour_seconds = 3600, minute_seconds = 60, day_seconds = 86400;

struct ZonePart {
    std::string_view name;
    PartKind kind;
    SettingType type;
    std::int64_t least, most;
};
constexpr ZonePart zone_parts[] = {
    {"offset", PartKind::zone_offset, SettingType::number, -86400, 86400},
    {"offset.hhmm", PartKind::zone_hhmm, SettingType::text, 0, 0},
    {"daylight", PartKind::zone_daylight, SettingType::boolean, 0, 0},
    {"save", PartKind::zone_save, SettingType::number, -86400, 86400},
    {"posix", PartKind::zone_posix, SettingType::text, 0, 0},
};
constexpr ZonePart change_parts[] = {
    {"month", PartKind::change_month, SettingType::number, 1, 12},
    {"week", PartKind::change_week, SettingType::number, 1, 5},
    {"last", PartKind::change_last, SettingType::boolean, 0, 0},
    {"weekday", PartKind::change_weekday, SettingType::number, 0, 6},
    {"time", PartKind::change_time, SettingType::number, -604800, 604800},
    {"hour", PartKind::change_hour, SettingType::number, 0, 23},
    {"minute", PartKind::change_minute, SettingType::number, 0, 59},
};

/// Null for a zone that has no rule. The zone database is a directory of files: too slow to ask for each phone.
const ZoneRules* rules_of(std::string_view zone) {
    thread_local std::unordered_map<std::string, Result<ZoneRules>> kept;
    thread_local std::string key; // its capacity stays
    key = zone;
    auto found = kept.find(key);
    if (found == kept.end()) {
        if (kept.size() >= zones_kept_max) kept.clear();
        found = kept.emplace(key, load_zone(zone)).first;
    }
    return found->second ? &*found->second : nullptr;
}

std::string hhmm(std::int32_t seconds) {
    const auto two = [](std::int32_t number) { return (number < 10 ? "0" : "") + std::to_string(number); };
    const std::int32_t minutes = std::abs(seconds) / minute_seconds;
    return (seconds < 0 ? "-" : "+") + two(minutes / 60) + ":" + two(minutes % 60);
}

std::optional<std::int32_t> seconds_of_hhmm(std::string_view text) {
    const bool shape = text.size() == 6 && (text[0] == '+' || text[0] == '-') && text[3] == ':';
    const auto hours = to_number<unsigned>(shape ? text.substr(1, 2) : std::string_view());
    const auto minutes = to_number<unsigned>(shape ? text.substr(4) : std::string_view());
    if (!hours || !minutes || *hours > 24 || *minutes > 59) return std::nullopt;
    const auto seconds = static_cast<std::int32_t>(*hours * hour_seconds + *minutes * minute_seconds);
    return text[0] == '-' ? -seconds : seconds;
}

Taken take_change(Part part, const ZoneChange& change, std::string& out) {
    const bool in_day = change.time_seconds >= 0 && change.time_seconds < day_seconds;
    switch (part.kind) {
    case PartKind::change_month:
        out = std::to_string(change.month);
        break;
    case PartKind::change_week:
        out = std::to_string(change.week);
        break;
    case PartKind::change_last:
        out = change.week == week_last ? "yes" : "no";
        break;
    case PartKind::change_weekday:
        out = std::to_string(change.weekday);
        break;
    case PartKind::change_time:
        out = std::to_string(change.time_seconds);
        break;
    case PartKind::change_hour: // outside the day: the nearest hour in it, and zone_loss() says so
        out = std::to_string(std::clamp(change.time_seconds, 0, day_seconds - hour_seconds) / hour_seconds);
        break;
    default:
        out = in_day ? std::to_string(change.time_seconds % hour_seconds / minute_seconds) : "0";
        break;
    }
    return Taken::value;
}

void read_change(const PartValue& part, ZoneChange& change) {
    const auto number = to_number<std::int32_t>(part.value).value_or(0);
    switch (part.part.kind) {
    case PartKind::change_month:
        change.month = static_cast<std::uint8_t>(number);
        break;
    case PartKind::change_week:
        change.week = static_cast<std::uint8_t>(number);
        break;
    case PartKind::change_last: // beats the week, whichever stands first: join_zone() comes to it last
        if (part.value == "yes") change.week = week_last;
        break;
    case PartKind::change_weekday:
        change.weekday = static_cast<std::uint8_t>(number);
        break;
    case PartKind::change_time:
        change.time_seconds = number;
        break;
    case PartKind::change_hour:
        change.time_seconds += number * hour_seconds;
        break;
    default:
        change.time_seconds += number * minute_seconds;
        break;
    }
}

} // namespace

bool find_zone_part(std::string_view name, SettingPart& out) {
    const auto set = [&](const ZonePart& row, std::uint8_t argument) {
        out.part = {row.kind, argument};
        out.type = row.type;
        out.least = row.least;
        out.most = row.most;
        const bool seconds =
            row.kind == PartKind::zone_offset || row.kind == PartKind::zone_save || row.kind == PartKind::change_time;
        if (seconds) out.unit = "seconds";
        return true;
    };
    for (const ZonePart& row : zone_parts)
        if (row.name == name) return set(row, 0);
    const bool start = name.starts_with("start."), stop = name.starts_with("stop.");
    if (!start && !stop) return false;
    for (const ZonePart& row : change_parts)
        if (row.name == name.substr(start ? 6 : 5)) return set(row, stop ? 1 : 0);
    return false;
}

Taken take_zone_part(Part part, std::string_view zone, std::string& out) {
    const ZoneRules* rules = rules_of(zone);
    if (rules == nullptr) return Taken::cannot;
    switch (part.kind) {
    case PartKind::zone_offset:
        out = std::to_string(rules->offset_seconds);
        return Taken::value;
    case PartKind::zone_hhmm:
        if (rules->offset_seconds % minute_seconds != 0) return Taken::cannot;
        out = hhmm(rules->offset_seconds);
        return Taken::value;
    case PartKind::zone_daylight:
        out = rules->daylight ? "yes" : "no";
        return Taken::value;
    case PartKind::zone_posix:
        out = rules->posix;
        return Taken::value;
    default:
        break;
    }
    if (!rules->daylight) return Taken::nothing;
    if (part.kind == PartKind::zone_save) {
        out = std::to_string(rules->daylight->save_seconds);
        return Taken::value;
    }
    return take_change(part, part.argument == 0 ? rules->daylight->start : rules->daylight->end, out);
}

Result<std::string> join_zone(std::span<const PartValue> parts) {
    ZoneRules rules;
    DaylightSaving daylight;
    daylight.start.time_seconds = daylight.end.time_seconds = 0;
    std::vector<PartValue> lasts;
    bool has_offset = false, has_changes = false, has_time = false, off = false;
    for (const PartValue& part : parts) {
        if (part.part.kind == PartKind::zone_posix) {
            const auto posix = parse_posix_zone(part.value);
            if (!posix) return tl::unexpected(posix.error());
            const auto zone = find_zone(*posix);
            if (!zone) return fail(ErrorCode::invalid, "no time zone behaves like '" + printable(part.value, 80) + "'");
            return *zone;
        }
        if (part.part.kind == PartKind::zone_offset) {
            rules.offset_seconds = to_number<std::int32_t>(part.value).value_or(0);
            has_offset = true;
        } else if (part.part.kind == PartKind::zone_hhmm) {
            const auto seconds = seconds_of_hhmm(part.value);
            if (!seconds)
                return fail(ErrorCode::invalid, "'" + printable(part.value, 20) + "' is no offset such as +01:00");
            rules.offset_seconds = *seconds;
            has_offset = true;
        } else if (part.part.kind == PartKind::zone_daylight) {
            off = part.value == "no";
        } else if (part.part.kind == PartKind::zone_save) {
            daylight.save_seconds = to_number<std::int32_t>(part.value).value_or(0);
        } else if (part.part.kind == PartKind::change_last) {
            lasts.push_back(part);
        } else {
            read_change(part, part.part.argument == 0 ? daylight.start : daylight.end);
            has_changes = has_changes || part.part.kind == PartKind::change_month;
            has_time = has_time || part.part.kind == PartKind::change_hour || part.part.kind == PartKind::change_time;
        }
    }
    for (const PartValue& part : lasts) read_change(part, part.part.argument == 0 ? daylight.start : daylight.end);
    if (!has_offset) return fail(ErrorCode::invalid, "a time zone needs its offset from Greenwich");
    if (!has_time) daylight.start.time_seconds = daylight.end.time_seconds = 2 * hour_seconds;
    if (has_changes && !off) rules.daylight = daylight;
    const auto zone = find_zone(rules);
    if (!zone)
        return fail(ErrorCode::invalid, "no time zone of today is " + std::to_string(rules.offset_seconds) +
                                            " s from Greenwich with these changes");
    return *zone;
}

std::string zone_loss(std::string_view zone, std::span<const Part> parts) {
    const auto told = [&](PartKind kind) {
        return std::any_of(parts.begin(), parts.end(), [&](const Part& part) { return part.kind == kind; });
    };
    const ZoneRules* rules = rules_of(zone);
    if (rules == nullptr || told(PartKind::whole) || told(PartKind::zone_posix) || !rules->daylight) return {};
    if (!told(PartKind::change_month)) return "summer time cannot be told to this family";
    if (rules->daylight->save_seconds != hour_seconds && !told(PartKind::zone_save))
        return "summer time that is not one hour cannot be told to this family";
    for (const ZoneChange& change : {rules->daylight->start, rules->daylight->end}) {
        if (told(PartKind::change_time)) continue;
        const bool whole_hour = change.time_seconds % hour_seconds == 0 || told(PartKind::change_minute);
        if (change.time_seconds < 0 || change.time_seconds >= day_seconds || !whole_hour)
            return "the hour of a clock change cannot be told to this family exactly";
    }
    return {};
}

} // namespace offhook::config
