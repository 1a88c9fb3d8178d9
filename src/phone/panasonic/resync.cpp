#include "phone/panasonic/resync.hpp"

#include "base/text.hpp"
#include "config/settings/zone.hpp"
#include "phone/panasonic/generation.hpp"

#include <algorithm>
#include <fmt/format.h>

namespace offhook::phone::panasonic {
namespace {

using std::chrono::minutes;
using std::chrono::seconds;
using LocalTime = std::chrono::local_seconds;

constexpr seconds rest_min{60}; // OwnAction: less would be no rest

minutes minutes_of(const Flash& flash, std::string_view name) {
    return minutes(to_number<unsigned>(in_force(flash, name)).value_or(0));
}

template <class T>
T number_or(const Flash& flash, std::string_view name, T otherwise) {
    return to_number<T>(flash.parameter(name)).value_or(otherwise);
}

config::ZoneChange change_of(const Flash& flash, std::string_view which) {
    const auto part = [&](std::string_view name, unsigned otherwise, unsigned most) {
        const auto number = number_or<unsigned>(flash, fmt::format("DST_{}_{}", which, name), otherwise);
        return static_cast<std::uint8_t>(std::min(number, most));
    };
    config::ZoneChange change;
    change.month = std::max<std::uint8_t>(1, part("MONTH", 1, 12));
    change.week = std::max<std::uint8_t>(1, part("ORDINAL_DAY", 1, 5));
    change.weekday = part("DAY_OF_WEEK", 0, 6);
    change.time_seconds = 60 * static_cast<std::int32_t>(
                                   std::min(1439U, number_or<unsigned>(flash, fmt::format("DST_{}_TIME", which), 120)));
    return change;
}

config::ZoneRules rules_of(const Flash& flash) {
    const auto posix = in_force(flash, "LOCAL_TIME_ZONE_POSIX");
    if (!posix.empty())
        if (auto rules = config::parse_posix_zone(posix)) return *rules;
    config::ZoneRules rules;
    rules.offset_seconds = 60 * to_number<std::int32_t>(in_force(flash, "TIME_ZONE")).value_or(0);
    if (!is_yes(in_force(flash, "DST_ENABLE"))) return rules;
    const auto save = 60 * to_number<std::int32_t>(in_force(flash, "DST_OFFSET")).value_or(60);
    rules.daylight = config::DaylightSaving{save, change_of(flash, "START"), change_of(flash, "STOP")};
    return rules;
}

LocalTime moment_of(const config::ZoneChange& change, std::chrono::year year) {
    using namespace std::chrono;
    const month month{change.month};
    const weekday day{change.weekday};
    const local_days date =
        change.week == 5 ? local_days(year / month / day[last]) : local_days(year / month / day[change.week]);
    return LocalTime(date) + seconds(change.time_seconds);
}

/// At a moment of Greenwich.
seconds offset_at(const config::ZoneRules& rules, std::chrono::sys_seconds now) {
    const seconds standard(rules.offset_seconds);
    if (!rules.daylight) return standard;
    const seconds save(rules.daylight->save_seconds);
    const LocalTime local((now + standard).time_since_epoch());
    const auto year = std::chrono::year_month_day(std::chrono::floor<std::chrono::days>(local)).year();
    const LocalTime start = moment_of(rules.daylight->start, year);
    const LocalTime end = moment_of(rules.daylight->end, year) - save; // its clock shows summer time
    const bool is_summer = start < end ? local >= start && local < end : local >= start || local < end;
    return is_summer ? standard + save : standard;
}

/// Until the clock on the wall shows this time of day; the next day's where that is nearer than rest_min, or a clock
/// that runs a little ahead of its timer would fetch twice.
seconds until_time(const config::ZoneRules& rules, seconds time_of_day, std::chrono::sys_seconds now) {
    const LocalTime local((now + offset_at(rules, now)).time_since_epoch());
    LocalTime target = std::chrono::floor<std::chrono::days>(local) + time_of_day;
    for (;; target += std::chrono::days(1)) { // ends: each round adds a day, less an hour or two of summer time
        const auto shown = std::chrono::sys_seconds(target.time_since_epoch());
        const auto guess = shown - offset_at(rules, now);
        const seconds after = shown - offset_at(rules, guess) - now;
        if (after >= rest_min) return after;
    }
}

OwnAction by_time_of_day(const Flash& flash, std::string_view time, std::chrono::sys_seconds now, Random& random) {
    const auto hours = to_number<unsigned>(time.substr(0, 2)).value_or(0);
    const auto past = to_number<unsigned>(time.substr(3)).value_or(0);
    seconds after = until_time(rules_of(flash), std::chrono::hours(hours) + minutes(past), now);
    std::string why = fmt::format("CFG_RESYNC_TIME {}", time);
    const seconds spread = minutes_of(flash, "CFG_RESYNC_DURATION");
    if (spread.count() > 0) {
        after += seconds(random.below(static_cast<std::uint64_t>(spread.count())));
        why += fmt::format(", spread over CFG_RESYNC_DURATION of {} min", spread.count() / 60);
    }
    return {OwnAction::What::resync, after, std::move(why)};
}

OwnAction by_interval(const Flash& flash, minutes interval, std::chrono::sys_seconds now) {
    const auto started = number_or<std::int64_t>(flash, started_at, now.time_since_epoch().count());
    const seconds runs = std::max(seconds(0), seconds(now.time_since_epoch().count() - started));
    seconds after = seconds(interval) - runs % seconds(interval);
    if (after < rest_min) after += interval; // as until_time(): the moment is as good as here
    return {OwnAction::What::resync, after,
            fmt::format("CFG_CYCLIC_INTVL, every {} min from start-up on", interval.count())};
}

bool has_failed(const BootReport& report) {
    return std::any_of(report.files.begin(), report.files.end(), [](const FileRecord& file) {
        return file.direction == Direction::get && file.outcome != FileOutcome::fetched &&
               file.outcome != FileOutcome::not_changed;
    });
}

} // namespace

seconds local_offset(const Flash& flash, WallTime now) {
    return offset_at(rules_of(flash), std::chrono::floor<seconds>(now));
}

std::vector<OwnAction> resync_actions(const BootReport& report, const Flash& flash, WallTime now, Random& random) {
    const auto at = std::chrono::floor<seconds>(now);
    if (!is_yes(in_force(flash, "PROVISION_ENABLE"))) return {};
    const auto time = in_force(flash, "CFG_RESYNC_TIME");
    if (time.size() == 5) return {by_time_of_day(flash, time, at, random)};
    std::vector<OwnAction> actions;
    const auto interval = minutes_of(flash, "CFG_CYCLIC_INTVL");
    if (is_yes(in_force(flash, "CFG_CYCLIC")) && interval.count() > 0)
        actions.push_back(by_interval(flash, interval, at));
    const auto retry = minutes_of(flash, "CFG_RTRY_INTVL");
    const bool lacks_server = report.discovery.address.empty() && report.files.empty();
    if ((has_failed(report) || lacks_server) && retry.count() > 0)
        actions.push_back({OwnAction::What::resync, retry,
                           fmt::format("CFG_RTRY_INTVL, {} min after a download that failed", retry.count())});
    return actions;
}

} // namespace offhook::phone::panasonic
