#include "phone/linksys/schedule.hpp"
#include "phone/linksys/scripted_phone.hpp"

#include "base/digest.hpp"
#include "base/hex.hpp"

#include <gmock/gmock.h>

namespace offhook::phone::linksys {
namespace {

using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using End = Outcome::End;
using Effect = Outcome::Effect;
using std::chrono::seconds;

std::string image(std::string_view version, std::string_view parts = "SPA942") {
    const std::string content = fmt::format("software {}", version);
    return fmt::format("offhook-image 1\nkind: application\nversion: {}\nparts: {}\ndigest: {}\n\n{}", version, parts,
                       to_hex(sha256(content)), content);
}

class LinksysUpgrade : public ScriptedPhone {
protected:
    void serve(const std::string& url, std::string content) { transfers.script.serve(url, std::move(content)); }
    [[nodiscard]] std::string runs() const { return std::string(running_version(flash)); }
};

TEST_F(LinksysUpgrade, TakesNewFirmwareAndSaysSo) {
    set("Upgrade_Rule", "( $SWVER lt 5.2.5 )? http://192.0.2.10/fw/spa942-5-2-5.bin");
    serve("http://192.0.2.10/fw/spa942-5-2-5.bin", image("5.2.5"));
    const auto outcome = upgrade();
    EXPECT_EQ(outcome.end, End::succeeded);
    EXPECT_EQ(outcome.effect, Effect::new_firmware);
    EXPECT_EQ(runs(), "5.2.5");
    EXPECT_THAT(
        syslog,
        ElementsAre(
            "SPA-942 00:0e:08:aa:bb:cc -- Requesting upgrade http://192.0.2.10:80/fw/spa942-5-2-5.bin",
            "SPA-942 00:0e:08:aa:bb:cc -- Successful upgrade http://192.0.2.10:80/fw/spa942-5-2-5.bin -- 5.2.5"));
    EXPECT_EQ(upgrade().end, End::skipped) << "the condition is false now";
}

TEST_F(LinksysUpgrade, KnowsAnOpaqueImageByItsName) {
    set("Upgrade_Rule", "tftp://h/spa942-6-1-5a.bin");
    serve("tftp://h/spa942-6-1-5a.bin", "opaque");
    flash.application->digest = std::string(64, '0');
    EXPECT_EQ(upgrade().effect, Effect::new_firmware);
    EXPECT_EQ(runs(), "6.1.5(a)");
}

TEST_F(LinksysUpgrade, FetchesAnUnconditionalUrlOnce) {
    set("Upgrade_Rule", "http://h/$A/spa.bin");
    set("GPP_A", "one");
    serve("http://h/one/spa.bin", image("5.2.0"));
    serve("http://h/two/spa.bin", image("5.3.0"));
    EXPECT_EQ(upgrade().end, End::succeeded);
    EXPECT_EQ(upgrade().end, End::skipped);
    serve("http://h/one/spa.bin", image("5.2.9"));
    EXPECT_EQ(upgrade().end, End::skipped) << "whatever stands there now";
    set("GPP_A", "two");
    EXPECT_EQ(upgrade().end, End::succeeded) << "the effective URL changed";
    EXPECT_EQ(runs(), "5.3.0");
    set("Upgrade_Rule", "  http://h/$A/spa.bin");
    EXPECT_EQ(upgrade().end, End::succeeded) << "the text changed";
    EXPECT_THAT(asked(), ElementsAre("http://h/two/spa.bin"));
}

TEST_F(LinksysUpgrade, ComesByTftpAndHttpOnly) {
    set("Upgrade_Rule", "https://h/spa.bin");
    serve("https://h/spa.bin", image("5.2.0"));
    EXPECT_EQ(upgrade().error, "scheme unsupported");
    EXPECT_THAT(asked(), IsEmpty());
    EXPECT_THAT(syslog, ElementsAre("SPA-942 00:0e:08:aa:bb:cc -- Upgrade failed: scheme unsupported"));
    set("phone.UPGRADE_BY_HTTPS", "taken");
    EXPECT_EQ(upgrade().effect, Effect::new_firmware);
}

TEST_F(LinksysUpgrade, KeepsItsFirmwareWhereItFails) {
    set("Upgrade_Rule", "http://h/spa942-5-2-5.bin");
    EXPECT_EQ(upgrade().error, "file not found");
    transfers.script.fail("http://h/spa942-5-2-5.bin", FileOutcome::refused);
    EXPECT_EQ(upgrade().error, "http_get failed");
    transfers.script.heal("http://h/spa942-5-2-5.bin");
    serve("http://h/spa942-5-2-5.bin", image("5.2.5", "SPA962"));
    EXPECT_EQ(upgrade().error, "corrupt file") << "for another model";
    set("Upgrade_Rule", "[--key x] http://h/spa942-5-2-5.bin");
    EXPECT_EQ(upgrade().error, "invalid rule");
    EXPECT_EQ(runs(), "5.1.8");
    EXPECT_EQ(read_state(flash).upgrade_failures, 4U);
    EXPECT_EQ(read_state(flash).upgrade_error, "invalid rule");
    set("Upgrade_Rule", "($UPGST eq 2 and \"$UPGERR\" eq \"invalid rule\")? http://h/good.bin");
    serve("http://h/good.bin", image("5.2.5"));
    EXPECT_EQ(upgrade().end, End::succeeded);
    EXPECT_EQ(read_state(flash).upgrade_failures, 0U);
}

TEST_F(LinksysUpgrade, DoesNotGoBelowItsLimit) {
    set("Downgrade_Rev_Limit", "5.1.5");
    set("Upgrade_Rule", "http://h/spa942-5-1-4.bin");
    serve("http://h/spa942-5-1-4.bin", image("5.1.4"));
    EXPECT_EQ(upgrade().error, "downgrade refused");
    EXPECT_EQ(runs(), "5.1.8");
    set("Upgrade_Rule", "http://h/spa942-5-1-5.bin");
    serve("http://h/spa942-5-1-5.bin", image("5.1.5"));
    EXPECT_EQ(upgrade().end, End::succeeded) << "older than what runs, but not than the limit";
}

TEST_F(LinksysUpgrade, IsSwitchedOffByItself) {
    set("Upgrade_Rule", "http://h/spa.bin");
    set("Upgrade_Enable", "No");
    EXPECT_EQ(upgrade().end, End::refused);
    EXPECT_EQ(upgrade(OneShot{"/spa.bin", "192.0.2.77"}).end, End::refused) << "the page's, too";
    set("Upgrade_Enable", "Yes");
    set("Provision_Enable", "No");
    serve("http://h/spa.bin", image("5.2.5"));
    EXPECT_EQ(boot_phone().firmware, "5.2.5") << "it is independent of resyncs";
}

TEST_F(LinksysUpgrade, WaitsUntilThePhoneIsIdle) {
    set("Upgrade_Rule", "http://h/spa.bin");
    set("Forced_Resync_Delay", "5");
    serve("http://h/spa.bin", image("5.2.5"));
    const auto started = clock.instant();
    busy_until = started + seconds(5000);
    EXPECT_EQ(upgrade().end, End::succeeded);
    EXPECT_EQ(clock.instant() - started, seconds(5000)) << "nothing forces it";
}

TEST_F(LinksysUpgrade, AOneShotLeavesTheRuleAlone) {
    serve("tftp://192.0.2.77/spa.bin", image("5.2.5"));
    EXPECT_EQ(upgrade(OneShot{"", "192.0.2.77"}).effect, Effect::new_firmware);
    EXPECT_EQ(read_state(flash).upgrade_done, "");
    EXPECT_EQ(upgrade(OneShot{"", "192.0.2.77"}).effect, Effect::none) << "what flash has";
    EXPECT_EQ(upgrade(OneShot{"[--key a] /x", "192.0.2.77"}).error, "invalid rule");
}

TEST_F(LinksysUpgrade, IsFollowedByAResync) {
    set("Profile_Rule", "http://h/$SWVER.xml?$PRVST");
    set("Upgrade_Rule", "($SWVER lt 5.2.0)? http://h/a.bin | ($SWVER lt 5.3.0)? http://h/b.bin");
    set("Resync_Fails_On_FNF", "No");
    serve("http://h/a.bin", image("5.2.0"));
    serve("http://h/b.bin", image("5.3.0"));
    auto booted = boot_phone();
    EXPECT_THAT(asked(), ElementsAre("http://h/5.1.8.xml?0", "http://h/a.bin", "http://h/5.2.0.xml?1", "http://h/b.bin",
                                     "http://h/5.3.0.xml?1"))
        << "in stages";
    EXPECT_EQ(booted.reboots, 2U);
    EXPECT_EQ(booted.firmware, "5.3.0");
}

TEST_F(LinksysUpgrade, ThatFailsIsFollowedByOneResyncAndARetry) {
    set("Profile_Rule", "http://h/x");
    set("Upgrade_Rule", "http://h/none.bin");
    set("Upgrade_Error_Retry_Delay", "120");
    serve("http://h/x", profile(""));
    const auto booted = boot_phone();
    EXPECT_THAT(asked(), ElementsAre("http://h/x", "http://h/none.bin", "http://h/x"));
    const auto actions = family_boot().own_actions(booted, flash, clock.wall(), random);
    ASSERT_EQ(actions.size(), 2U);
    EXPECT_EQ(actions[0].after, seconds(120));
    set("Resync_After_Upgrade_Attempt", "No");
    boot_phone();
    EXPECT_THAT(asked(), ElementsAre("http://h/x", "http://h/none.bin"));
}

TEST_F(LinksysUpgrade, ThatMayNotBeRetriedWaitsForAReset) {
    set("Profile_Rule", "http://h/x");
    set("Upgrade_Rule", "http://h/none.bin");
    set("Upgrade_Error_Retry_Delay", "0");
    serve("http://h/x", profile(""));
    boot_phone();
    EXPECT_THAT(asked(), Contains("http://h/none.bin"));
    const FoundServer found;
    boot_phone(&found, BootSurroundings::Cause::own_clock);
    EXPECT_THAT(asked(), ElementsAre("http://h/x")) << "as if it had succeeded";
    boot_phone();
    EXPECT_THAT(asked(), Contains("http://h/none.bin"));
}

TEST_F(LinksysUpgrade, ThatCannotBeginIsTriedOnceWhereItMayNotBeRetried) {
    set("Profile_Rule", "http://h/x");
    set("Upgrade_Error_Retry_Delay", "0");
    serve("http://h/x", profile(""));
    serve("http://h/good.bin", image("5.2.5"));
    const auto told_once = Contains(HasSubstr("Upgrade_Rule")).Times(1);
    for (const char* rule : {"https://h/spa.bin", "[--key x] http://h/spa.bin"}) {
        set("Upgrade_Rule", rule);
        const auto booted = boot_phone();
        EXPECT_THAT(asked(), ElementsAre("http://h/x", "http://h/x"))
            << rule << ": a resync, and that after the attempt";
        EXPECT_THAT(booted.problems, told_once) << rule;
        const FoundServer found;
        boot_phone(&found, BootSurroundings::Cause::own_clock);
        EXPECT_THAT(asked(), ElementsAre("http://h/x")) << rule << ": as if it had succeeded";
        EXPECT_THAT(boot_phone().problems, told_once) << rule << ": until the next reset";
    }
    set("Upgrade_Rule", "http://h/good.bin");
    EXPECT_EQ(upgrade().end, End::succeeded) << "another rule";
}

TEST_F(LinksysUpgrade, ThatFailedIsForgottenWithItsRule) {
    set("Upgrade_Error_Retry_Delay", "120");
    serve("http://h/good.bin", image("5.2.5"));
    set("Upgrade_Rule", "http://h/good.bin");
    EXPECT_EQ(upgrade().end, End::succeeded);
    for (const char* rule : {"", "# http://h/none.bin", "($SWVER lt 1.0)? http://h/none.bin", "http://h/good.bin"}) {
        set("Upgrade_Rule", "http://h/none.bin");
        EXPECT_EQ(upgrade().end, End::failed);
        EXPECT_EQ(own_actions(flash, clock.wall(), random).size(), 1U);
        set("Upgrade_Rule", rule);
        EXPECT_EQ(upgrade().end, End::skipped) << rule;
        EXPECT_EQ(read_state(flash).upgrade_failures, 0U) << rule;
        EXPECT_THAT(own_actions(flash, clock.wall(), random), IsEmpty()) << rule;
    }
}

TEST_F(LinksysUpgrade, ThatNeverSettlesIsFound) {
    set("Profile_Rule", "http://h/x");
    set("Upgrade_Rule", "($SWVER ne 9.0.0)? http://h/a.bin");
    serve("http://h/x", profile(""));
    serve("http://h/a.bin", image("5.2.0"));
    const auto booted = boot_phone();
    EXPECT_EQ(booted.reboots, 1U) << "it brings what flash has";
    EXPECT_THAT(booted.problems, Contains(HasSubstr("still upgrades")));
}

} // namespace
} // namespace offhook::phone::linksys
