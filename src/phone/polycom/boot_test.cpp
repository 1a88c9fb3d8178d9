#include "phone/polycom/boot.hpp"

#include "config/seal/seal.hpp"
#include "phone/polycom/booting_phone.hpp"

#include <algorithm>
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace offhook::phone::polycom {
namespace {

using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;

using PolycomBoot = BootingPhone;

TEST_F(PolycomBoot, AsksInTheOrderOfThePhone) {
    const auto report = run();
    EXPECT_EQ(report.state, PhoneState::ready);
    EXPECT_THAT(asked(), ElementsAre("2345-12600-001.bootrom.ld", "bootrom.ld", "0004f2aabbcc.cfg", "000000000000.cfg",
                                     "2345-12600-001.sip.ld", "sip.ld", "put logs/0004f2aabbcc-boot.log",
                                     "0004f2aabbcc.cfg", "000000000000.cfg", "0004f2aabbcc-reg.cfg", "sip.cfg",
                                     "0004f2aabbcc-phone.cfg", "0004f2aabbcc-directory.xml",
                                     "000000000000-directory.xml", "put logs/0004f2aabbcc-app.log"));
    EXPECT_EQ(report.lines, (std::vector<EffectiveLine>{{1, "101", "101", "secret", "pbx"}}));
    EXPECT_EQ(report.firmware, "2.2.0.0047");
    EXPECT_TRUE(report.problems.empty()) << report.problems[0];
    EXPECT_EQ(report.files.size(), server.steps.size());
    EXPECT_EQ(server.steps[0].request.user_agent, "FileTransport PolycomSoundPointIP-SPIP_650-UA/3.2.2.0019");
    EXPECT_EQ(server.steps[7].request.user_agent, "FileTransport PolycomSoundPointIP-SPIP_650-UA/2.2.0.0047");
    EXPECT_EQ(server.stages, 2U);
    EXPECT_EQ(flash_writes, 1U);
}

TEST_F(PolycomBoot, LooksForItsServerInBothPrograms) {
    flash.parameters["device.prov.serverName"] = "";
    looks.choice = DiscoveryChoice::all;
    const auto ack = ScriptedClients::ack({{160, "http://boot/spip"}});
    clients.answers4 = {ack, ack};
    const auto report = run();
    EXPECT_EQ(report.state, PhoneState::ready);
    EXPECT_THAT(clients.order, ElementsAre("lease", "lease"));
    EXPECT_THAT(clients.asked4[0].vendor_class, testing::Not(HasSubstr("SIP/")));
    EXPECT_THAT(clients.asked4[1].vendor_class, HasSubstr("SIP/2.2.0.0047/"));
    EXPECT_EQ(report.discovery.address, "http://boot/spip");
    EXPECT_EQ(flash.parameter("device.prov.serverName"), "") << "what is found is not stored";
    EXPECT_TRUE(recorder.told(BootEvent::Kind::address, "(DHCP option 160)"));
    EXPECT_TRUE(recorder.told(BootEvent::Kind::discovery, "the boot server is http://boot/spip"));
}

TEST_F(PolycomBoot, GoesOnWithWhatTheBootromFound) {
    flash.parameters["device.prov.serverName"] = "";
    looks.choice = DiscoveryChoice::dhcp4;
    clients.answers4 = {ScriptedClients::ack({{66, "http://boot/spip"}})};
    EXPECT_EQ(run().state, PhoneState::ready);
    EXPECT_THAT(clients.order, ElementsAre("lease", "lease"));
}

TEST_F(PolycomBoot, FallsBackToTheServerInFlash) {
    looks.choice = DiscoveryChoice::all;
    const auto report = run();
    EXPECT_EQ(report.state, PhoneState::ready);
    EXPECT_EQ(report.discovery.address, "");
    EXPECT_THAT(report.discovery.steps, Contains("no boot server was found"));
}

TEST_F(PolycomBoot, UploadsLogsInTheVendorsForm) {
    run();
    const auto& log = server.steps[6].request.body;
    EXPECT_THAT(log, HasSubstr("0101000000|so   |3|00|Platform: Model=SPIP650, Assembly=2345-12600-001\n"));
    EXPECT_THAT(log, HasSubstr("|copy |3|00|Download of '000000000000.cfg' succeeded on attempt 1 (addr 1 of 1)\n"));
    for (const auto& step : server.steps) EXPECT_EQ(step.request.body.find("secret"), std::string::npos);
}

TEST_F(PolycomBoot, SpeaksPlainHttpInTheBootromWhereHttpsIsAsked) {
    flash.parameters["device.prov.serverName"] = "https://boot/spip";
    run();
    EXPECT_TRUE(server.steps[0].url.starts_with("http://boot/spip/"));
    EXPECT_TRUE(server.steps.back().url.starts_with("https://boot/spip/"));
}

TEST_F(PolycomBoot, TakesCredentialsFromTheAddressBeforeThoseOfTheMenu) {
    flash.parameters["device.prov.user"] = "menu";
    run();
    EXPECT_EQ(server.steps[0].request.credentials.user, "menu");
    flash.parameters["device.prov.serverName"] = "http://me:mine@boot/spip";
    serve("000000000000.cfg",
          "<APPLICATION CONFIG_FILES=\"http://you:yours@other/x.cfg, 0004f2aabbcc-reg.cfg, sip.cfg\"/>");
    run();
    EXPECT_EQ(server.steps[0].request.credentials, (protocol::Url::Credentials{"me", "mine"}));
    const auto other = std::find_if(server.steps.begin(), server.steps.end(),
                                    [](const auto& step) { return step.url == "http://other/x.cfg"; });
    ASSERT_NE(other, server.steps.end());
    EXPECT_EQ(other->request.credentials, (protocol::Url::Credentials{"you", "yours"}));
}

TEST_F(PolycomBoot, ShowsNoPasswordThatIsInAFilesName) {
    serve("000000000000.cfg",
          "<APPLICATION APP_FILE_PATH=\"http://you:yours@other/sip.ld\" MISC_FILES=\"ftp://you:yours@misc/m\" "
          "CONFIG_FILES=\"http://you:yours@other/x.cfg, http://you:yours@other/y.cfg, http://you:yours@other/z.cfg, "
          "0004f2aabbcc-reg.cfg, sip.cfg\" LOG_FILE_DIRECTORY=\"http://you:yours@logs/l\" "
          "OVERRIDES_DIRECTORY=\"http://you:yours@other/o\" CONTACTS_DIRECTORY=\"http://you:yours@other/c\"/>");
    server.serve("http://other/sip.ld", std::string(5000, 'i'));
    server.serve("http://other/x.cfg", "<a saf.1=\"http://you:yours@other/w.wav\" res.quotas.1.name=\"tone\" "
                                       "res.quotas.1.value=\"0\" voIpProt.server.1.port=\"99999\" a.b=\"1\"/>");
    server.serve("http://other/y.cfg", "<html><body></body></html>");
    server.serve("http://other/c/0004f2aabbcc-directory.xml", "<x/>");
    server.serve("ftp://misc/m", "first");
    std::string all;
    for (const auto outcome : {FileOutcome::fetched, FileOutcome::refused, FileOutcome::cut_off}) {
        if (outcome != FileOutcome::fetched) server.fail("http://other/x.cfg", outcome);
        auto report = run();
        all += to_json(report, Secrets::hidden) + report.firmware;
        for (const auto& step : server.steps) all += step.request.body;
        server.serve("ftp://misc/m", std::string(file_outcome_text.to_text(outcome)));
        report = look();
        all += to_json(report, Secrets::hidden) + report.firmware;
        for (const auto& step : server.steps) all += step.request.body;
    }
    flash.application.reset();
    server.serve("http://other/sip.ld", "<html></html>");
    all += to_json(run(), Secrets::hidden);
    for (const auto& event : recorder.events) all += event.text + (event.file ? event.file->name : "");
    EXPECT_THAT(all, HasSubstr("http://you:***@other/x.cfg"));
    EXPECT_THAT(all, HasSubstr("Download of 'http://you:***@other/x.cfg'"));
    EXPECT_THAT(all, HasSubstr("http://you:***@other/x.cfg is taken from the cache"));
    EXPECT_THAT(all, HasSubstr("http://you:***@other/y.cfg: "));
    EXPECT_THAT(all, HasSubstr("http://you:***@other/w.wav: no room"));
    EXPECT_THAT(all, HasSubstr("changed on the server: "));
    const auto at = all.find("yours");
    EXPECT_EQ(at, std::string::npos) << all.substr(at < 200 ? 0 : at - 200, 300);
}

TEST_F(PolycomBoot, LivesOnItsCacheWhenNoServerAnswers) {
    ASSERT_EQ(run().state, PhoneState::ready);
    server.fail_all(FileOutcome::unreachable);
    const auto report = run();
    EXPECT_EQ(report.state, PhoneState::stale);
    EXPECT_EQ(report.lines, (std::vector<EffectiveLine>{{1, "101", "101", "secret", "pbx"}}));
    EXPECT_EQ(report.reboots, 0U);
    EXPECT_THAT(report.problems, Contains(HasSubstr("could not contact http://boot")));
    EXPECT_EQ(server.steps.size(), 6U) << "three tries a stage, then the server is dead to it";
    EXPECT_EQ(server.waited, std::chrono::seconds(4));
}

TEST_F(PolycomBoot, IsUnconfiguredWithoutServerAndCache) {
    for (const auto failure : {FileOutcome::unreachable, FileOutcome::timed_out, FileOutcome::denied,
                               FileOutcome::refused, FileOutcome::absent, FileOutcome::not_built_in}) {
        server.fail_all(failure);
        const auto report = run();
        EXPECT_EQ(report.state, PhoneState::unconfigured) << file_outcome_text.to_text(failure);
        EXPECT_FALSE(report.problems.empty()) << file_outcome_text.to_text(failure);
    }
}

/// Each step of a boot fails in turn, in each way: the phone always comes to an end, and is ready exactly when the two
/// configuration files and the master file came through.
TEST_F(PolycomBoot, SurvivesTheFailureOfAnyStep) {
    const Flash fresh = flash;
    run();
    const auto names = asked();
    for (std::size_t step = 0; step < names.size(); ++step) {
        for (const auto failure : {FileOutcome::absent, FileOutcome::denied, FileOutcome::refused,
                                   FileOutcome::too_large, FileOutcome::redirected}) {
            ScriptedTransfers again;
            std::swap(server, again);
            serve("000000000000.cfg",
                  "<APPLICATION APP_FILE_PATH=\"sip.ld\" CONFIG_FILES=\"[PHONE_MAC_ADDRESS]-reg.cfg, "
                  "sip.cfg\" LOG_FILE_DIRECTORY=\"logs/\"/>");
            serve("0004f2aabbcc-reg.cfg", "<a reg.1.address=\"101\" reg.1.auth.password=\"secret\"/>");
            serve("sip.cfg", "<a><b voIpProt.server.1.address=\"pbx\" reg.1.address=\"999\"/></a>");
            server.fail_step(step, failure);
            flash = fresh;
            const auto report = run();
            // a failed master in the bootROM costs the application image's two requests: the steps behind move up
            const bool hits_master = step == 3;
            const bool hits_needed = step == 8 || step == 9 || step == 10;
            if (hits_master) continue;
            EXPECT_EQ(report.state, hits_needed ? PhoneState::unconfigured : PhoneState::ready)
                << names[step] << " " << file_outcome_text.to_text(failure);
            EXPECT_TRUE(!hits_needed || !report.problems.empty()) << names[step];
        }
    }
}

TEST_F(PolycomBoot, TriesAgainAfterANetworkFailure) {
    for (const auto failure : {FileOutcome::unreachable, FileOutcome::timed_out, FileOutcome::cut_off}) {
        ScriptedTransfers again;
        std::swap(server, again);
        serve("000000000000.cfg", "<APPLICATION CONFIG_FILES=\"all.cfg\"/>");
        serve("all.cfg", "<a reg.1.address=\"1\" reg.1.auth.password=\"p\" voIpProt.server.1.address=\"pbx\"/>");
        server.fail_step(0, failure);
        server.fail_step(1, failure);
        flash.configuration_digest.clear();
        const auto report = run();
        EXPECT_EQ(report.state, PhoneState::ready);
        EXPECT_EQ(report.files[0].attempts, 3U);
        EXPECT_TRUE(report.problems.empty());
    }
}

TEST_F(PolycomBoot, UsesTheCopyOfAFileThatIsGoneAndIsStale) {
    ASSERT_EQ(run().state, PhoneState::ready);
    server.fail(std::string(base) + "0004f2aabbcc-reg.cfg", FileOutcome::cut_off);
    const auto report = run();
    EXPECT_EQ(report.state, PhoneState::stale);
    EXPECT_EQ(report.lines.size(), 1U);
}

TEST_F(PolycomBoot, DoesNotTakeWebPagesForFiles) {
    const std::string page = "<!DOCTYPE html><html><body>Sorry</body></html>";
    for (const char* name : {"2345-12600-001.bootrom.ld", "bootrom.ld", "0004f2aabbcc.cfg", "000000000000.cfg",
                             "2345-12600-001.sip.ld", "sip.ld", "0004f2aabbcc-directory.xml"})
        serve(name, page);
    const auto report = run();
    EXPECT_EQ(report.state, PhoneState::unconfigured);
    EXPECT_EQ(report.reboots, 0U);
    EXPECT_THAT(report.problems, Contains(HasSubstr("000000000000.cfg: it is an HTML page")));
    EXPECT_EQ(report.files[0].outcome, FileOutcome::not_usable);
}

TEST_F(PolycomBoot, SaysWhereAFileIsBroken) {
    serve("sip.cfg", "<a>\n<b voIpProt.server.1.address=\"R&D\"/></a>");
    const auto report = run();
    EXPECT_EQ(report.state, PhoneState::unconfigured);
    EXPECT_THAT(report.problems, Contains(HasSubstr("sip.cfg: line 2, column")));
    EXPECT_THAT(report.problems, Contains("line 1 lacks a registrar"));
}

TEST_F(PolycomBoot, LaysOverridesOverEverything) {
    serve("0004f2aabbcc-phone.cfg", "<PHONE_CONFIG><OVERRIDES reg.1.address=\"555\"/></PHONE_CONFIG>");
    EXPECT_EQ(run().lines[0].user, "555");
}

TEST_F(PolycomBoot, RebootsOnceWhenTheConfigurationChanged) {
    EXPECT_EQ(run().reboots, 0U);
    serve("0004f2aabbcc-reg.cfg", "<a reg.1.address=\"102\" reg.1.auth.password=\"secret\"/>");
    const auto report = run();
    EXPECT_EQ(report.reboots, 1U);
    EXPECT_EQ(report.state, PhoneState::ready);
    EXPECT_EQ(report.lines[0].user, "102");
    EXPECT_EQ(run().reboots, 0U);
}

TEST_F(PolycomBoot, MovesToAnotherServerByDeviceParameters) {
    serve("sip.cfg", "<a device.set=\"1\" device.prov.serverName=\"http://second\" device.prov.serverName.set=\"1\" "
                     "device.prov.user=\"nobody\"/>");
    server.serve("http://second/000000000000.cfg", "<APPLICATION CONFIG_FILES=\"all.cfg\"/>");
    server.serve("http://second/all.cfg",
                 "<a reg.1.address=\"7\" reg.1.auth.password=\"p\" reg.1.server.1.address=\"pbx2\"/>");
    const auto report = run();
    EXPECT_EQ(report.state, PhoneState::ready);
    EXPECT_EQ(report.lines[0].registrar, "pbx2");
    EXPECT_EQ(flash.parameter("device.prov.serverName"), "http://second");
    EXPECT_EQ(flash.parameter("device.prov.user"), "PlcmSpIp") << "no .set, no change";
    EXPECT_GE(report.reboots, 1U);
}

TEST_F(PolycomBoot, FindsALoopOfReboots) {
    const auto sending_to = [](std::string_view place) {
        return fmt::format("<a device.set=\"1\" device.prov.serverName=\"{}\" device.prov.serverName.set=\"1\"/>",
                           place);
    };
    serve("sip.cfg", sending_to("http://second"));
    server.serve("http://second/000000000000.cfg", "<APPLICATION CONFIG_FILES=\"all.cfg\"/>");
    server.serve("http://second/all.cfg", sending_to("http://boot/spip"));
    const auto report = run();
    EXPECT_EQ(report.state, PhoneState::unconfigured);
    EXPECT_LE(report.reboots, 4U);
    EXPECT_THAT(report.problems, Contains(HasSubstr("a loop of reboots")));
    EXPECT_THAT(report.problems, Contains(HasSubstr("here device.prov.serverName")));
}

TEST_F(PolycomBoot, LoadsAnApplicationThatDiffersAndSkipsOneThatDoesNot) {
    serve("sip.ld", stub("application", "3.1.8.0070", "2345-12600-001", std::string(20'000, 'i')));
    auto report = run();
    EXPECT_EQ(report.firmware, "3.1.8.0070");
    EXPECT_EQ(report.reboots, 0U);
    EXPECT_EQ(server.steps[7].request.user_agent, "FileTransport PolycomSoundPointIP-SPIP_650-UA/3.1.8.0070");
    EXPECT_THAT(asked(), Contains("0004f2aabbcc-license.cfg")) << "3.x asks for licences";
    report = run();
    EXPECT_EQ(report.files[5].outcome, FileOutcome::not_changed);
    EXPECT_EQ(report.files[5].bytes, limits::image_head_bytes) << "the transfer is cut once the head is known";
}

TEST_F(PolycomBoot, KeepsItsApplicationWhenTheImageIsUnfit) {
    auto damaged = stub("application", "3.1.8.0070", "2345-12600-001", "payload");
    damaged.back() = 'X';
    const struct {
        std::string content, problem;
    } cases[] = {
        {stub("application", "3.1.8.0070", "2345-11500-040", "x"), "sip.ld: it is not compatible with the phone"},
        {damaged, "sip.ld: bad image checksum"},
        {stub("bootrom", "4.1.4.0122", "", "x"), "sip.ld: it is the other kind of image"},
        {"offhook-image 1\nversion: 1\n", "sip.ld: its head has no end"},
        {stub("application", "3.1\xff", "", "x"), "sip.ld: its head has a strange line 'version'"},
        {stub("application", "3.1\r", "", "x"), "sip.ld: its head has a strange line 'version'"},
        {"", "sip.ld: it is empty"}};
    for (const auto& c : cases) {
        serve("sip.ld", c.content);
        const auto report = run();
        EXPECT_EQ(report.state, PhoneState::ready) << c.problem;
        EXPECT_EQ(report.firmware, "2.2.0.0047");
        EXPECT_THAT(report.problems, Contains(HasSubstr(c.problem)));
    }
}

TEST_F(PolycomBoot, StoresAForeignImageWithoutUnderstandingIt) {
    serve("sip.ld", std::string(100'000, '\x7f'));
    auto report = run();
    EXPECT_EQ(report.state, PhoneState::ready);
    EXPECT_EQ(report.firmware, "2.2.0.0047") << "as what ran before: it does not tell";
    EXPECT_EQ(flash.application->bytes, 100'000U);
    EXPECT_EQ(flash.application->name, "sip.ld");
    report = run();
    EXPECT_TRUE(recorder.told(BootEvent::Kind::decision, "Image sip.ld has not changed"));
}

TEST_F(PolycomBoot, TakesAForeignImageForTheVersionThatASwitchSays) {
    flash.application->version = "3.1.8.0070";
    serve("sip.ld", std::string(9000, 'a'));
    EXPECT_EQ(run().firmware, "3.1.8.0070");
    EXPECT_THAT(asked(), Contains("0004f2aabbcc-license.cfg")) << "it is no 2.2 now";
    flash.parameters["phone.application.version"] = "4.0.15.1047";
    serve("sip.ld", std::string(9000, 'b'));
    EXPECT_EQ(run().firmware, "4.0.15.1047");
    EXPECT_THAT(server.steps.back().request.user_agent, HasSubstr("-UA/4.0.15.1047 Type/Application"));
    flash.parameters["phone.application.version"] = "4\r\nX: y";
    serve("sip.ld", std::string(9000, 'c'));
    EXPECT_EQ(run().firmware, "4.0.15.1047") << "no version";
}

TEST_F(PolycomBoot, ANewBootromFormatsTheFlashAndReboots) {
    run();
    serve("bootrom.ld", stub("bootrom", "4.1.4.0122", "", "boot"));
    serve("sip.ld", stub("application", "3.1.8.0070", "", "app"));
    const auto report = run();
    EXPECT_EQ(report.reboots, 1U);
    EXPECT_EQ(report.state, PhoneState::ready);
    EXPECT_EQ(flash.bootrom.version, "4.1.4.0122");
    EXPECT_EQ(report.firmware, "3.1.8.0070");
}

TEST_F(PolycomBoot, HaltsWithoutAnyApplication) {
    flash.application.reset();
    const auto report = run();
    EXPECT_EQ(report.state, PhoneState::unconfigured);
    EXPECT_THAT(report.problems, Contains(HasSubstr("application is not present")));
}

TEST_F(PolycomBoot, DoesNotMindUploadsThatFail) {
    serve("000000000000.cfg", "<APPLICATION CONFIG_FILES=\"0004f2aabbcc-reg.cfg, sip.cfg\" "
                              "LOG_FILE_DIRECTORY=\"http://0.0.0.0\"/>");
    server.fail("http://0.0.0.0/0004f2aabbcc-boot.log", FileOutcome::unreachable);
    server.fail("http://0.0.0.0/0004f2aabbcc-app.log", FileOutcome::refused);
    const auto report = run();
    EXPECT_EQ(report.state, PhoneState::ready);
    EXPECT_TRUE(report.problems.empty());
}

TEST_F(PolycomBoot, AsksForTheSeedDirectoryOnlyWhileItHasNone) {
    serve("000000000000-directory.xml", "<directory/>");
    run();
    EXPECT_THAT(asked(), Contains("000000000000-directory.xml"));
    run();
    EXPECT_THAT(asked(), testing::Not(Contains("000000000000-directory.xml")));
}

TEST_F(PolycomBoot, ARunningPhoneLooksAndGoesOnWhereNothingHasChanged) {
    run();
    const auto report = look();
    EXPECT_EQ(report.state, PhoneState::ready);
    EXPECT_EQ(report.reboots, 0U);
    EXPECT_THAT(asked(), testing::Not(Contains("bootrom.ld")));
    EXPECT_THAT(asked(), Contains("0004f2aabbcc-reg.cfg"));
    EXPECT_TRUE(recorder.told(BootEvent::Kind::decision, "goes on"));
}

TEST_F(PolycomBoot, APhoneWithoutAnApplicationCannotLookAndBoots) {
    flash.application.reset();
    EXPECT_EQ(run().state, PhoneState::unconfigured);
    cause = BootSurroundings::Cause::notify;
    EXPECT_EQ(look().state, PhoneState::unconfigured);
    EXPECT_EQ(asked().front(), "2345-12600-001.bootrom.ld");
    serve("sip.ld", stub("application", "2.2.0.0047", "", "a"));
    EXPECT_EQ(look().state, PhoneState::ready);
}

TEST_F(PolycomBoot, ARunningPhoneRestartsOnceForAFileThatFindsNoRoomInFlash) {
    flash.files["file:0004f2aabbcc-web.cfg"] = std::string(limits::cached_bytes_max, 'x'); // nothing else fits
    run();
    EXPECT_FALSE(flash.files.contains("file:sip.cfg"));
    EXPECT_EQ(look().reboots, 0U);
    serve("sip.cfg", "<a voIpProt.server.1.address=\"other\"/>");
    EXPECT_EQ(look().reboots, 1U);
    EXPECT_EQ(look().reboots, 0U);
}

TEST_F(PolycomBoot, AConfigurationFileMayHaveAnyName) {
    serve("000000000000.cfg", "<APPLICATION CONFIG_FILES=\"master, master:, digest of sip.cfg, sip.cfg, "
                              "0004f2aabbcc-reg.cfg\" MISC_FILES=\"sip.cfg\"/>");
    serve("master", "<a up.headsetMode=\"1\"/>");
    serve("master:", "<a up.useDirectoryNames=\"1\"/>");
    flash.parameters["phone.paths"] = "as_written";
    run();
    EXPECT_EQ(look().reboots, 0U) << "no file is taken for another";
    server.fail_all(FileOutcome::unreachable);
    EXPECT_EQ(run().state, PhoneState::stale);
    EXPECT_EQ(run().parameters["up.headsetMode"], "1");
}

TEST_F(PolycomBoot, ForgetsFilesThatTheMasterFileListsNoMore) {
    run();
    EXPECT_TRUE(flash.files.contains("file:0004f2aabbcc-reg.cfg"));
    serve("000000000000.cfg", "<APPLICATION CONFIG_FILES=\"sip.cfg\"/>");
    run();
    EXPECT_FALSE(flash.files.contains("file:0004f2aabbcc-reg.cfg"));
    EXPECT_FALSE(flash.digests.contains("file:0004f2aabbcc-reg.cfg"));
    EXPECT_TRUE(flash.files.contains("file:sip.cfg"));
}

TEST_F(PolycomBoot, ACheckSyncRestartsAtOnceByASealedFileAndByOneOfUcs) {
    const char* key = "Crypt=1;KeyDesc=k;Key=06a9214036b8a15b512e03d534120006;";
    const std::string always = "<a voIpProt.SIP.specialEvent.checkSync.alwaysReboot=\"1\"/>";
    flash.application->version = "4.0.15.1047";
    flash.parameters["device.sec.configEncryption.key"] = key;
    serve("0004f2aabbcc-web.cfg", *config::find_seal("polycom-project")->seal(always, key, ""));
    run();
    cause = BootSurroundings::Cause::notify;
    EXPECT_EQ(look().reboots, 1U);
    cause = BootSurroundings::Cause::own_clock;
    EXPECT_EQ(look().reboots, 0U) << "a poll looks first";
}

TEST_F(PolycomBoot, RefusesIpv6Addresses) {
    flash.parameters["device.prov.serverName"] = "ftp://[::1]/spip";
    const auto fits = family_boot().check_address(flash);
    ASSERT_FALSE(fits);
    EXPECT_THAT(fits.error().message, HasSubstr("::1 is an IPv6 address, and these phones speak IPv4 only"));
    flash.parameters["device.prov.serverName"] = "http://boot/spip";
    serve("000000000000.cfg", "<APPLICATION CONFIG_FILES=\"ftp://[2001:db8::1]/x.cfg\"/>");
    EXPECT_THAT(run().problems, Contains(HasSubstr("2001:db8::1 is an IPv6 address")));
    for (const auto& step : server.steps) {
        EXPECT_THAT(step.url, testing::Not(HasSubstr("2001")));
        EXPECT_EQ(step.request.ip, TransferRequest::Ip::ipv4);
    }
}

TEST_F(PolycomBoot, ARunningPhoneLooksForItsServerOnlyWhenItRestarts) {
    looks.choice = DiscoveryChoice::all;
    const auto found = ScriptedClients::ack({{160, "http://boot/spip"}});
    flash.parameters["device.prov.serverName"] = "http://other/";
    clients.answers4 = {found, found};
    const auto booted = run();
    clients.order.clear();
    found_before = &booted.discovery;
    EXPECT_EQ(look().discovery.address, "http://boot/spip");
    EXPECT_THAT(clients.order, testing::IsEmpty());
    EXPECT_THAT(asked(), Contains("0004f2aabbcc-reg.cfg"));
    serve("sip.cfg", "<a><b voIpProt.server.1.address=\"other\"/></a>");
    clients.answers4 = {found, found};
    EXPECT_EQ(look().reboots, 1U);
    EXPECT_THAT(clients.order, ElementsAre("lease", "lease"));
}

TEST_F(PolycomBoot, ARunningPhoneRestartsOnceWhereAFileHasChanged) {
    run();
    serve("sip.cfg", "<a><b voIpProt.server.1.address=\"other\"/></a>");
    const auto report = look();
    EXPECT_EQ(report.reboots, 1U);
    EXPECT_EQ(report.lines[0].registrar, "other");
    EXPECT_THAT(asked(), Contains("bootrom.ld"));
    EXPECT_EQ(report.files.size(), server.steps.size());
    EXPECT_EQ(look().reboots, 0U);
}

TEST_F(PolycomBoot, ARunningPhoneRestartsForAnotherApplication) {
    run();
    serve("sip.ld", stub("application", "3.1.8.0070", "2345-12600-001", "new"));
    const auto report = look();
    EXPECT_EQ(report.reboots, 1U);
    EXPECT_EQ(report.firmware, "3.1.8.0070");
    EXPECT_EQ(look().reboots, 0U);
}

TEST_F(PolycomBoot, ARunningPhoneCountsWhatTheMasterFileLists) {
    run();
    serve("0004f2aabbcc-phone.cfg", "<PHONE_CONFIG><OVERRIDES reg.1.label=\"x\"/></PHONE_CONFIG>");
    EXPECT_EQ(look().reboots, 0U) << "an override file is not listed";
    EXPECT_TRUE(recorder.told(BootEvent::Kind::decision, "not listed in the master file: 0004f2aabbcc-phone.cfg"));
    flash.parameters["phone.check_sync.counts"] = "all";
    serve("0004f2aabbcc-phone.cfg", "<PHONE_CONFIG><OVERRIDES reg.1.label=\"y\"/></PHONE_CONFIG>");
    EXPECT_EQ(look().reboots, 1U);
    serve("000000000000.cfg", "<APPLICATION APP_FILE_PATH=\"sip.ld\" CONFIG_FILES=\"[PHONE_MAC_ADDRESS]-reg.cfg, "
                              "sip.cfg\" MISC_FILES=\"hook\" LOG_FILE_DIRECTORY=\"logs/\"/>");
    serve("hook", "1");
    EXPECT_EQ(look().reboots, 1U) << "the master file itself";
    EXPECT_EQ(look().reboots, 0U);
    serve("hook", "2");
    EXPECT_EQ(look().reboots, 1U) << "MISC_FILES";
}

TEST_F(PolycomBoot, ACheckSyncRestartsAtOnceWhereItAlwaysReboots) {
    serve("sip.cfg", "<a voIpProt.server.1.address=\"pbx\" "
                     "voIpProt.SIP.specialEvent.checkSync.alwaysReboot=\"1\"/>");
    run();
    cause = BootSurroundings::Cause::own_clock;
    EXPECT_EQ(look().reboots, 0U) << "it looks first";
    cause = BootSurroundings::Cause::notify;
    const auto report = look();
    EXPECT_EQ(report.reboots, 1U);
    EXPECT_EQ(asked().front(), "2345-12600-001.bootrom.ld") << "it looks at nothing before";
}

TEST_F(PolycomBoot, FindsEachFileWhereTheMasterFileSaysItIs) {
    serve("000000000000.cfg",
          "<APPLICATION APP_FILE_PATH=\"https://u1:p1@images/fw/sip.ld\" "
          "CONFIG_FILES=\"https://u2:p2@conf/reg.cfg, tftp://old/sip.cfg\" MISC_FILES=\"ftp://u3:p3@misc/m\" "
          "LOG_FILE_DIRECTORY=\"http://u4:p4@logs/l\" OVERRIDES_DIRECTORY=\"https://u5:p5@over/o/\" "
          "CONTACTS_DIRECTORY=\"contacts\"/>");
    server.serve("https://conf/reg.cfg", "<a reg.1.address=\"1\" reg.1.auth.password=\"p\"/>");
    server.serve("tftp://old/sip.cfg", "<a voIpProt.server.1.address=\"pbx\"/>");
    EXPECT_EQ(run().state, PhoneState::ready);
    const auto user_of = [&](std::string_view url) -> std::string {
        for (const auto& step : server.steps)
            if (step.url == url) return step.request.credentials.user;
        return "not asked";
    };
    EXPECT_EQ(user_of("http://images/fw/2345-12600-001.sip.ld"), "u1") << "the bootROM has no TLS";
    EXPECT_EQ(user_of("http://images/fw/sip.ld"), "u1");
    EXPECT_EQ(user_of("https://conf/reg.cfg"), "u2");
    EXPECT_EQ(user_of("tftp://old/sip.cfg"), "PlcmSpIp");
    EXPECT_EQ(user_of("ftp://misc/m"), "u3");
    EXPECT_EQ(user_of("http://logs/l/0004f2aabbcc-boot.log"), "u4");
    EXPECT_EQ(user_of("http://logs/l/0004f2aabbcc-app.log"), "u4");
    EXPECT_EQ(user_of("https://over/o/0004f2aabbcc-phone.cfg"), "u5");
    EXPECT_EQ(user_of("http://boot/spip/contacts/0004f2aabbcc-directory.xml"), "PlcmSpIp");
}

TEST_F(PolycomBoot, AModelWithoutTlsSpeaksPlainHttpInBothStages) {
    model_name = "SPIP300";
    flash = factory_flash(model(), flash.mac);
    flash.parameters["device.prov.serverName"] = "https://boot/spip";
    serve("sip.ld", stub("application", "2.2.0.0047", "", "new"));
    const auto report = run();
    EXPECT_EQ(report.state, PhoneState::ready);
    EXPECT_EQ(report.firmware, "2.1.2") << "2.2 is not for this model";
    for (const auto& step : server.steps) EXPECT_TRUE(step.url.starts_with("http://boot/")) << step.url;
    EXPECT_THAT(report.problems, Contains(HasSubstr("2.2.0.0047 is past 2.1.2")));
}

TEST_F(PolycomBoot, FollowsRedirectsAsItsReleaseDoes) {
    const auto follows = [&] {
        run();
        return server.steps.back().request.redirects == TransferRequest::Redirects::followed;
    };
    EXPECT_FALSE(follows());
    flash.parameters["phone.redirects"] = "followed";
    EXPECT_TRUE(follows());
    EXPECT_EQ(server.steps.front().request.redirects, TransferRequest::Redirects::refused) << "a bootROM never does";
    flash.parameters.erase("phone.redirects");
    flash.application->version = "4.0.15.1047";
    EXPECT_TRUE(follows());
}

TEST_F(PolycomBoot, KeepsOrForgetsWhatWasChangedOnItWhereTheServerHasNoOverrides) {
    flash.changes["reg.1.address"] = "555";
    EXPECT_EQ(run().lines[0].user, "555");
    flash.parameters["phone.overrides.absent"] = "forgotten";
    const Flash before = flash;
    server.fail_all(FileOutcome::unreachable);
    EXPECT_EQ(run().lines[0].user, "555") << "nobody said that there are none";
    flash = before;
    server.fail_all({});
    EXPECT_EQ(run().lines[0].user, "101");
    EXPECT_TRUE(flash.changes.empty());
}

TEST_F(PolycomBoot, TheServersOverridesReplaceThoseInFlash) {
    flash.changes = {{"reg.1.address", "555"}, {"up.headsetMode", "1"}};
    serve("0004f2aabbcc-phone.cfg", "<PHONE_CONFIG><OVERRIDES reg.1.address=\"556\"/></PHONE_CONFIG>");
    EXPECT_EQ(run().lines[0].user, "556");
    EXPECT_EQ(flash.changes.size(), 1U);
}

TEST_F(PolycomBoot, TakesEveryParameterOfTheFlashThatAFileMaySet) {
    constexpr std::string_view names[] = {"device.net.ipAddress",
                                          "device.net.subnetMask",
                                          "device.net.IPgateway",
                                          "device.net.vlanId",
                                          "device.net.cdpEnabled",
                                          "device.dhcp.enabled",
                                          "device.dhcp.offerTimeout",
                                          "device.dhcp.option60Type",
                                          "device.dhcp.bootSrvUseOpt",
                                          "device.dhcp.bootSrvOpt",
                                          "device.dhcp.bootSrvOptType",
                                          "device.dhcp.dhcpVlanDiscUseOpt",
                                          "device.dhcp.dhcpVlanDiscOpt",
                                          "device.prov.user",
                                          "device.prov.password",
                                          "device.prov.redunAttemptLimit",
                                          "device.prov.redunInterAttemptDelay",
                                          "device.prov.maxRedunServers",
                                          "device.prov.tagSerialNo",
                                          "device.dns.serverAddress",
                                          "device.dns.altSrvAddress",
                                          "device.dns.domain",
                                          "device.sntp.serverName",
                                          "device.sntp.gmtOffset",
                                          "device.syslog.serverName",
                                          "device.syslog.transport",
                                          "device.syslog.facility",
                                          "device.syslog.renderLevel",
                                          "device.syslog.prependMac",
                                          "device.auth.localAdminPassword",
                                          "device.auth.localUserPassword",
                                          "device.sec.configEncryption.key",
                                          "device.prov.upgradeServer",
                                          "device.prov.ztpEnabled"};
    for (const auto name : names) {
        serve("sip.cfg",
              fmt::format("<a voIpProt.server.1.address=\"pbx\" device.set=\"1\" {0}=\"7\" {0}.set=\"1\"/>", name));
        flash.configuration_digest.clear();
        const auto report = run();
        EXPECT_EQ(flash.parameter(name), "7") << name;
        EXPECT_EQ(report.reboots, 1U) << name;
        EXPECT_EQ(report.state, PhoneState::ready) << name;
    }
}

TEST_F(PolycomBoot, TellsWhatIsInForce) { EXPECT_EQ(run().parameters["voIpProt.server.1.address"], "pbx"); }

} // namespace
} // namespace offhook::phone::polycom
