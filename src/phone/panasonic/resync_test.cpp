#include "phone/panasonic/resync.hpp"

#include <gtest/gtest.h>
#include <set>

namespace offhook::phone::panasonic {
namespace {

using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;

constexpr WallTime noon{std::chrono::sys_days{std::chrono::year{2026} / 1 / 15} + hours(12)}; // of Greenwich
constexpr WallTime summer{std::chrono::sys_days{std::chrono::year{2026} / 7 / 15} + hours(12)};

BootReport report_with(FileOutcome outcome) {
    BootReport report;
    FileRecord file;
    file.outcome = outcome;
    report.files.push_back(file);
    return report;
}
const BootReport good = report_with(FileOutcome::fetched);

std::vector<OwnAction> actions(const Flash& flash, const BootReport& report = good, WallTime now = noon) {
    SeededRandom random(1);
    return resync_actions(report, flash, now, random);
}

TEST(PanasonicResync, DoesNothingByItselfOutOfItsBox) { EXPECT_TRUE(actions(Flash()).empty()); }

TEST(PanasonicResync, CountsItsIntervalFromStartUp) {
    Flash flash;
    flash.parameters = {{"CFG_CYCLIC", "Y"}, {"CFG_CYCLIC_INTVL", "60"}};
    const auto started = [&](minutes ago) {
        const auto at = std::chrono::floor<seconds>(noon - ago);
        flash.parameters[std::string(started_at)] = std::to_string(at.time_since_epoch().count());
        return actions(flash).at(0).after;
    };
    EXPECT_EQ(started(minutes(0)), minutes(60));
    EXPECT_EQ(started(minutes(25)), minutes(35));
    EXPECT_EQ(started(minutes(60)), minutes(60));
    EXPECT_EQ(started(minutes(179)), minutes(1));
    EXPECT_EQ(started(minutes(-5)), minutes(60)) << "a clock that was set back";
    flash.parameters[std::string(started_at)] =
        std::to_string(std::chrono::floor<seconds>(noon).time_since_epoch().count());
    EXPECT_EQ(actions(flash, good, noon + hours(1) - seconds(1)).at(0).after, hours(1) + seconds(1))
        << "it has just fetched: the clock runs ahead of its timer";
    EXPECT_EQ(actions(flash).at(0).what, OwnAction::What::resync);
    flash.parameters["CFG_CYCLIC"] = "N";
    EXPECT_TRUE(actions(flash).empty());
}

TEST(PanasonicResync, TriesAgainAfterADownloadThatFailed) {
    Flash flash;
    for (const auto outcome : {FileOutcome::absent, FileOutcome::denied, FileOutcome::not_usable, FileOutcome::cut_off,
                               FileOutcome::unreachable}) {
        const auto told = actions(flash, report_with(outcome));
        ASSERT_EQ(told.size(), 1U) << file_outcome_text.to_text(outcome);
        EXPECT_EQ(told[0].after, minutes(30));
    }
    EXPECT_TRUE(actions(flash, report_with(FileOutcome::not_changed)).empty());
    EXPECT_EQ(actions(flash, BootReport()).size(), 1U) << "it found no server at all";
    flash.parameters["CFG_RTRY_INTVL"] = "5";
    EXPECT_EQ(actions(flash, BootReport()).at(0).after, minutes(5));
}

TEST(PanasonicResync, ATimeOfDaySwitchesTheOthersOff) {
    Flash flash;
    flash.parameters = {{"CFG_CYCLIC", "Y"}, {"CFG_CYCLIC_INTVL", "60"}, {"CFG_RESYNC_TIME", "13:30"}};
    const auto told = actions(flash, report_with(FileOutcome::absent));
    ASSERT_EQ(told.size(), 1U);
    EXPECT_EQ(told[0].after, minutes(90));
    EXPECT_EQ(told[0].why, "CFG_RESYNC_TIME 13:30");
}

TEST(PanasonicResync, TheTimeOfDayIsThePhonesOwn) {
    const struct {
        std::string time, zone;
        WallTime now;
        seconds after;
    } cases[] = {
        {"13:00", "0", noon, hours(1)},
        {"12:00", "0", noon, hours(24)},
        {"11:59", "0", noon, hours(24) - minutes(1)},
        {"22:00", "540", noon, hours(1)},
        {"06:00", "-420", noon, hours(1)},
        {"00:00", "540", noon, hours(3)},
        {"12:00", "0", noon - seconds(90), seconds(90)},
        {"12:00", "0", noon - seconds(60), minutes(1)},
        {"12:00", "0", noon - seconds(59), hours(24) + seconds(59)}, // a clock that runs ahead of its timer
        {"12:00", "0", noon - seconds(5), hours(24) + seconds(5)},
    };
    for (const auto& each : cases) {
        Flash flash;
        flash.parameters = {{"CFG_RESYNC_TIME", each.time}, {"TIME_ZONE", each.zone}};
        EXPECT_EQ(actions(flash, good, each.now).at(0).after, each.after) << each.time << " " << each.zone;
    }
}

TEST(PanasonicResync, KnowsSummerTime) {
    Flash posix, parts, plain;
    posix.parameters = {{"LOCAL_TIME_ZONE_POSIX", "CET-1CEST,M3.5.0,M10.5.0/3"}, {"TIME_ZONE", "540"}};
    parts.parameters = {{"TIME_ZONE", "60"},
                        {"DST_ENABLE", "Y"},
                        {"DST_START_MONTH", "3"},
                        {"DST_START_ORDINAL_DAY", "5"},
                        {"DST_START_DAY_OF_WEEK", "0"},
                        {"DST_START_TIME", "120"},
                        {"DST_STOP_MONTH", "10"},
                        {"DST_STOP_ORDINAL_DAY", "5"},
                        {"DST_STOP_DAY_OF_WEEK", "0"},
                        {"DST_STOP_TIME", "180"}};
    plain.parameters = {{"TIME_ZONE", "60"}};
    for (const auto* flash : {&posix, &parts}) {
        EXPECT_EQ(local_offset(*flash, noon), hours(1));
        EXPECT_EQ(local_offset(*flash, summer), hours(2));
        const WallTime change{std::chrono::sys_days{std::chrono::year{2026} / 3 / 29} + hours(1)};
        EXPECT_EQ(local_offset(*flash, change - seconds(1)), hours(1));
        EXPECT_EQ(local_offset(*flash, change), hours(2));
        const WallTime back{std::chrono::sys_days{std::chrono::year{2026} / 10 / 25} + hours(1)};
        EXPECT_EQ(local_offset(*flash, back - seconds(1)), hours(2));
        EXPECT_EQ(local_offset(*flash, back), hours(1));
    }
    EXPECT_EQ(local_offset(plain, summer), hours(1));
    Flash south;
    south.parameters = {{"LOCAL_TIME_ZONE_POSIX", "AEST-10AEDT,M10.1.0,M4.1.0/3"}};
    EXPECT_EQ(local_offset(south, noon), hours(11));
    EXPECT_EQ(local_offset(south, summer), hours(10));
    posix.parameters["CFG_RESYNC_TIME"] = "03:00"; // the night before, an hour of it is missing
    const WallTime evening{std::chrono::sys_days{std::chrono::year{2026} / 3 / 28} + hours(20)};
    EXPECT_EQ(actions(posix, good, evening).at(0).after, hours(5));
    posix.parameters["CFG_RESYNC_TIME"] = "02:30"; // never shown in that night
    EXPECT_EQ(actions(posix, good, evening).at(0).after, hours(4) + minutes(30));
    const auto next = actions(posix, good, evening + hours(4) + minutes(30)).at(0).after;
    EXPECT_GE(next, hours(23)) << "and not a minute later once more";
}

TEST(PanasonicResync, SpreadsTheTimeOfDay) {
    Flash flash;
    flash.parameters = {{"CFG_RESYNC_TIME", "13:00"}, {"CFG_RESYNC_DURATION", "10"}};
    std::set<seconds> seen;
    for (unsigned seed = 0; seed < 50; ++seed) {
        SeededRandom random(seed);
        const auto after = resync_actions(good, flash, noon, random).at(0).after;
        EXPECT_GE(after, hours(1));
        EXPECT_LT(after, hours(1) + minutes(10));
        seen.insert(after);
    }
    EXPECT_GT(seen.size(), 20U);
}

TEST(PanasonicResync, DoesNothingWhereProvisioningIsOff) {
    Flash flash;
    flash.parameters = {{"CFG_CYCLIC", "Y"}, {"PROVISION_ENABLE", "N"}};
    EXPECT_TRUE(actions(flash, BootReport()).empty());
}

} // namespace
} // namespace offhook::phone::panasonic
