#include "phone/panasonic/boot.hpp"

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

} // namespace
} // namespace offhook::phone::panasonic
