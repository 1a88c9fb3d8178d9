/// @file  What a Polycom phone does when a file of its boot does not come as it should: every file, in every way.
#include "phone/polycom/booting_phone.hpp"

#include <gmock/gmock.h>

namespace offhook::phone::polycom {
namespace {

using testing::Contains;
using testing::Each;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

constexpr std::array network_failures{FileOutcome::unreachable, FileOutcome::timed_out, FileOutcome::cut_off};
constexpr std::array answers{FileOutcome::absent, FileOutcome::denied, FileOutcome::refused, FileOutcome::too_large,
                             FileOutcome::redirected};
constexpr const char* page = "<!DOCTYPE html><html><body>Log in</body></html>";

class PolycomFailures : public BootingPhone {
protected:
    PolycomFailures() {
        serve("2345-12600-001.sip.ld", stub("application", "2.2.0.0047", "", std::string(6000, 'i')));
        serve("0004f2aabbcc.cfg",
              "<APPLICATION APP_FILE_PATH=\"sip.ld\" CONFIG_FILES=\"reg.cfg, sip.cfg\" MISC_FILES=\"hook.txt\"/>");
        serve("reg.cfg", "<a reg.1.address=\"101\" reg.1.auth.password=\"secret\"/>");
        serve("sip.cfg", "<a voIpProt.server.1.address=\"pbx\" lcl.ml.lang=\"German_Germany\" saf.1=\"w.wav\"/>");
        serve("hook.txt", "x");
        serve("0004f2aabbcc-phone.cfg", "<PHONE_CONFIG><OVERRIDES up.headsetMode=\"1\"/></PHONE_CONFIG>");
        serve("0004f2aabbcc-directory.xml", "<directory><item_list/></directory>");
        serve("SoundPointIPLocalization/German_Germany/SoundPointIP-dictionary.xml", "<d/>");
        serve("w.wav", "RIFF");
        fresh = flash;
    }
    /// A phone out of its box, or one that has booted here before.
    enum class Before { nothing, booted };
    BootReport boot_with(const std::string& name, FileOutcome outcome, Before before) {
        flash = fresh;
        if (before == Before::booted) (void)run();
        server.fail(base + name, outcome);
        auto report = run();
        server.heal(base + name);
        return report;
    }
    [[nodiscard]] std::string told(const BootReport& report) const {
        std::string all;
        for (const auto& problem : report.problems) all += problem + "\n";
        return all;
    }
    Flash fresh;
};

/// The end by file: a boot does not depend on most of them.
TEST_F(PolycomFailures, EveryFileFailsInEveryWay) {
    const struct {
        const char* name;
        PhoneState first, again; ///< of a phone out of its box; of one that has the file in flash
    } files[] = {
        {"2345-12600-001.bootrom.ld", PhoneState::ready, PhoneState::ready},
        {"2345-12600-001.sip.ld", PhoneState::ready, PhoneState::ready},
        {"hook.txt", PhoneState::ready, PhoneState::ready},
        {"0004f2aabbcc-phone.cfg", PhoneState::ready, PhoneState::ready},
        {"0004f2aabbcc-directory.xml", PhoneState::ready, PhoneState::ready},
        {"SoundPointIPLocalization/German_Germany/SoundPointIP-dictionary.xml", PhoneState::ready, PhoneState::ready},
        {"w.wav", PhoneState::ready, PhoneState::ready},
        {"0004f2aabbcc-app.log", PhoneState::ready, PhoneState::ready},
        {"0004f2aabbcc-boot.log", PhoneState::ready, PhoneState::ready},
        {"reg.cfg", PhoneState::unconfigured, PhoneState::stale},
        {"sip.cfg", PhoneState::unconfigured, PhoneState::stale},
    };
    for (const auto& file : files)
        for (const auto outcome : answers) {
            const auto first = boot_with(file.name, outcome, Before::nothing);
            EXPECT_EQ(first.state, file.first) << file.name << " " << file_outcome_text.to_text(outcome);
            EXPECT_TRUE(file.first == PhoneState::ready || told(first).find(file.name) != std::string::npos)
                << file.name;
            const auto again = boot_with(file.name, outcome, Before::booted);
            EXPECT_EQ(again.state, file.again) << file.name << " " << file_outcome_text.to_text(outcome);
        }
}

/// The server falls silent at one file and stays so for the rest of the stage: what is missing then is in flash, or
/// not.
TEST_F(PolycomFailures, TheNetworkFailsAtEveryFile) {
    run();
    const auto names = asked();
    for (const auto& name : names) {
        for (const auto outcome : network_failures) {
            const auto file = name.starts_with("put ") ? name.substr(4) : name;
            const auto report = boot_with(file, outcome, Before::booted);
            EXPECT_NE(report.state, PhoneState::unconfigured) << name << " " << file_outcome_text.to_text(outcome);
            EXPECT_EQ(report.lines.size(), 1U) << name;
            const bool is_upload = name.starts_with("put ");
            EXPECT_EQ(report.problems.empty(), is_upload) << name << " " << file_outcome_text.to_text(outcome);
        }
    }
}

TEST_F(PolycomFailures, AMasterFileThatFailsIsReplacedByTheDefaultOrTheCache) {
    for (const auto outcome : answers) {
        const auto report = boot_with("0004f2aabbcc.cfg", outcome, Before::nothing);
        EXPECT_THAT(asked(), Contains("0004f2aabbcc-reg.cfg")) << "as 000000000000.cfg says";
        EXPECT_EQ(report.state, PhoneState::ready);
    }
    server.remove(std::string(base) + "000000000000.cfg");
    for (const auto outcome : answers)
        EXPECT_EQ(boot_with("0004f2aabbcc.cfg", outcome, Before::booted).state, PhoneState::ready)
            << "by the copy in flash the files are still found";
    EXPECT_EQ(boot_with("0004f2aabbcc.cfg", FileOutcome::absent, Before::nothing).state, PhoneState::unconfigured);
}

TEST_F(PolycomFailures, ComesBackWhenTheServerDoes) {
    run();
    server.fail_all(FileOutcome::unreachable);
    EXPECT_EQ(run().state, PhoneState::stale);
    server.fail_all({});
    const auto report = run();
    EXPECT_EQ(report.state, PhoneState::ready);
    EXPECT_EQ(report.reboots, 0U);
    EXPECT_TRUE(report.problems.empty());
}

TEST_F(PolycomFailures, APageOrABrokenFileInPlaceOfEachIsNamed) {
    for (const char* name :
         {"0004f2aabbcc.cfg", "reg.cfg", "sip.cfg", "0004f2aabbcc-phone.cfg", "0004f2aabbcc-directory.xml"}) {
        for (const char* content : {page, "<a x=\"1\"", "", "\x01\x02"}) {
            flash = fresh;
            const ScriptedTransfers kept = server;
            serve(name, content);
            const auto report = run();
            EXPECT_THAT(told(report), HasSubstr(std::string(name) + ": ")) << content;
            EXPECT_THAT(told(report), HasSubstr("expected")) << name << content;
            EXPECT_EQ(report.reboots, 0U);
            server = kept;
        }
    }
}

TEST_F(PolycomFailures, WithoutAnyApplicationItBootsOverAndOver) {
    server.remove(std::string(base) + "2345-12600-001.sip.ld");
    flash.application.reset();
    flash.parameters["phone.countdown"] = "10";
    const auto report = run();
    EXPECT_EQ(report.state, PhoneState::unconfigured);
    EXPECT_EQ(report.reboots, limits::reboots_max);
    EXPECT_EQ(server.waited, limits::reboots_max * std::chrono::seconds(10));
    EXPECT_THAT(report.problems, Contains(HasSubstr("application is not present")));
    EXPECT_THAT(report.problems, Contains(HasSubstr("gave up after 8 reboots")));
    serve("sip.ld", stub("application", "2.2.0.0047", "", "a"));
    EXPECT_EQ(run().state, PhoneState::ready);
}

TEST_F(PolycomFailures, LogsWhatTheVendorLogsOfAnImage) {
    auto damaged = stub("application", "3.1.8.0070", "", "payload");
    damaged.back() = 'X';
    serve("2345-12600-001.sip.ld", damaged);
    const auto report = run();
    EXPECT_EQ(report.firmware, "2.2.0.0047") << "the old one stays";
    const auto put = std::find_if(server.steps.begin(), server.steps.end(),
                                  [](const auto& step) { return step.request.direction == Direction::put; });
    ASSERT_NE(put, server.steps.end());
    EXPECT_THAT(put->request.body, HasSubstr("|5|00|Bad image checksum, expected=0x"));
    EXPECT_THAT(put->request.body, HasSubstr("|5|00|Error updating application"));
    serve("2345-12600-001.sip.ld", stub("application", "3.1.8.0070", "2345-11500-040", "x"));
    EXPECT_THAT(told(run()),
                HasSubstr("not compatible with the phone (2345-12600-001); expected an application image"));
}

TEST_F(PolycomFailures, ANewBootromTakesAllThatWasInTheFileSystem) {
    run();
    flash.changes["up.headsetMode"] = "0";
    flash.log = "old";
    server.remove(std::string(base) + "0004f2aabbcc-phone.cfg");
    server.remove(std::string(base) + "0004f2aabbcc-directory.xml");
    serve("bootrom.ld", stub("bootrom", "4.1.4.0122", "", "boot"));
    const auto report = run();
    EXPECT_EQ(report.reboots, 1U);
    EXPECT_EQ(report.state, PhoneState::ready);
    EXPECT_TRUE(flash.changes.empty());
    EXPECT_EQ(flash.directory, "");
    EXPECT_EQ(flash.parameter("device.prov.serverName"), "http://boot/spip") << "the boot parameters stand elsewhere";
}

TEST_F(PolycomFailures, IgnoresValuesOutOfRangeAndLogsThem) {
    serve("reg.cfg", "<a reg.1.address=\"101\" reg.1.auth.password=\"secret\" voIpProt.server.1.port=\"99999\" "
                     "unheard.of=\"99999\"/>");
    const auto report = run();
    EXPECT_EQ(report.state, PhoneState::ready);
    EXPECT_EQ(report.parameters.count("voIpProt.server.1.port"), 0U);
    EXPECT_EQ(report.parameters.at("unheard.of"), "99999");
    EXPECT_THAT(server.steps.back().request.body,
                HasSubstr("|cfg  |4|00|reg.cfg: voIpProt.server.1.port: 99999 is out of range (0..65535)"));
    EXPECT_TRUE(report.problems.empty());
}

TEST_F(PolycomFailures, TakesNoSoundBeyondItsRoom) {
    serve("sip.cfg", "<a voIpProt.server.1.address=\"pbx\" saf.1=\"a.wav\" saf.2=\"b.wav\" saf.3=\"c.wav\" "
                     "res.finder.sizeLimit=\"2\" res.quotas.1.name=\"tone\" res.quotas.1.value=\"3\"/>");
    serve("a.wav", std::string(2048, 'a'));
    serve("b.wav", std::string(1024, 'b'));
    serve("c.wav", "c");
    run();
    const auto most_of = [&](std::string_view name) -> std::uint64_t {
        for (const auto& step : server.steps)
            if (step.url == base + std::string(name)) return step.request.bytes_max;
        return 0;
    };
    EXPECT_EQ(most_of("a.wav"), 2048U);
    EXPECT_EQ(most_of("b.wav"), 1024U) << "of the quota";
    EXPECT_EQ(most_of("c.wav"), 0U) << "not asked for: the quota is used up";
    EXPECT_TRUE(recorder.told(BootEvent::Kind::decision, "c.wav: no room is left"));
}

TEST_F(PolycomFailures, RefusesPathsThatTheGuideForbids) {
    serve("0004f2aabbcc.cfg", "<APPLICATION CONFIG_FILES=\"reg.cfg, sip.cfg, a%20b.cfg, ../up.cfg, a b.cfg\"/>");
    const auto report = run();
    EXPECT_EQ(report.state, PhoneState::ready);
    for (const char* name : {"a%20b.cfg", "../up.cfg", "a b.cfg"}) {
        EXPECT_THAT(asked(), Not(Contains(name)));
        EXPECT_THAT(told(report), HasSubstr(name));
    }
    flash.parameters["phone.paths"] = "as_written";
    EXPECT_THAT(told(run()), HasSubstr("../up.cfg: not all configuration files were present"));
    EXPECT_THAT(asked(), Contains("../up.cfg"));
}

constexpr const char* old_key = "Crypt=1;KeyDesc=old;Key=06a9214036b8a15b512e03d534120006;";
constexpr const char* new_key = "Crypt=1;KeyDesc=new;Key=16a9214036b8a15b512e03d534120007;";

class PolycomSealed : public PolycomFailures {
protected:
    PolycomSealed() { flash.parameters["device.sec.configEncryption.key"] = old_key; }
    static std::string sealed(std::string_view plain, std::string_view key = old_key) {
        return *config::find_seal("polycom-project")->seal(plain, key, "salt");
    }
};

TEST_F(PolycomSealed, ReadsSealedAndPlainFilesBesideEachOther) {
    serve("reg.cfg", sealed("<a reg.1.address=\"101\" reg.1.auth.password=\"secret\"/>"));
    serve("0004f2aabbcc-phone.cfg", sealed("<PHONE_CONFIG><OVERRIDES reg.1.auth.userId=\"o\"/></PHONE_CONFIG>"));
    serve("0004f2aabbcc-directory.xml", sealed("<directory><item_list/></directory>"));
    const auto report = run();
    EXPECT_EQ(report.state, PhoneState::ready) << told(report);
    EXPECT_EQ(report.lines, (std::vector<EffectiveLine>{{1, "101", "o", "secret", "pbx"}}));
    EXPECT_EQ(flash.directory, "<directory><item_list/></directory>");
    server.fail_all(FileOutcome::unreachable);
    EXPECT_EQ(run().state, PhoneState::stale) << "the copies in flash open, too";
}

TEST_F(PolycomSealed, TakesANewKeyFromAFileThatTheOldOneOpens) {
    const std::string line = "reg.1.address=\"101\" reg.1.auth.password=\"secret\"";
    serve("reg.cfg", sealed(fmt::format("<a {} device.set=\"1\" device.sec.configEncryption.key=\"{}\" "
                                        "device.sec.configEncryption.key.set=\"1\"/>",
                                        line, new_key)));
    server.serve_after_stages(std::string(base) + "reg.cfg", 2, sealed(fmt::format("<a {}/>", line), new_key));
    const auto report = run();
    EXPECT_EQ(report.state, PhoneState::ready) << told(report);
    EXPECT_EQ(flash.parameter("device.sec.configEncryption.key"), new_key);
    EXPECT_GE(report.reboots, 1U);
    for (const auto& problem : report.problems) EXPECT_THAT(problem, Not(HasSubstr("16a9214036b8")));
}

TEST_F(PolycomSealed, BootsOverAndOverForAFileThatItCannotDecrypt) {
    run();
    for (const char* name : {"reg.cfg", "0004f2aabbcc-phone.cfg", "0004f2aabbcc-directory.xml"}) {
        const ScriptedTransfers kept = server;
        const Flash before = flash;
        serve(name, sealed("<a/>", new_key));
        const auto report = run();
        EXPECT_EQ(report.state, PhoneState::unconfigured) << name;
        EXPECT_EQ(report.reboots, limits::reboots_max) << name;
        EXPECT_THAT(told(report), HasSubstr(std::string(name) + ": it is encrypted and cannot be decrypted"));
        EXPECT_THAT(told(report), HasSubstr("expected a file that the key in device.sec.configEncryption.key opens"));
        EXPECT_THAT(told(report), HasSubstr("gave up after 8 reboots"));
        server = kept;
        flash = before;
        EXPECT_EQ(run().state, PhoneState::ready) << "once it is mended";
    }
    flash.parameters.erase("device.sec.configEncryption.key");
    serve("reg.cfg", sealed("<a/>"));
    EXPECT_THAT(told(run()), HasSubstr("the phone has no key"));
}

TEST_F(PolycomSealed, ALockedPhoneSendsItsLogAtABootOnlyWhereItMay) {
    serve("reg.cfg", sealed("<a/>", new_key));
    (void)run();
    EXPECT_THAT(asked(), Contains("put 0004f2aabbcc-app.log"));
    EXPECT_THAT(sent_log("0004f2aabbcc-app.log"),
                HasSubstr("|cfg  |5|00|Error decrypting file 'reg.cfg': it is encrypted "));
    flash = fresh;
    flash.parameters["phone.log.at_boot"] = "0";
    flash.parameters["device.sec.configEncryption.key"] = old_key;
    (void)run();
    EXPECT_THAT(asked(), Not(Contains("put 0004f2aabbcc-app.log")));
}

TEST_F(PolycomFailures, ItsLogSaysWhatItCouldNotRead) {
    const struct {
        const char *name, *content, *log, *sentence;
    } files[] = {
        {"reg.cfg", "reg.1.address=\"101\"", "0004f2aabbcc-app.log", "Error parsing file 'reg.cfg': "},
        {"reg.cfg", "<html><body>Log in</body></html>", "0004f2aabbcc-app.log", "Error parsing file 'reg.cfg': "},
        {"0004f2aabbcc-directory.xml", "<directory>", "0004f2aabbcc-app.log",
         "Error parsing file '0004f2aabbcc-directory.xml': "},
        {"0004f2aabbcc.cfg", "<APPLICATION", "0004f2aabbcc-boot.log", "Error parsing file '0004f2aabbcc.cfg': "},
    };
    for (const auto& file : files) {
        const ScriptedTransfers kept = server;
        flash = fresh;
        serve(file.name, file.content);
        (void)run();
        EXPECT_THAT(sent_log(file.log), HasSubstr(std::string("|cfg  |5|00|") + file.sentence)) << file.name;
        server = kept;
    }
}

TEST_F(PolycomSealed, TakesNoSealedMasterFile) {
    serve("0004f2aabbcc.cfg", sealed("<APPLICATION CONFIG_FILES=\"reg.cfg\"/>"));
    const auto report = run();
    EXPECT_THAT(told(report), HasSubstr("0004f2aabbcc.cfg: it is encrypted; expected plain XML"));
    EXPECT_THAT(asked(), Contains("0004f2aabbcc-reg.cfg")) << "as 000000000000.cfg says";
    EXPECT_EQ(report.reboots, 0U);
}

} // namespace
} // namespace offhook::phone::polycom
