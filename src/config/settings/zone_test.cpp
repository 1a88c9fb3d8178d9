#include "config/settings/zone.hpp"

#include <chrono>
#include <date/tz.h>
#include <gtest/gtest.h>

namespace offhook::config {
namespace {

TEST(Zone, ReadsTheRulesPhonesAreTold) {
    const auto berlin = load_zone("Europe/Berlin");
    ASSERT_TRUE(berlin);
    EXPECT_EQ(berlin->offset_seconds, 3600);
    ASSERT_TRUE(berlin->daylight);
    EXPECT_EQ(berlin->daylight->start, (ZoneChange{3, 5, 0, 7200}));
    EXPECT_EQ(berlin->daylight->end, (ZoneChange{10, 5, 0, 10800}));
    EXPECT_EQ(load_zone("America/New_York")->daylight->start, (ZoneChange{3, 2, 0, 7200}));
    EXPECT_EQ(load_zone("America/New_York")->offset_seconds, -18000);
    EXPECT_FALSE(load_zone("Asia/Tokyo")->daylight);
    EXPECT_EQ(load_zone("Australia/Lord_Howe")->daylight->save_seconds, 1800);
    EXPECT_EQ(load_zone("Asia/Kolkata")->offset_seconds, 19800);
}

TEST(Zone, ParsesThePosixFormsOfTheDatabase) {
    for (const char* text : {"UTC0", "<+0330>-3:30", "IST-1GMT0,M10.5.0,M3.5.0/1", "<-03>3<-02>,M3.5.0/-2,M10.5.0/-1",
                             "EET-2EEST,M3.4.4/50,M10.4.4/50"})
        EXPECT_TRUE(parse_posix_zone(text)) << text;
    // Ireland, where winter is the odd one.
    EXPECT_EQ(*parse_posix_zone("IST-1GMT0,M10.5.0,M3.5.0/1"), *parse_posix_zone("GMT0IST,M3.5.0/1,M10.5.0"));
}

TEST(Zone, RejectsWhatIsNoRule) {
    for (const char* text : {"", "CE-1", "CET", "CET-1CEST", "CET-1CEST,M3.5.0", "CET-1CEST,M13.5.0,M10.5.0",
                             "CET-1CEST,M3.6.0,M10.5.0", "CET-1CEST,M3.5.7,M10.5.0", "CET-1CEST,J60,J300", "CET-168",
                             "CET-1CEST,M3.5.0,M10.5.0/3 ", "CET-1CEST,M0.5.0,M10.5.0"})
        EXPECT_FALSE(parse_posix_zone(text)) << text;
    for (const char* name : {"", "Nowhere/City", "../UTC", "/etc/passwd", "zone1970.tab", "Europe"})
        EXPECT_FALSE(load_zone(name)) << name;
}

TEST(Zone, FindsAZoneThatBehavesAlike) {
    for (const char* name : {"Europe/Berlin", "America/New_York", "Europe/London", "Asia/Kolkata", "Australia/Sydney"})
        EXPECT_EQ(find_zone(*load_zone(name)), name);
    EXPECT_EQ(find_zone(*load_zone("Europe/Vienna")), "Europe/Berlin"); // the same rule: the better known name
    ZoneRules odd;
    odd.offset_seconds = 17;
    EXPECT_EQ(find_zone(odd), std::nullopt);
}

TEST(Zone, OfThoseWithoutSummerTimeTheBestKnownIsFound) {
    const struct {
        double hours;
        const char* zone;
    } rows[] = {{-10, "Pacific/Honolulu"},
                {-7, "America/Phoenix"},
                {-6, "America/Mexico_City"},
                {-5, "America/Bogota"},
                {-4, "America/Caracas"},
                {-3, "America/Sao_Paulo"},
                {0, "Etc/UTC"},
                {1, "Africa/Lagos"},
                {2, "Africa/Johannesburg"},
                {3, "Europe/Moscow"},
                {3.5, "Asia/Tehran"},
                {4, "Asia/Dubai"},
                {5, "Asia/Karachi"},
                {5.5, "Asia/Kolkata"},
                {6, "Asia/Dhaka"},
                {7, "Asia/Bangkok"},
                {8, "Asia/Shanghai"},
                {9, "Asia/Tokyo"},
                {9.5, "Australia/Darwin"},
                {10, "Australia/Brisbane"},
                {11, "Pacific/Noumea"},
                {12, "Pacific/Fiji"},
                {13, "Pacific/Tongatapu"}};
    for (const auto& row : rows) {
        ZoneRules rules;
        rules.offset_seconds = static_cast<std::int32_t>(row.hours * 3600);
        EXPECT_EQ(find_zone(rules), row.zone) << row.hours;
    }
    for (const char* name : {"America/Santiago", "America/St_Johns", "Australia/Adelaide", "Pacific/Auckland"})
        EXPECT_EQ(find_zone(*load_zone(name)), name);
}

/// Seconds east of Greenwich that `rules` give at `utc`, in a zone whose changes stay inside the year.
std::int32_t offset_at(const ZoneRules& rules, date::sys_seconds utc) {
    if (!rules.daylight) return rules.offset_seconds;
    const auto year = date::year_month_day(date::floor<date::days>(utc)).year();
    const auto moment = [&](const ZoneChange& change, std::int32_t offset_before) {
        const auto month = date::month(change.month);
        const auto weekday = date::weekday(change.weekday);
        const auto day = change.week == 5 ? date::sys_days(year / month / weekday[date::last])
                                          : date::sys_days(year / month / weekday[change.week]);
        return day + std::chrono::seconds(change.time_seconds - offset_before);
    };
    const auto& daylight = *rules.daylight;
    const auto start = moment(daylight.start, rules.offset_seconds);
    const auto end = moment(daylight.end, rules.offset_seconds + daylight.save_seconds);
    const bool inside = start < end ? (utc >= start && utc < end) : (utc >= start || utc < end);
    return rules.offset_seconds + (inside ? daylight.save_seconds : 0);
}

TEST(Zone, AgreesWithTheDateLibraryThroughEveryHourOfAYear) {
    using namespace std::chrono_literals;
    for (const char* name :
         {"Europe/Berlin", "America/New_York", "Europe/London", "Australia/Sydney", "Asia/Tokyo", "Africa/Cairo",
          "America/Sao_Paulo", "Europe/Dublin", "Australia/Lord_Howe", "America/Santiago", "Pacific/Auckland"}) {
        const auto rules = load_zone(name);
        ASSERT_TRUE(rules) << name;
        const auto* zone = date::locate_zone(name);
        const auto first = date::sys_seconds(date::sys_days(date::year(2031) / 1 / 1));
        for (auto utc = first; utc < first + 365 * 24h; utc += 30min)
            ASSERT_EQ(offset_at(*rules, utc), zone->get_info(utc).offset.count())
                << name << " " << utc.time_since_epoch().count();
    }
}

} // namespace
} // namespace offhook::config
