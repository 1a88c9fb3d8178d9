#include "phone/linksys/schedule.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace offhook::phone::linksys {
namespace {

using std::chrono::seconds;
using testing::IsEmpty;

constexpr WallTime noon{std::chrono::sys_days{std::chrono::year{2026} / 1 / 15} + std::chrono::hours(12)};

class LinksysSchedule : public testing::Test {
protected:
    LinksysSchedule() {
        flash.model = "SPA942";
        flash.application = StoredImage{"", "5.1.8", "", 0};
    }
    void remember(unsigned failures, State::Synced synced = State::Synced::once) {
        State state = read_state(flash);
        state.synced = synced;
        state.resync_failures = failures;
        state.resynced_at = seconds_since_1970(noon);
        keep_state(state, flash);
    }
    [[nodiscard]] std::vector<OwnAction> actions(WallTime now = noon) {
        SeededRandom random(1);
        return own_actions(flash, now, random);
    }
    /// Of the only action; -1 where there is none.
    [[nodiscard]] std::int64_t after() {
        const auto all = actions();
        EXPECT_LE(all.size(), 1U);
        return all.empty() ? -1 : all[0].after.count();
    }
    Flash flash;
};

TEST_F(LinksysSchedule, ArmsThePeriodicTimerOnlyAfterAFirstSuccess) {
    EXPECT_EQ(after(), -1);
    remember(0);
    EXPECT_EQ(after(), 3600);
    EXPECT_EQ(own_reason(flash), ResyncReason::periodic);
    for (const char* off : {"", "0"}) {
        flash.parameters["Resync_Periodic"] = off;
        EXPECT_EQ(after(), -1) << off;
    }
}

TEST_F(LinksysSchedule, GoesThroughTheErrorList) {
    flash.parameters["Resync_Error_Retry_Delay"] = "600,1800,3600";
    const std::int64_t expected[] = {600, 1800, 3600, 3600};
    for (unsigned failures = 1; failures <= 4; ++failures) {
        remember(failures, State::Synced::never);
        EXPECT_EQ(after(), expected[failures - 1]) << failures;
        EXPECT_EQ(own_reason(flash), ResyncReason::retry);
    }
    remember(0);
    EXPECT_EQ(after(), 3600) << "a success rewinds and arms the periodic timer";
    remember(1);
    EXPECT_EQ(after(), 600);
}

TEST_F(LinksysSchedule, ReadsAZeroRetryAsTheSwitchSays) {
    flash.parameters["Resync_Error_Retry_Delay"] = "0";
    remember(1, State::Synced::never);
    EXPECT_EQ(after(), -1) << "no retry";
    remember(1);
    EXPECT_EQ(after(), 3600) << "a phone that has synced once goes on by its period";
    flash.parameters["phone.ERROR_RETRY_0"] = "at_once";
    EXPECT_EQ(after(), 0);
}

TEST_F(LinksysSchedule, SpreadsItsDelays) {
    remember(0);
    flash.parameters["Resync_Periodic"] = "3600+600";
    for (unsigned seed = 0; seed < 20; ++seed) {
        SeededRandom random(seed);
        const auto one = own_actions(flash, noon, random).at(0).after;
        EXPECT_GE(one, seconds(3600));
        EXPECT_LE(one, seconds(4200));
    }
}

TEST_F(LinksysSchedule, DoesNothingWhereProvisioningIsOff) {
    remember(1);
    flash.parameters["Provision_Enable"] = "No";
    flash.parameters["Resync_Trigger_1"] = "1 eq 1";
    EXPECT_THAT(actions(), IsEmpty());
}

TEST_F(LinksysSchedule, RetriesAnUpgradeEvenSo) {
    flash.parameters["Provision_Enable"] = "No";
    flash.parameters["Upgrade_Error_Retry_Delay"] = "60,120";
    State state;
    for (unsigned failures = 1; failures <= 3; ++failures) {
        state.upgrade_failures = failures;
        keep_state(state, flash);
        EXPECT_EQ(after(), failures == 1 ? 60 : 120);
        EXPECT_EQ(actions().at(0).what, OwnAction::What::upgrade);
    }
    flash.parameters["Upgrade_Enable"] = "No";
    EXPECT_EQ(after(), -1);
}

TEST_F(LinksysSchedule, ATriggerThatHoldsStartsAResync) {
    flash.parameters["Resync_Periodic"] = "0";
    remember(0);
    EXPECT_EQ(after(), -1);
    flash.parameters["Resync_Trigger_2"] = "$SWVER lt 5.2.0";
    EXPECT_EQ(after(), 30) << "the period at which it is looked at";
    flash.parameters["phone.TRIGGER_PERIOD"] = "10";
    EXPECT_EQ(after(), 10);
    flash.parameters["Resync_Trigger_2"] = "# $SWVER lt 5.2.0";
    EXPECT_EQ(after(), -1);
    flash.parameters["Resync_Trigger_2"] = "$SWVER lt";
    EXPECT_EQ(after(), -1) << "one that cannot be read";
}

TEST_F(LinksysSchedule, ATriggerThatCountsHoldsLater) {
    flash.parameters["Resync_Periodic"] = "0";
    flash.parameters["Resync_Trigger_1"] = "$PRVTMR ge 600";
    remember(0);
    EXPECT_EQ(after(), 600);
    EXPECT_EQ(trigger_holds_in(flash, noon + seconds(590)), seconds(30)) << "looked at every 30 s";
    EXPECT_EQ(trigger_holds_in(flash, noon + seconds(700)), seconds(0));
    flash.parameters["Resync_Trigger_2"] = "$PRVTMR gt 100 and $PRVTMR lt 150";
    EXPECT_EQ(after(), 120);
    flash.parameters["Resync_Trigger_1"] = "$PRVTMR ge 90000";
    flash.parameters["Resync_Trigger_2"] = "";
    EXPECT_EQ(after(), -1) << "beyond the day that is looked ahead";
}

TEST_F(LinksysSchedule, TriggersAreAGateWhereTheSwitchSaysSo) {
    remember(0);
    flash.parameters["phone.TRIGGERS"] = "gate";
    EXPECT_EQ(after(), 3600) << "without any";
    flash.parameters["Resync_Trigger_1"] = "1 eq 2";
    EXPECT_EQ(after(), -1);
    flash.parameters["Resync_Trigger_1"] = "1 eq 1";
    EXPECT_EQ(after(), 3600);
}

} // namespace
} // namespace offhook::phone::linksys
