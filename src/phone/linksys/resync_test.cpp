#include "phone/linksys/scripted_phone.hpp"

#include "config/seal/gzip.hpp"
#include "config/seal/seal.hpp"

#include <gmock/gmock.h>

namespace offhook::phone::linksys {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using End = Outcome::End;
using Effect = Outcome::Effect;
using std::chrono::seconds;

constexpr const char* default_url = "tftp://192.0.2.10/spa942.cfg";

class LinksysResync : public ScriptedPhone {
protected:
    void serve(const std::string& url, std::string content) { transfers.script.serve(url, std::move(content)); }
};

TEST_F(LinksysResync, RunsFourRulesInOrderAndWritesItsMessages) {
    const char* names[] = {"Profile_Rule", "Profile_Rule_B", "Profile_Rule_C", "Profile_Rule_D"};
    for (unsigned i = 0; i < 4; ++i) {
        set(names[i], fmt::format("http://h/{}", i));
        serve(fmt::format("http://h/{}", i), profile(fmt::format("<GPP_A>{}</GPP_A><X{}>1</X{}>", i, i, i)));
    }
    const auto outcome = resync();
    EXPECT_EQ(outcome.end, End::succeeded);
    EXPECT_EQ(outcome.effect, Effect::parameters_changed);
    EXPECT_THAT(asked(), ElementsAre("http://h/0", "http://h/1", "http://h/2", "http://h/3"));
    EXPECT_EQ(value("GPP_A"), "3") << "the later profile wins";
    ASSERT_EQ(syslog.size(), 8U);
    EXPECT_EQ(syslog[0], "SPA-942 00:0e:08:aa:bb:cc -- Requesting resync http://h:80/0");
    EXPECT_EQ(syslog[1], "SPA-942 00:0e:08:aa:bb:cc -- Successful resync http://h:80/0");
    EXPECT_EQ(resync().effect, Effect::none) << "identical values change nothing";
}

TEST_F(LinksysResync, TheFirstFailureEndsItAndTheNextBeginsAtTheFirstRule) {
    const char* names[] = {"Profile_Rule", "Profile_Rule_B", "Profile_Rule_C", "Profile_Rule_D"};
    for (unsigned i = 0; i < 4; ++i) {
        set(names[i], fmt::format("http://h/{}", i));
        serve(fmt::format("http://h/{}", i), profile(""));
    }
    const std::pair<FileOutcome, const char*> failures[] = {{FileOutcome::absent, "file not found"},
                                                            {FileOutcome::refused, "http_get failed"},
                                                            {FileOutcome::unreachable, "http_get failed"},
                                                            {FileOutcome::too_large, "corrupt file"}};
    for (unsigned at = 0; at < 4; ++at) {
        for (const auto& [failure, error] : failures) {
            const auto url = fmt::format("http://h/{}", at);
            transfers.script.fail(url, failure);
            const unsigned before = read_state(flash).resync_failures;
            const auto outcome = resync();
            EXPECT_EQ(outcome.end, End::failed);
            EXPECT_EQ(outcome.error, error);
            EXPECT_EQ(asked().back(), url);
            EXPECT_EQ(asked().front(), "http://h/0");
            EXPECT_EQ(syslog.back(), fmt::format("SPA-942 00:0e:08:aa:bb:cc -- Resync failed: {}", error));
            EXPECT_EQ(read_state(flash).resync_failures, before + 1);
            EXPECT_EQ(read_state(flash).synced, State::Synced::never);
            transfers.script.heal(url);
        }
    }
    EXPECT_EQ(resync(ResyncReason::retry).end, End::succeeded);
    EXPECT_EQ(read_state(flash).resync_failures, 0U) << "a success rewinds";
    EXPECT_EQ(read_state(flash).synced, State::Synced::once);
}

TEST_F(LinksysResync, GetsItsKeyInTheFirstContactAndOpensSealedProfilesFromThenOn) {
    const auto* seal = config::find_seal("openssl-raw-256");
    const auto keyed = [&](const std::string& key) {
        return profile(fmt::format("<GPP_SA>{}</GPP_SA><GPP_P>keyed</GPP_P><User_ID_1_>201</User_ID_1_>", key));
    };
    const std::string plain = "https://keys.example.net/000e08aabbcc.xml",
                      sealed = "tftp://192.0.2.10/000e08aabbcc.cfg";
    serve(default_url, profile("<Profile_Rule_B>( \"$P\" eq \"keyed\" )? [--key \"$SA\"] tftp://192.0.2.10/$MA.cfg | "
                               "https://keys.example.net/$MA.xml</Profile_Rule_B>"));
    serve(sealed, seal->seal(keyed("first"), "first", "s").value());
    EXPECT_EQ(resync().end, End::failed) << "nobody tells it the key";
    EXPECT_THAT(asked(), ElementsAre(default_url, plain)) << "and it does not fetch what it cannot open";
    serve(plain, keyed("first"));
    EXPECT_EQ(resync().end, End::succeeded);
    EXPECT_THAT(asked(), ElementsAre(default_url, plain));
    EXPECT_EQ(resync().effect, Effect::none);
    EXPECT_THAT(asked(), ElementsAre(default_url, sealed));
    // The new key comes sealed with the old one; a file with another key changes nothing.
    serve(sealed, seal->seal(keyed("second"), "first", "s").value());
    EXPECT_EQ(resync().effect, Effect::parameters_changed);
    EXPECT_EQ(resync().error, "corrupt file");
    serve(sealed, seal->seal(keyed("second"), "second", "s").value());
    EXPECT_EQ(resync(ResyncReason::retry).effect, Effect::none);
    EXPECT_EQ(value("GPP_SA"), "second");
    for (const auto& line : syslog) EXPECT_THAT(line, Not(HasSubstr("second")));
}

TEST_F(LinksysResync, SaysByCcertAndIpWhatItHas) {
    set("Profile_Rule", "( \"$CCERT\" eq \"Installed\" )? https://h/$IP | http://h/$IP");
    const auto first_url = [&] {
        (void)resync();
        return asked().at(0);
    };
    EXPECT_EQ(first_url(), "http://h/0.0.0.0");
    own_certificate = BootSurroundings::OwnCertificate::installed;
    own_address = "192.0.2.50";
    EXPECT_EQ(first_url(), "https://h/192.0.2.50");
    set("phone.CCERT", "Not Installed");
    EXPECT_EQ(first_url(), "http://h/192.0.2.50") << "by hand";
}

TEST_F(LinksysResync, WhatWasSetBeforeAFailureStays) {
    set("Profile_Rule_B", "http://h/b");
    serve(default_url, profile("<GPP_A>kept</GPP_A>"));
    const auto outcome = resync();
    EXPECT_EQ(outcome.end, End::failed);
    EXPECT_EQ(outcome.effect, Effect::parameters_changed);
    EXPECT_EQ(value("GPP_A"), "kept");
}

TEST_F(LinksysResync, TheRulesBehindComeFromWhatIsSetByThen) {
    serve(default_url, profile("<GPP_B>dir</GPP_B><Profile_Rule_B>http://h/$B/$MA.xml</Profile_Rule_B>"));
    serve("http://h/dir/000e08aabbcc.xml", profile("<Profile_Rule_C>(GPP_C = \"$MAU\";)!</Profile_Rule_C>"));
    EXPECT_EQ(resync().end, End::succeeded);
    EXPECT_EQ(value("GPP_C"), "000E08AABBCC");
}

TEST_F(LinksysResync, ASkippedRuleIsNeitherSuccessNorFailure) {
    set("Profile_Rule", "# off");
    set("Profile_Rule_B", "($SWVER gt 9.0.0)? http://h/x");
    EXPECT_EQ(resync().end, End::skipped);
    EXPECT_THAT(asked(), IsEmpty());
    EXPECT_EQ(read_state(flash).synced, State::Synced::never);
    set("Profile_Rule_D", "(a = \"1\";)!");
    EXPECT_EQ(resync().end, End::succeeded) << "assignments only; the first is blank";
    EXPECT_EQ(value("GPP_A"), "1");
}

TEST_F(LinksysResync, AssignsBeforeItDownloads) {
    set("Profile_Rule", "( Station_Name = \"desk-$(MA:8)\" ; )! http://h/x");
    const auto outcome = resync();
    EXPECT_EQ(outcome.end, End::failed);
    EXPECT_EQ(value("Station_Name"), "desk-bbcc");
    EXPECT_EQ(outcome.effect, Effect::parameters_changed);
}

TEST_F(LinksysResync, ARuleThatCannotBeReadFails) {
    set("Profile_Rule", "[--key $SA http://h/x");
    const auto outcome = resync();
    EXPECT_EQ(outcome.error, "invalid rule");
    EXPECT_THAT(report.problems.at(0), HasSubstr("Profile_Rule: column "));
    EXPECT_EQ(syslog, std::vector<std::string>{"SPA-942 00:0e:08:aa:bb:cc -- Resync failed: invalid rule"});
    set("phone.RULE_ERROR", "skipped");
    EXPECT_EQ(resync().end, End::skipped);
}

TEST_F(LinksysResync, HasNoServerToGoTo) {
    server = {};
    EXPECT_EQ(resync().error, "no server");
    EXPECT_THAT(asked(), IsEmpty());
}

TEST_F(LinksysResync, AFileThatIsAbsentFailsUnlessItMayBe) {
    EXPECT_EQ(resync().error, "file not found");
    set("Resync_Fails_On_FNF", "no");
    EXPECT_EQ(resync().end, End::succeeded);
    EXPECT_EQ(read_state(flash).synced, State::Synced::once) << "the periodic timer starts";
    transfers.script.fail(default_url, FileOutcome::timed_out);
    EXPECT_EQ(resync().error, "tftp timeout") << "anything else is a failure";
}

TEST_F(LinksysResync, TellsItsStateToItsRules) {
    set("Profile_Rule", "http://h/$PRVST");
    set("Resync_Fails_On_FNF", "No");
    const std::pair<ResyncReason, const char*> cases[] = {{ResyncReason::asked, "http://h/-1"},
                                                          {ResyncReason::reset, "http://h/0"},
                                                          {ResyncReason::periodic, "http://h/1"},
                                                          {ResyncReason::retry, "http://h/2"}};
    for (const auto& [reason, url] : cases) {
        resync(reason);
        EXPECT_THAT(asked(), ElementsAre(url));
    }
    clock.advance(seconds(77));
    set("Profile_Rule", "http://h/$PRVTMR");
    resync();
    EXPECT_THAT(asked(), ElementsAre("http://h/77"));
}

TEST_F(LinksysResync, ReadsWhatIsEncryptedWithItsSecretKey) {
    set("Profile_Rule", "[--key $SA] http://h/e/$MA.cfg");
    set("GPP_SA", "SecretPhrase1234");
    const auto* seal = config::find_seal("openssl-raw-256");
    const std::string plain = profile("<GPP_A>12345678</GPP_A><GPP_SA>NextPhrase</GPP_SA>");
    serve("http://h/e/000e08aabbcc.cfg", *seal->seal(config::gzip(plain), "SecretPhrase1234", "s"));
    EXPECT_EQ(resync().end, End::succeeded);
    EXPECT_EQ(value("GPP_A"), "12345678");
    EXPECT_EQ(resync().error, "corrupt file") << "the key was rotated by the file itself";
    for (const auto& event : recorder.events) {
        EXPECT_THAT(event.text, Not(HasSubstr("SecretPhrase")));
        EXPECT_THAT(event.text, Not(HasSubstr("NextPhrase")));
    }
    serve("http://h/e/000e08aabbcc.cfg", *seal->seal(plain, "NextPhrase", "s"));
    EXPECT_EQ(resync().end, End::succeeded);
}

TEST_F(LinksysResync, KeepsSecretsOutOfMessages) {
    set("GPP_SA", "SecretPhrase1234");
    set("Log_Resync_Request_Msg", "$SA $A $PN $NOTHING");
    set("GPP_A", "a");
    serve(default_url, profile(""));
    resync();
    EXPECT_EQ(syslog.at(0), "$SA a SPA-942 $NOTHING");
    set("Log_Resync_Request_Msg", "");
    resync();
    EXPECT_EQ(syslog.size(), 1U) << "an emptied one suppresses its message";
}

TEST_F(LinksysResync, PostsWhereTheRuleSaysSo) {
    set("GPP_F", "model=$PN&mac=$MA&fw=$SWVER&state=$PRVST&key=$SA");
    set("GPP_SA", "secret");
    set("Profile_Rule", "[--post f] http://h/cpe/checkin?");
    serve("http://h/cpe/checkin?", profile(""));
    EXPECT_EQ(resync(ResyncReason::periodic).end, End::succeeded);
    EXPECT_EQ(transfers.script.steps.at(0).request.post, "model=SPA-942&mac=000e08aabbcc&fw=5.1.8&state=1&key=$SA");
    set("Profile_Rule", "http://h/cpe/checkin?");
    resync();
    EXPECT_EQ(transfers.script.steps.at(0).request.post, std::nullopt);
}

TEST_F(LinksysResync, TakesAForeignDocumentByItsAliases) {
    set("GPP_M", "/sip/login = /flat-profile/User_ID_1_ ;");
    set("Profile_Rule", "[--alias m] http://h/x.xml");
    serve("http://h/x.xml", "<customer><sip><login>ann</login></sip></customer>");
    EXPECT_EQ(resync().end, End::succeeded);
    EXPECT_EQ(value("User_ID_1_"), "ann");
    set("GPP_M", "nonsense");
    EXPECT_EQ(resync().error, "invalid rule");
}

TEST_F(LinksysResync, TakesNoFileForItsOwnMemory) {
    serve(default_url, profile("<phone.SYNCED>once</phone.SYNCED><Resync_Periodic>often</Resync_Periodic>"
                               "<Station_Name ua=\"rw\">x</Station_Name>"));
    transfers.script.fail("http://h/x", FileOutcome::absent);
    set("Profile_Rule_B", "http://h/x");
    resync();
    EXPECT_EQ(read_state(flash).synced, State::Synced::never);
    EXPECT_EQ(value("Resync_Periodic"), "") << "what cannot be is not taken";
    EXPECT_EQ(flash.origins["Station_Name"], "rw");
}

TEST_F(LinksysResync, IsRefusedWhereProvisioningIsOff) {
    set("Provision_Enable", "No");
    EXPECT_EQ(resync(ResyncReason::asked).end, End::refused);
    EXPECT_THAT(asked(), IsEmpty());
}

TEST_F(LinksysResync, WaitsForIdleAtMostItsForcedDelay) {
    serve(default_url, profile(""));
    const auto started = clock.instant();
    busy_until = started + seconds(100);
    EXPECT_EQ(resync().end, End::succeeded);
    EXPECT_EQ(clock.instant() - started, seconds(100));
    set("Forced_Resync_Delay", "30");
    busy_until = clock.instant() + seconds(100);
    const auto again = clock.instant();
    EXPECT_EQ(resync().end, End::succeeded) << "in use";
    EXPECT_EQ(clock.instant() - again, seconds(30));
    set("phone.FORCED_DELAY", "after_idle");
    busy_until = clock.instant() + seconds(100);
    const auto last = clock.instant();
    EXPECT_EQ(resync().end, End::succeeded);
    EXPECT_EQ(clock.instant() - last, seconds(130));
}

TEST_F(LinksysResync, DoesNotWaitTwiceForIdle) {
    set("Profile_Rule", "http://h/x");
    serve("http://h/x", profile("<GPP_A>1</GPP_A>"));
    const FoundServer found;
    const auto started = clock.instant();
    busy_until = started + seconds(100);
    const auto resynced = boot_phone(&found, BootSurroundings::Cause::own_clock);
    EXPECT_THAT(asked(), ElementsAre("http://h/x")) << "what is due was held back before";
    EXPECT_EQ(resynced.reboots, 1U);
    EXPECT_EQ(clock.instant(), started) << "one that is forced cuts calls";
    set("Upgrade_Rule", "http://h/none.bin");
    boot_phone(&found, BootSurroundings::Cause::notify);
    EXPECT_EQ(clock.instant(), *busy_until) << "an upgrade is never forced";
}

TEST_F(LinksysResync, AOneShotIsRunAloneAndNotRemembered) {
    server.host = "192.0.2.10";
    serve("tftp://192.0.2.77/basic.txt", profile("<GPP_A>1</GPP_A>"));
    set("Profile_Rule_B", "http://h/b");
    const OneShot once{"/basic.txt", "192.0.2.77"};
    EXPECT_EQ(resync(ResyncReason::asked, once).end, End::succeeded);
    EXPECT_THAT(asked(), ElementsAre("tftp://192.0.2.77/basic.txt")) << "of who asked";
    EXPECT_EQ(value("Profile_Rule"), "");
    EXPECT_EQ(read_state(flash).synced, State::Synced::never);
    resync(ResyncReason::asked, OneShot{"", "192.0.2.77"});
    EXPECT_THAT(asked(), ElementsAre("tftp://192.0.2.77/spa942.cfg"));
    resync(ResyncReason::asked, OneShot{"[--key k] http://h/?mac=$MA&st=$PRVST", "192.0.2.77"});
    EXPECT_THAT(asked(), ElementsAre("http://h/?mac=000e08aabbcc&st=-1"));
}

TEST_F(LinksysResync, ASuccessOfTheBootArmsTheTimers) {
    set("Profile_Rule", "http://h/x");
    serve("http://h/x", profile("<Resync_Periodic>600</Resync_Periodic>"));
    EXPECT_TRUE(family_boot().own_actions({}, flash, clock.wall(), random).empty());
    const auto booted = boot_phone();
    EXPECT_EQ(booted.reboots, 1U);
    const auto actions = family_boot().own_actions(booted, flash, clock.wall(), random);
    ASSERT_EQ(actions.size(), 1U);
    EXPECT_EQ(actions[0].after, seconds(600));
}

TEST_F(LinksysResync, OnResetWaitsAtRandomBeforeTheFirstContact) {
    set("Profile_Rule", "http://h/x");
    set("phone.RANDOM_DELAY", "waited");
    set("Resync_Random_Delay", "3");
    serve("http://h/x", profile(""));
    std::chrono::milliseconds most{0};
    for (unsigned i = 0; i < 50; ++i) {
        transfers.script.waited = {};
        boot_phone();
        most = std::max(most, transfers.script.waited);
        EXPECT_LE(transfers.script.waited, seconds(60)) << "units of 20 s";
    }
    EXPECT_GT(most, seconds(20));
    set("phone.RANDOM_DELAY_UNIT", "1");
    transfers.script.waited = {};
    boot_phone();
    EXPECT_LE(transfers.script.waited, seconds(3));
    set("phone.RANDOM_DELAY", "told");
    transfers.script.waited = {};
    boot_phone();
    EXPECT_EQ(transfers.script.waited.count(), 0);
}

TEST_F(LinksysResync, OnResetIsSwitchedOff) {
    set("Profile_Rule", "http://h/x");
    for (const char* name : {"Resync_On_Reset", "Provision_Enable"}) {
        set(name, "No");
        boot_phone();
        EXPECT_THAT(asked(), IsEmpty()) << name;
        set(name, "Yes");
    }
    set("Resync_On_Reset", "No");
    const FoundServer found;
    boot_phone(&found, BootSurroundings::Cause::notify);
    EXPECT_THAT(asked(), ElementsAre("http://h/x")) << "one that is asked for comes all the same";
}

TEST_F(LinksysResync, ARunningPhoneKnowsWhyItResyncs) {
    set("Profile_Rule", "http://h/$PRVST");
    const FoundServer found;
    boot_phone();
    EXPECT_THAT(asked(), ElementsAre("http://h/0"));
    boot_phone(&found, BootSurroundings::Cause::own_clock);
    EXPECT_THAT(asked(), ElementsAre("http://h/2")) << "after a failure";
    set("Resync_Fails_On_FNF", "No");
    boot_phone(&found, BootSurroundings::Cause::own_clock);
    boot_phone(&found, BootSurroundings::Cause::own_clock);
    EXPECT_THAT(asked(), ElementsAre("http://h/1"));
    boot_phone(&found, BootSurroundings::Cause::notify);
    EXPECT_THAT(asked(), ElementsAre("http://h/-1"));
}

TEST_F(LinksysResync, ARebootForParametersDoesNotResync) {
    set("Profile_Rule", "http://h/x");
    serve("http://h/x", profile("<GPP_A>1</GPP_A>"));
    const auto booted = boot_phone();
    EXPECT_EQ(booted.reboots, 1U);
    EXPECT_THAT(asked(), ElementsAre("http://h/x")) << "once";
}

TEST_F(LinksysResync, NewRulesWaitForThePeriodAndSayWhereThereIsNone) {
    set("Profile_Rule", "http://h/x");
    serve("http://h/x", profile("<Profile_Rule>http://h/y</Profile_Rule><Resync_Periodic>0</Resync_Periodic>"));
    serve("http://h/y", profile(""));
    auto booted = boot_phone();
    EXPECT_THAT(asked(), ElementsAre("http://h/x"));
    EXPECT_THAT(booted.problems, testing::Contains(HasSubstr("Resync_Periodic is off")));
    set("Profile_Rule", "http://h/x");
    serve("http://h/x", profile("<Profile_Rule>http://h/y?$PRVST</Profile_Rule><Resync_Periodic>5</Resync_Periodic>"));
    boot_phone();
    EXPECT_THAT(asked(), ElementsAre("http://h/x", "http://h/y?1"));
}

} // namespace
} // namespace offhook::phone::linksys
