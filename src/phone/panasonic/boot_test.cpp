#include "phone/panasonic/boot.hpp"

#include "base/hex.hpp"
#include "config/seal/seal.hpp"
#include "phone/awaited.hpp"
#include "phone/discovery/scripted_clients.hpp"
#include "phone/fake_rows.hpp"
#include "phone/notify/notify_rules.hpp"
#include "phone/scripted_transfers.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace offhook::phone::panasonic {
namespace {

using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

const MacAddress mac = *MacAddress::from_text("0080f0c571eb");

std::string text(std::string_view lines) {
    std::string out = "# Panasonic SIP Phone Standard Format File # DO NOT CHANGE THIS LINE!\r\n";
    for (const char c : lines) out += c == '\n' ? std::string("\r\n") : std::string(1, c);
    return out + "\r\n";
}

class PanasonicBoot : public testing::Test {
protected:
    PanasonicBoot() : flash(family_boot().factory_flash(family.model(), mac)) {
        flash.parameters[std::string(typed_address)] = "http://boot/{MODEL}.cfg";
        server.serve("http://boot/KX-HDV130.cfg", text("CFG_STANDARD_FILE_PATH=\"http://boot/Config{MAC}.cfg\"\n"
                                                       "CFG_PRODUCT_FILE_PATH=\"http://boot/Config{MODEL}.cfg\"\n"
                                                       "CFG_MASTER_FILE_PATH=\"http://id:pass@boot/\"\n"
                                                       "SIP_RGSTR_ADDR_1=\"first\"\n"));
        server.serve("http://boot/Config0080F0C571EB.cfg", text("PHONE_NUMBER_1=\"201\"\nSIP_PASS_1=\"secret\"\n"));
        server.serve("http://boot/ConfigKX-HDV130.cfg", text("PHONE_NUMBER_1=\"999\"\n"));
        server.serve("http://boot/ConfigCommon.cfg", text("SIP_RGSTR_ADDR_1=\"pbx\"\n"));
    }
    BootReport run(DiscoveryRequest request = {}, const FoundServer* found_before = nullptr) {
        server.steps.clear();
        BootSurroundings around{family, family.model(), server, recorder, clock, {}, &clients, request, found_before};
        around.spelled_model = spelled_model;
        return awaited(boot(around, flash, [this](const Flash&) { ++flash_writes; }));
    }
    [[nodiscard]] std::vector<std::string> asked() const {
        std::vector<std::string> urls;
        for (const auto& step : server.steps) urls.push_back(step.url);
        return urls;
    }

    FakeRows family{
        "panasonic",
        "KX-HDV130",
        {{"PHONE_NUMBER_{}", "user"}, {"SIP_PASS_{}", "password"}, {"SIP_RGSTR_ADDR_{}", "registrar.host"}}};
    ScriptedTransfers server;
    ScriptedClients clients{mac};
    Recorder recorder;
    ManualClock clock;
    Flash flash;
    std::string spelled_model;
    unsigned flash_writes = 0;
};

TEST_F(PanasonicBoot, FetchesTheDeviceFilesAndTakesTheMoreSpecific) {
    const auto report = run();
    EXPECT_THAT(asked(), ElementsAre("http://boot/KX-HDV130.cfg", "http://boot/Config0080F0C571EB.cfg",
                                     "http://boot/ConfigKX-HDV130.cfg", "http://boot/ConfigCommon.cfg"));
    EXPECT_EQ(report.state, PhoneState::ready);
    EXPECT_EQ(report.lines, (std::vector<EffectiveLine>{{1, "201", "201", "secret", "pbx"}}));
    EXPECT_THAT(report.problems, IsEmpty());
    EXPECT_EQ(report.firmware, "01.103");
    EXPECT_EQ(server.steps[0].request.user_agent, "Panasonic_KX-HDV130/01.103 (0080f0c571eb)");
    EXPECT_EQ(server.steps[3].request.credentials, (protocol::Url::Credentials{"id", "pass"}));
    EXPECT_EQ(flash_writes, 1U);
}

TEST_F(PanasonicBoot, GoesWhereDiscoverySends) {
    flash.parameters.erase(std::string(typed_address));
    clients.answers4 = {ScriptedClients::ack({{160, "http://boot"}})};
    const auto report = run({DiscoveryChoice::all});
    EXPECT_EQ(report.state, PhoneState::ready);
    EXPECT_EQ(report.discovery.address, "http://boot/{MODEL}.cfg");
    EXPECT_EQ(report.discovery.how, "DHCP option 160");
    EXPECT_THAT(report.discovery.steps, Contains(HasSubstr("the boot server is http://boot/{MODEL}.cfg")));
}

TEST_F(PanasonicBoot, LooksForNothingWhereItIsToldToFetchAnew) {
    flash.parameters.erase(std::string(typed_address));
    clients.answers4 = {ScriptedClients::ack({{160, "http://boot"}})};
    const auto booted = run({DiscoveryChoice::all});
    const auto asked_then = asked();
    clients.order.clear();
    recorder.events.clear();
    const auto report = run({DiscoveryChoice::all}, &booted.discovery);
    EXPECT_THAT(clients.order, IsEmpty());
    EXPECT_EQ(asked(), asked_then);
    EXPECT_EQ(report.state, PhoneState::ready);
    EXPECT_EQ(report.discovery.address, booted.discovery.address);
    EXPECT_FALSE(recorder.told(BootEvent::Kind::power_on, "power on"));
    const FoundServer nothing;
    EXPECT_THAT(run({DiscoveryChoice::all}, &nothing).discovery.address, IsEmpty());
    EXPECT_THAT(asked(), Contains("http://boot/ConfigCommon.cfg")) << "the paths in flash lead there";
}

TEST_F(PanasonicBoot, LivesOnItsFlashWithoutAServer) {
    ASSERT_EQ(run().state, PhoneState::ready);
    server.fail_all(FileOutcome::unreachable);
    const auto report = run();
    EXPECT_EQ(report.state, PhoneState::stale);
    EXPECT_EQ(server.steps.size(), 3U) << "the dead server is not asked for the device files";
    EXPECT_THAT(report.problems, Contains(HasSubstr("could not contact http://boot")));
}

TEST_F(PanasonicBoot, IsUnconfiguredWithoutUsableFiles) {
    server.serve("http://boot/KX-HDV130.cfg", "PHONE_NUMBER_1=\"201\"\r\n"); // no magic line
    auto report = run();
    EXPECT_EQ(report.state, PhoneState::unconfigured);
    EXPECT_EQ(report.files.at(0).outcome, FileOutcome::not_usable);
    server.serve("http://boot/KX-HDV130.cfg", "<!DOCTYPE html><html></html>");
    EXPECT_THAT(run().problems, Contains(HasSubstr("HTML page")));
    server.remove("http://boot/KX-HDV130.cfg");
    EXPECT_THAT(run().problems, Contains(HasSubstr("which the server does not have")));
}

TEST_F(PanasonicBoot, RefusesAnAddressBeyondItsLimitOnceExpanded) {
    flash.parameters[std::string(typed_address)] = "http://boot/" + std::string(360, 'x') + "{MAC}{MAC}.c";
    ASSERT_EQ(flash.parameter(typed_address).size(), 384U);
    const auto report = run();
    EXPECT_THAT(asked(), IsEmpty());
    EXPECT_THAT(report.problems, Contains(HasSubstr("the phone takes 384")));
}

TEST_F(PanasonicBoot, HearsOfItsSwitchesFromFilesForTheNextBoot) {
    server.serve("http://boot/ConfigCommon.cfg", text("SIPPNP_PROV_ENABLE=\"N\"\n"));
    run();
    EXPECT_EQ(flash.parameter("SIPPNP_PROV_ENABLE"), "N");
}

TEST_F(PanasonicBoot, RunsByTheEventThatItsFilesSet) {
    for (const std::string event : {"resync", ""}) {
        server.serve("http://boot/ConfigCommon.cfg", text("CFG_RESYNC_FROM_SIP=\"" + event + "\"\n"));
        const auto rules = notify_rules("panasonic", run());
        EXPECT_EQ(rules.find("check-sync"), nullptr) << event;
        EXPECT_EQ(rules.find("resync") != nullptr, event == "resync");
    }
    server.fail_all(FileOutcome::unreachable);
    EXPECT_EQ(run().parameters, flash.parameters) << "what the flash holds is in force without a server, too";
}

struct Failure {
    std::string name;
    std::function<void(ScriptedTransfers&, const std::string& url)> happens;
    std::string says; ///< part of a problem
};

std::vector<Failure> failures() {
    const auto outcome = [](FileOutcome which) {
        return [which](ScriptedTransfers& server, const std::string& url) { server.fail(url, which); };
    };
    const auto content = [](std::string body) {
        return [body](ScriptedTransfers& server, const std::string& url) { server.serve(url, body); };
    };
    return {{"unreachable", outcome(FileOutcome::unreachable), "could not contact"},
            {"absent", outcome(FileOutcome::absent), "which the server does not have"},
            {"denied", outcome(FileOutcome::denied), "does not take the phone's account"},
            {"cut", outcome(FileOutcome::cut_off), "cut_off"},
            {"redirected", outcome(FileOutcome::redirected), "redirected"},
            {"no magic", content("PHONE_NUMBER_1=\"999\"\r\n"), "drops the whole of it"},
            {"byte order mark", content("\xef\xbb\xbf" + text("PHONE_NUMBER_1=\"999\"\n")), "byte order mark"},
            {"a page", content("<html></html>"), "HTML page"},
            {"empty", content(""), "drops the whole of it"}};
}

TEST_F(PanasonicBoot, KeepsWhatItHadWhereAFileFails) {
    ASSERT_EQ(run().state, PhoneState::ready);
    const auto before = flash;
    const std::string urls[] = {"http://boot/KX-HDV130.cfg", "http://boot/Config0080F0C571EB.cfg",
                                "http://boot/ConfigKX-HDV130.cfg", "http://boot/ConfigCommon.cfg"};
    for (const auto& failure : failures()) {
        for (const auto& url : urls) {
            flash = before;
            const ScriptedTransfers good = server;
            failure.happens(server, url);
            const auto report = run();
            EXPECT_EQ(report.lines, (std::vector<EffectiveLine>{{1, "201", "201", "secret", "pbx"}}))
                << failure.name << " " << url;
            EXPECT_THAT(report.problems, Contains(HasSubstr(failure.says))) << failure.name << " " << url;
            SeededRandom random(1);
            const auto actions = family_boot().own_actions(report, flash, clock.wall(), random);
            ASSERT_EQ(actions.size(), 1U) << failure.name << " " << url;
            EXPECT_THAT(actions[0].why, HasSubstr("CFG_RTRY_INTVL"));
            server = good;
        }
    }
    flash = before;
    EXPECT_EQ(run().state, PhoneState::ready);
}

TEST_F(PanasonicBoot, ComesBackWithoutDiscoveryOnceAFileRepeatsThePaths) {
    server.serve("http://boot/ConfigCommon.cfg",
                 text("SIP_RGSTR_ADDR_1=\"pbx\"\nCFG_STANDARD_FILE_PATH=\"http://other/{mac}.cfg\"\n"));
    server.serve("http://other/0080f0c571eb.cfg", text("PHONE_NUMBER_1=\"202\"\nSIP_PASS_1=\"secret\"\n"));
    run();
    EXPECT_EQ(run().lines.at(0).user, "202");
    EXPECT_THAT(asked(), Contains("http://other/0080f0c571eb.cfg")) << "the pre-provisioning file is below it";
    flash.parameters["phone.PRE_PROVISIONING"] = "N";
    run();
    EXPECT_EQ(asked().front(), "http://other/0080f0c571eb.cfg");
}

TEST_F(PanasonicBoot, TakesOtherParametersFromItsPreProvisioningFile) {
    flash.parameters[std::string(typed_address)] = "http://boot/all.cfg";
    server.serve("http://boot/all.cfg", text("PHONE_NUMBER_1=\"7\"\nSIP_PASS_1=\"s\"\nSIP_RGSTR_ADDR_1=\"pbx\"\n"));
    EXPECT_EQ(run().state, PhoneState::ready);
    EXPECT_EQ(server.steps.size(), 1U);
}

TEST_F(PanasonicBoot, AsksNobodyWhereProvisioningIsOff) {
    ASSERT_EQ(run().state, PhoneState::ready);
    flash.parameters["PROVISION_ENABLE"] = "N";
    const auto report = run();
    EXPECT_THAT(server.steps, IsEmpty());
    EXPECT_EQ(report.state, PhoneState::stale);
    EXPECT_THAT(report.problems, Contains(HasSubstr("PROVISION_ENABLE")));
}

TEST_F(PanasonicBoot, SkipsWhatItDoesNotTakeUnlessItIsStrict) {
    server.serve("http://boot/ConfigCommon.cfg",
                 text("SIP_RGSTR_ADDR_1=\"pbx\"\nCFG_CYCLIC_INTVL=\"0\"\nCFG_CYCLIC=\"\"\nHTTP_VER=\"1\n"));
    auto report = run();
    EXPECT_EQ(report.state, PhoneState::ready);
    EXPECT_FALSE(flash.parameters.contains("CFG_CYCLIC_INTVL"));
    EXPECT_TRUE(
        recorder.told(BootEvent::Kind::decision, "CFG_CYCLIC_INTVL is ignored: it is a number from 1 to 40320"));
    EXPECT_TRUE(recorder.told(BootEvent::Kind::decision, "'HTTP_VER' has no closing quote"));
    flash.parameters["phone.STRICT"] = "Y";
    report = run();
    EXPECT_THAT(report.problems, Contains(HasSubstr("the whole file does not count")));
}

TEST_F(PanasonicBoot, AStrictPhoneTakesSoMuchOfAllFilesTogether) {
    const std::string half = text("") + std::string(70 * 1024, '\n');
    server.serve("http://boot/ConfigKX-HDV130.cfg", half);
    server.serve("http://boot/ConfigCommon.cfg", half + "SIP_RGSTR_ADDR_1=\"late\"\n");
    EXPECT_EQ(run().lines.at(0).registrar, "late");
    EXPECT_TRUE(recorder.told(BootEvent::Kind::decision, "the files together have"));
    flash = family_boot().factory_flash(family.model(), mac);
    flash.parameters[std::string(typed_address)] = "http://boot/{MODEL}.cfg";
    flash.parameters["phone.STRICT"] = "Y";
    const auto report = run();
    EXPECT_EQ(report.files.at(2).outcome, FileOutcome::fetched);
    EXPECT_EQ(report.files.at(3).outcome, FileOutcome::not_usable);
}

TEST_F(PanasonicBoot, OpensFilesByTheirEnding) {
    const auto* seal = config::find_seal("panasonic-project");
    ASSERT_NE(seal, nullptr);
    const std::string key = "sixteen letters!", other = "sixteen letters?";
    const std::string url = "http://boot/Config0080F0C571EB.e2c";
    const std::string plain = text("PHONE_NUMBER_1=\"201\"\nSIP_PASS_1=\"secret\"\n");
    const std::string sealed = *seal->seal(plain, key, "salt");
    const auto pre = [&](const std::string& with_key) {
        server.serve(
            "http://boot/KX-HDV130.cfg",
            text("CFG_STANDARD_FILE_PATH=\"http://boot/Config{MAC}.e2c\"\nSIP_RGSTR_ADDR_1=\"pbx\"\n" + with_key));
    };
    const struct {
        std::string name, key_line, content, problem;
    } cases[] = {
        {"no key", "", sealed, "the phone has no CFG_FILE_KEY2"},
        {"the other's key", "CFG_FILE_KEY3=\"" + key + "\"\n", sealed, "the phone has no CFG_FILE_KEY2"},
        {"wrong key", "CFG_FILE_KEY2=\"" + other + "\"\n", sealed, "it does not open with CFG_FILE_KEY2"},
        {"cut", "CFG_FILE_KEY2=\"" + key + "\"\n", sealed.substr(0, sealed.size() - 20), "it does not open"},
        {"plain", "CFG_FILE_KEY2=\"" + key + "\"\n", plain, "it does not open"},
        {"good", "CFG_FILE_KEY2=\"" + key + "\"\n", sealed, ""},
    };
    for (const auto& each : cases) {
        flash = family_boot().factory_flash(family.model(), mac);
        flash.parameters[std::string(typed_address)] = "http://boot/{MODEL}.cfg";
        recorder.events.clear();
        pre(each.key_line);
        server.serve(url, each.content);
        const auto report = run();
        if (each.problem.empty()) {
            EXPECT_EQ(report.state, PhoneState::ready);
            EXPECT_TRUE(recorder.told(BootEvent::Kind::decision, "project-defined, not interoperable"));
            server.serve(url, sealed.substr(0, 40));
            EXPECT_EQ(run().state, PhoneState::stale) << "the old configuration stays";
            EXPECT_EQ(run().lines.at(0).password, "secret");
        } else {
            EXPECT_EQ(report.state, PhoneState::unconfigured) << each.name;
            EXPECT_THAT(report.problems, Contains(HasSubstr(each.problem))) << each.name;
        }
        for (const auto& event : recorder.events) EXPECT_EQ(event.text.find(key), std::string::npos) << event.text;
    }
}

TEST_F(PanasonicBoot, OpensTheContainersOfOtherGenerations) {
    const struct {
        std::string generation, ending, key_parameter, seal, more;
    } cases[] = {{"KX-UT113", "e1c", "CFG_FILE_KEY1", "panasonic-project", ""},
                 {"KX-HDV130", "e3c", "CFG_FILE_KEY3", "panasonic-project", ""},
                 {"KX-UTG200", "enc", "CFG_FILE_KEY", "openssl-enc-192", ""},
                 {"KX-UTG200", "enc", "CFG_FILE_KEY", "openssl-enc", "CFG_FILE_KEY_LENGTH=\"128\"\n"},
                 {"KX-UTG200", "enc", "CFG_FILE_KEY", "openssl-enc-256", "CFG_FILE_KEY_LENGTH=\"256\"\n"}};
    for (const auto& each : cases) {
        flash = family_boot().factory_flash(family.model(), mac);
        flash.parameters[std::string(typed_address)] = "http://boot/all.cfg";
        flash.parameters["phone.GENERATION"] = each.generation;
        server.serve("http://boot/all.cfg", text("CFG_STANDARD_FILE_PATH=\"http://boot/own." + each.ending + "\"\n" +
                                                 each.key_parameter + "=\"sixteen letters!\"\n" + each.more));
        const auto plain = text("PHONE_NUMBER_1=\"201\"\nSIP_PASS_1=\"secret\"\nSIP_RGSTR_ADDR_1=\"pbx\"\n");
        server.serve("http://boot/own." + each.ending,
                     *config::find_seal(each.seal)->seal(plain, "sixteen letters!", "salt"));
        EXPECT_EQ(run().state, PhoneState::ready) << each.generation << " " << each.ending;
    }
}

std::string image(const std::string& version, const std::string& parts = "KX-HDV130") {
    const std::string body(5000, 'x');
    return "offhook-image 1\nkind: application\nversion: " + version + "\nparts: " + parts +
           "\ndigest: " + to_hex(sha256(body + version)) + "\n\n" + body + version;
}

TEST_F(PanasonicBoot, TakesNewSoftwareRestartsAndProvisionsAgain) {
    server.serve("http://boot/ConfigCommon.cfg", text("SIP_RGSTR_ADDR_1=\"pbx\"\nFIRM_VERSION=\"01.133\"\n"
                                                      "FIRM_FILE_PATH=\"http://boot/{MODEL}-{fwver}.fw\"\n"));
    server.serve("http://boot/KX-HDV130-01.103.fw", image("01.133"));
    auto report = run();
    EXPECT_EQ(report.reboots, 1U);
    EXPECT_EQ(report.firmware, "01.133");
    EXPECT_EQ(report.state, PhoneState::ready);
    EXPECT_EQ(flash_writes, 2U);
    EXPECT_EQ(server.steps.back().request.user_agent, "Panasonic_KX-HDV130/01.133 (0080f0c571eb)");
    EXPECT_EQ(server.steps.size(), 9U);
    report = run();
    EXPECT_EQ(report.reboots, 0U);
    EXPECT_EQ(server.steps.size(), 4U) << "it runs already";
}

TEST_F(PanasonicBoot, KeepsItsSoftwareWhereTheImageIsOfNoUse) {
    const std::string url = "http://boot/f.fw";
    server.serve("http://boot/ConfigCommon.cfg", text("SIP_RGSTR_ADDR_1=\"pbx\"\nFIRM_VERSION=\"01.133\"\n"
                                                      "FIRM_FILE_PATH=\"http://boot/f.fw\"\n"));
    const auto good = image("01.133");
    const std::pair<std::string, std::string> cases[] = {{good.substr(0, good.size() - 9), "bad image checksum"},
                                                         {image("01.133", "KX-HDV430"), "not compatible"},
                                                         {"offhook-image 1\nkind: x\n\n", "strange line"},
                                                         {"<html></html>", "HTML page"},
                                                         {"", "empty"}};
    for (const auto& [content, problem] : cases) {
        server.serve(url, content);
        const auto report = run();
        EXPECT_EQ(report.firmware, "01.103") << problem;
        EXPECT_EQ(report.reboots, 0U);
        EXPECT_EQ(report.state, PhoneState::ready);
        EXPECT_THAT(report.problems, Contains(HasSubstr(problem)));
    }
    for (const auto outcome : {FileOutcome::absent, FileOutcome::cut_off, FileOutcome::denied}) {
        server.fail(url, outcome);
        EXPECT_EQ(run().firmware, "01.103");
    }
}

TEST_F(PanasonicBoot, LooksAtSoftwareWithoutAVersionEachTimeAndTakesItOnce) {
    server.serve("http://boot/ConfigCommon.cfg",
                 text("SIP_RGSTR_ADDR_1=\"pbx\"\nFIRM_FILE_PATH=\"http://boot/f.fw\"\n"));
    server.serve("http://boot/f.fw", image("01.200"));
    auto report = run();
    EXPECT_EQ(report.reboots, 1U);
    EXPECT_EQ(report.firmware, "01.200");
    EXPECT_EQ(report.files.back().outcome, FileOutcome::not_changed);
    server.serve("http://boot/f.fw", "a vendor's own");
    report = run();
    EXPECT_EQ(report.reboots, 1U);
    EXPECT_EQ(report.firmware, "01.200") << "what it is, it does not tell";
    EXPECT_EQ(run().reboots, 0U);
}

TEST_F(PanasonicBoot, RestartsForNetworkParametersAndStopsWhereThatNeverEnds) {
    server.serve("http://boot/ConfigCommon.cfg", text("SIP_RGSTR_ADDR_1=\"pbx\"\nVLAN_ID_IP_PHONE=\"7\"\n"));
    EXPECT_EQ(run().reboots, 1U);
    EXPECT_TRUE(recorder.told(BootEvent::Kind::decision, "VLAN_ID_IP_PHONE: the phone restarts; "));
    EXPECT_TRUE(recorder.told(BootEvent::Kind::decision, "the lines register again"));
    EXPECT_EQ(run().reboots, 0U);
    flash.parameters["phone.DEFAULT_FILE_NAMES"] = "N"; // two files in turn, each naming the other
    server.serve("http://boot/a", text("CFG_MASTER_FILE_PATH=\"http://boot/b\"\nVLAN_ID_IP_PHONE=\"1\"\n"));
    server.serve("http://boot/b", text("CFG_MASTER_FILE_PATH=\"http://boot/a\"\nVLAN_ID_IP_PHONE=\"2\"\n"));
    flash.parameters["CFG_MASTER_FILE_PATH"] = "http://boot/a";
    flash.origins["CFG_MASTER_FILE_PATH"] = "master 1";
    const auto report = run();
    EXPECT_EQ(report.reboots, limits::reboots_max);
    EXPECT_THAT(report.problems, Contains(HasSubstr("a loop of restarts")));
}

TEST_F(PanasonicBoot, ARunningPhoneIsChangedWithoutARestart) {
    const auto booted = run();
    server.serve("http://boot/Config0080F0C571EB.cfg", text("PHONE_NUMBER_1=\"202\"\nSIP_PASS_1=\"secret\"\n"));
    const auto report = run({}, &booted.discovery);
    EXPECT_EQ(report.reboots, 0U);
    EXPECT_EQ(report.lines.at(0).user, "202");
    EXPECT_TRUE(recorder.told(BootEvent::Kind::decision, "changed: PHONE_NUMBER_1: the lines register again"));
}

TEST_F(PanasonicBoot, AsksAsItsParametersSay) {
    server.serve("http://boot/KX-HDV130.cfg", text("CFG_STANDARD_FILE_PATH=\"https://boot/own.cfg\"\n"
                                                   "HTTP_USER_AGENT=\"Desk {MODEL} {MAC}\"\nHTTP_VER=\"0\"\n"
                                                   "HTTP_AUTH_ID=\"i\"\nHTTP_AUTH_PASS=\"p\"\nHTTP_SSL_VERIFY=\"2\"\n"
                                                   "CFG_ROOT_CERTIFICATE_PATH=\"http://boot/ca.pem\"\n"
                                                   "CFG_CLIENT_CERT_PATH=\"tftp://boot/own.pem\"\n"
                                                   "CFG_PKEY_PATH=\"tftp://boot/own.key\"\n"
                                                   "CFG_MASTER_FILE_PATH=\"https://a:b@boot/c.cfg\"\n"));
    server.serve("https://boot/own.cfg", text("PHONE_NUMBER_1=\"201\"\n"));
    const std::string pem = "-----BEGIN CERTIFICATE-----\nx\n";
    server.serve("http://boot/ca.pem", pem), server.serve("tftp://boot/own.pem", pem + "own");
    server.serve("tftp://boot/own.key", "-----BEGIN PRIVATE KEY-----\n");
    run();
    EXPECT_THAT(asked(), ElementsAre("http://boot/KX-HDV130.cfg", "http://boot/ca.pem", "tftp://boot/own.pem",
                                     "tftp://boot/own.key", "https://boot/own.cfg", "https://boot/c.cfg"));
    EXPECT_EQ(server.steps[0].request.tls.verify, TlsTrust::Verify::surroundings);
    const auto& request = server.steps[4].request;
    EXPECT_EQ(request.user_agent, "Desk KX-HDV130 0080F0C571EB");
    EXPECT_EQ(request.http_version, TransferRequest::HttpVersion::http_1_0);
    EXPECT_EQ(request.credentials, (protocol::Url::Credentials{"i", "p"}));
    EXPECT_EQ(request.tls.verify, TlsTrust::Verify::chain_and_name);
    EXPECT_EQ(request.tls.authorities, pem);
    EXPECT_EQ(request.tls.certificate, pem + "own");
    EXPECT_EQ(server.steps[5].request.credentials, (protocol::Url::Credentials{"a", "b"})) << "the URL's own";
    EXPECT_TRUE(recorder.told(BootEvent::Kind::decision, "this host's clock"));
    server.remove("http://boot/ca.pem");
    run();
    EXPECT_EQ(server.steps[4].request.tls.authorities, pem) << "the flash has kept it";
    server.serve("http://boot/ca.pem", "no certificate");
    EXPECT_THAT(run().problems, Contains(HasSubstr("it is no PEM file")));
    flash.parameters["CFG_ROOT_CERTIFICATE_PATH"] = "https://boot/ca.pem";
    server.serve("http://boot/KX-HDV130.cfg", text("HTTP_SSL_VERIFY=\"0\"\n"));
    run();
    EXPECT_EQ(server.steps[3].request.tls.verify, TlsTrust::Verify::nothing);
    EXPECT_EQ(server.steps[3].request.tls.authorities, "") << "nobody judges";
}

TEST_F(PanasonicBoot, AUserChangesAndTheLaterCounts) {
    auto report = run();
    BootSurroundings around{family, family.model(), server, recorder, clock};
    const UserChanges changes{{{"PHONE_NUMBER_1", "mine"}, {"CFG_CYCLIC", "Y"}}, {}};
    ASSERT_TRUE(awaited(change(around, flash, changes, report)));
    EXPECT_EQ(report.lines.at(0).user, "mine");
    EXPECT_EQ(report.parameters, flash.parameters);
    run(DiscoveryRequest(), &report.discovery);
    EXPECT_EQ(flash.parameter("PHONE_NUMBER_1"), "201") << "provisioning came later";
    EXPECT_EQ(flash.parameter("CFG_CYCLIC"), "Y") << "no file names it";
    flash.parameters["phone.GENERATION"] = "KX-UT113";
    ASSERT_TRUE(awaited(change(around, flash, changes, report)));
    EXPECT_EQ(run().lines.at(0).user, "mine");
    const UserChanges refused[] = {{{{"CFG_CYCLIC", "perhaps"}}, {}},
                                   {{{"phone.STRICT", "Y"}}, {}},
                                   {{{"A", "x"}, {"B", "1\n2"}}, {}},
                                   {{}, {config::Contact()}}};
    const auto before = flash;
    for (const auto& each : refused) EXPECT_FALSE(awaited(change(around, flash, each, report)));
    EXPECT_EQ(flash, before);
}

TEST_F(PanasonicBoot, TrustsNobodyWhereItsRootCertificateCannotBeHad) {
    const struct {
        std::string path, content, problem; // content "": the server has none
    } cases[] = {{"http://boot/ca.pem", "", "which the server does not have"},
                 {"http://boot/ca.pem", "<html></html>", "it is no PEM file"},
                 {"https://boot/ca.pem", "-----BEGIN CERTIFICATE-----\n", "not by https"},
                 {"boot/ca.pem", "", "it has no scheme"}};
    for (const auto& each : cases) {
        for (const std::string verify : {"1", "2"}) {
            flash = family_boot().factory_flash(family.model(), mac);
            flash.parameters[std::string(typed_address)] = "http://boot/all.cfg";
            server.serve("http://boot/all.cfg", text("CFG_STANDARD_FILE_PATH=\"https://i:p@boot/own.cfg\"\n"
                                                     "FIRM_FILE_PATH=\"https://i:p@boot/f.fw\"\n"
                                                     "HTTP_SSL_VERIFY=\"" +
                                                     verify + "\"\nCFG_ROOT_CERTIFICATE_PATH=\"" + each.path + "\"\n"));
            server.serve("https://boot/own.cfg", text("PHONE_NUMBER_1=\"201\"\n"));
            server.serve("https://boot/f.fw", "a vendor's own");
            server.remove("http://boot/ca.pem");
            if (!each.content.empty()) server.serve(each.path, each.content);
            const auto report = run();
            for (const auto& url : asked()) EXPECT_FALSE(url.starts_with("https")) << url << " " << each.path;
            EXPECT_THAT(report.problems, Contains(HasSubstr(each.problem)));
            EXPECT_THAT(report.problems, Contains("own.cfg: not asked for: there is no certificate from "
                                                  "CFG_ROOT_CERTIFICATE_PATH to judge the server by"));
            EXPECT_THAT(report.problems, Contains(HasSubstr("f.fw: not asked for")));
            SeededRandom random(1);
            const auto actions = family_boot().own_actions(report, flash, clock.wall(), random);
            ASSERT_EQ(actions.size(), 1U);
            EXPECT_THAT(actions[0].why, HasSubstr("CFG_RTRY_INTVL"));
        }
    }
}

TEST_F(PanasonicBoot, AUsersChangeOfTheNetworkRestartsIt) {
    auto report = run();
    const FoundServer found = report.discovery;
    BootSurroundings around{family, family.model(), server, recorder, clock, {}, &clients, {}, &found};
    server.steps.clear();
    UserChanges changes{{{"VLAN_ID_IP_PHONE", "20"}}, {}};
    ASSERT_TRUE(awaited(change(around, flash, changes, report)));
    EXPECT_EQ(report.reboots, 1U);
    EXPECT_EQ(asked().front(), "http://boot/KX-HDV130.cfg") << "it looks for its files again";
    EXPECT_EQ(report.files.size(), 8U);
    EXPECT_EQ(report.state, PhoneState::ready);
    EXPECT_EQ(flash.parameter("VLAN_ID_IP_PHONE"), "20");
    EXPECT_TRUE(recorder.told(BootEvent::Kind::reboot, "the phone restarts"));
    server.steps.clear();
    changes = {{{"DISPLAY_NAME_1", "Eva"}}, {}};
    ASSERT_TRUE(awaited(change(around, flash, changes, report)));
    EXPECT_EQ(report.reboots, 1U);
    EXPECT_THAT(server.steps, IsEmpty());
}

TEST_F(PanasonicBoot, IsCalledByItsRegionsNameWhereItHasOne) {
    spelled_model = "KX-HDV130N";
    flash.parameters.erase(std::string(typed_address));
    clients.answers4 = {ScriptedClients::ack({{160, "http://boot"}})};
    server.serve("http://boot/KX-HDV130N.cfg", text("CFG_PRODUCT_FILE_PATH=\"http://boot/Config{MODEL}.cfg\"\n"));
    run({DiscoveryChoice::all});
    EXPECT_THAT(asked(), ElementsAre("http://boot/KX-HDV130N.cfg", "http://boot/ConfigKX-HDV130N.cfg"));
    EXPECT_EQ(server.steps[0].request.user_agent, "Panasonic_KX-HDV130N/01.103 (0080f0c571eb)");
}

TEST(PanasonicUserPolicy, IsTheSwitchsThenTheGenerationsThenThePacks) {
    const auto policy = [](const std::string& name, const std::string& column, const std::string& chosen = "",
                           const std::string& generation = "") {
        config::Model model{name, "", 2, 0, {}, {}, {}};
        if (!column.empty()) model.traits = {{"confidence", "I"}, {"web_changes", column}};
        Flash flash;
        flash.model = name;
        flash.parameters = {{"phone.USER_POLICY", chosen}, {"phone.GENERATION", generation}};
        return policy_of(flash, model);
    };
    using enum UserPolicy;
    EXPECT_EQ(policy("KX-HDV130", ""), later_wins);
    EXPECT_EQ(policy("KX-UT113", ""), user_wins);
    EXPECT_EQ(policy("KX-HDV130", "user"), user_wins);
    EXPECT_EQ(policy("KX-UT113", "later"), later_wins);
    EXPECT_EQ(policy("KX-UT113", "perhaps"), user_wins);
    EXPECT_EQ(policy("KX-HDV130", "later", "user"), user_wins);
    EXPECT_EQ(policy("KX-HDV130", "later", "perhaps"), later_wins);
    EXPECT_EQ(policy("KX-HDV130", "later", "", "KX-UT113"), user_wins);
    EXPECT_EQ(policy("KX-HDV130", "later", "later", "KX-UT113"), later_wins);
}

TEST_F(PanasonicBoot, LooksAtOption66InItsFactorysStateAloneWhereItIsTold) {
    flash.parameters.erase(std::string(typed_address));
    flash.parameters["OPTION66_REBOOT"] = "N";
    clients.answers4 = {ScriptedClients::ack({{66, "http://boot/"}}), ScriptedClients::ack({{66, "http://boot/"}})};
    EXPECT_EQ(run({DiscoveryChoice::all}).discovery.how, "DHCP option 66");
    const auto again = run({DiscoveryChoice::all});
    EXPECT_EQ(again.discovery.address, "");
    EXPECT_THAT(asked(), Contains("http://boot/ConfigCommon.cfg"));
}

} // namespace
} // namespace offhook::phone::panasonic
