#include "phone/genband/smart_update.hpp"

#include <gtest/gtest.h>

namespace offhook::phone::genband {
namespace {

using namespace std::chrono_literals;
using std::chrono::seconds;

const WallTime noon{std::chrono::seconds{1'767'268'800}}; // 2026-01-01T12:00:00Z

Flash flash_of(std::map<std::string, std::string, std::less<>> parameters) {
    Flash flash;
    for (auto& [name, value] : parameters) flash.parameters[name] = value;
    return flash;
}

TEST(GenbandSmartUpdate, GoesByIntervalByHourOrNotAtAll) {
    const std::string use = "PROVISION.smartup_use", type = "PROVISION.smartup_type",
                      interval = "PROVISION.smartup_interval", time = "PROVISION.smartup_time",
                      zone = "NETTIME.timezone";
    const struct {
        const char* name;
        std::map<std::string, std::string, std::less<>> parameters;
        seconds after; ///< 0: nothing
    } rows[] = {
        {"disabled", {{use, "disable"}, {type, "1"}}, 0s},
        {"an interval", {{type, "1"}, {interval, "7200"}}, 7200s},
        {"the factory's interval", {{type, "1"}}, 3600s},
        {"none", {{type, "1"}, {interval, "0"}}, 0s},
        {"too short to rest", {{type, "1"}, {interval, "5"}}, 60s},
        {"too long", {{type, "1"}, {interval, "99999"}}, 86400s},
        {"out of the box: midnight in Los Angeles", {}, 20h},
        {"in Berlin at four", {{type, "2"}, {time, "4"}, {zone, "25"}}, 15h},
        {"now: tomorrow", {{type, "2"}, {time, "13"}, {zone, "25"}}, 24h},
        {"an index beyond the list is Greenwich", {{time, "13"}, {zone, "70"}}, 1h},
    };
    for (const auto& row : rows) {
        const auto actions = smart_update_actions(flash_of(row.parameters), noon);
        ASSERT_EQ(actions.size(), row.after == 0s ? 0U : 1U) << row.name;
        if (actions.empty()) continue;
        EXPECT_EQ(actions[0].after, row.after) << row.name;
        EXPECT_EQ(actions[0].what, OwnAction::What::check);
    }
}

TEST(GenbandSmartUpdate, KnowsThePhonesZones) {
    EXPECT_EQ(zone_offset(3), -8h);
    EXPECT_EQ(zone_offset(25), 1h);
    EXPECT_EQ(zone_offset(15), -210min);
    EXPECT_EQ(zone_offset(48), 330min);
    EXPECT_EQ(zone_offset(67), 11h);
    EXPECT_EQ(zone_offset(0), 0min);
    EXPECT_EQ(zone_offset(68), 0min);
}

} // namespace
} // namespace offhook::phone::genband
