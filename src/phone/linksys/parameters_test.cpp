#include "phone/linksys/parameters.hpp"

#include "phone/linksys/state.hpp"

#include <gtest/gtest.h>

namespace offhook::phone::linksys {
namespace {

TEST(LinksysParameters, ComeFromTheFactory) {
    Flash flash;
    EXPECT_EQ(in_force(flash, "Profile_Rule"), "/spa$PSN.cfg");
    EXPECT_EQ(in_force(flash, "Forced_Resync_Delay"), "14400");
    EXPECT_EQ(seconds_of(flash, "Resync_Random_Delay"), std::chrono::seconds(2));
    EXPECT_TRUE(is_on(flash, "Upgrade_Enable"));
    EXPECT_EQ(in_force(flash, "GPP_A"), "");
    flash.parameters["Profile_Rule"] = "";
    EXPECT_EQ(in_force(flash, "Profile_Rule"), "") << "emptied is not the factory's";
}

TEST(LinksysParameters, AreSetWhereTheyCanBe) {
    Flash flash;
    const struct {
        const char *name, *value;
        Setting setting;
    } cases[] = {
        {"Resync_Periodic", "3600", Setting::same}, // as from the factory
        {"Resync_Periodic", "600,1800,3600+600", Setting::changed},
        {"Resync_Periodic", "often", Setting::refused},
        {"Resync_Periodic", "", Setting::changed},
        {"Provision_Enable", "yes", Setting::changed}, // another spelling
        {"Provision_Enable", "0", Setting::changed},
        {"Provision_Enable", "maybe", Setting::refused},
        {"Forced_Resync_Delay", "-1", Setting::refused},
        {"GPP_A", "", Setting::same},
        {"GPP_A", "x", Setting::changed},
        {"GPP_A", "x", Setting::same},
        {"Log_Resync_Request_Msg", "", Setting::changed},
        {"phone.SYNCED", "once", Setting::refused},
        {"", "x", Setting::refused},
    };
    for (const auto& each : cases)
        EXPECT_EQ(set_parameter(flash, each.name, each.value), each.setting) << each.name << " " << each.value;
    EXPECT_EQ(set_parameter(flash, "X", std::string(5000, 'x')), Setting::refused);
    EXPECT_FALSE(is_on(flash, "Provision_Enable"));
}

TEST(LinksysState, IsInFlash) {
    Flash flash;
    State state = read_state(flash);
    EXPECT_EQ(state.synced, State::Synced::never);
    state.synced = State::Synced::once;
    state.resync_failures = 3;
    state.resynced_at = 12;
    state.upgrade_error = "http_get failed";
    state.upgrade_done = "rule\nurl";
    keep_state(state, flash);
    const State read = read_state(*flash_from_json(flash_to_json(flash)));
    EXPECT_EQ(read.synced, State::Synced::once);
    EXPECT_EQ(read.resync_failures, 3U);
    EXPECT_EQ(read.resynced_at, 12);
    EXPECT_EQ(read.upgraded_at, std::nullopt);
    EXPECT_EQ(read.upgrade_error, "http_get failed");
    EXPECT_EQ(read.upgrade_done, "rule\nurl");
    keep_state({}, flash);
    EXPECT_TRUE(flash.parameters.empty()) << "nothing is left behind";
}

} // namespace
} // namespace offhook::phone::linksys
