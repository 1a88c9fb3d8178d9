#include "phone/genband/boot.hpp"

#include "phone/awaited.hpp"
#include "phone/discovery/scripted_clients.hpp"
#include "phone/fake_rows.hpp"
#include "phone/scripted_transfers.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace offhook::phone::genband {
namespace {

using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

const MacAddress mac = *MacAddress::from_text("b40edc0a1b2c");

class GenbandBoot : public testing::Test {
protected:
    GenbandBoot() : flash(family_boot().factory_flash(family.model(), mac)) {
        serve("http://boot/lg/");
        serve("tftp://10.0.0.5/");
    }
    void serve(const std::string& base) {
        server.serve(base + "sysconf_8830_sip.cfg", "[VOIP]\r\nline1_name 999\r\nline1_proxy_address pbx\r\n");
        server.serve(base + "b40edc0a1b2c", "[VOIP]\r\nline1_name 5550100\r\nLine1_password pw1\r\n");
        server.serve(base + "IP_8830_VER_SIP2", "# load\nversion IP88-2.0.17\napp_img a.bin 0012ab34\n");
    }
    BootReport run(DiscoveryRequest request = {}, BootSurroundings::Cause cause = BootSurroundings::Cause::power) {
        server.steps.clear();
        BootSurroundings around{family, family.model(), server, recorder, clock, {}, &clients, request, nullptr, cause};
        return awaited(boot(around, flash, [](const Flash&) {}));
    }
    [[nodiscard]] std::vector<std::string> asked() const {
        std::vector<std::string> urls;
        for (const auto& step : server.steps) urls.push_back(step.url);
        return urls;
    }
    void type_in(const TypedServer& typed) { ASSERT_TRUE(family_boot().type_in(typed, flash)); }

    FakeRows family{"genband-ip88",
                    "IP8830",
                    {{"VOIP.line{}_name", "user"},
                     {"VOIP.Line{}_password", "password"},
                     {"VOIP.line{}_proxy_address", "registrar.host"}}};
    ScriptedTransfers server;
    ScriptedClients clients{mac};
    Recorder recorder;
    ManualClock clock;
    Flash flash;
};

TEST_F(GenbandBoot, FetchesGlobalOwnAndVersionFileAndTheSecondCounts) {
    type_in({"http://boot/lg/", {}, "lgprov", "s3cret"});
    const auto report = run();
    EXPECT_THAT(asked(), ElementsAre("http://boot/lg/sysconf_8830_sip.cfg", "http://boot/lg/b40edc0a1b2c",
                                     "http://boot/lg/IP_8830_VER_SIP2"));
    EXPECT_EQ(report.state, PhoneState::ready);
    EXPECT_EQ(report.lines, (std::vector<EffectiveLine>{{1, "5550100", "5550100", "pw1", "pbx"}}));
    EXPECT_EQ(server.steps[0].request.credentials, (protocol::Url::Credentials{"lgprov", "s3cret"}));
    EXPECT_EQ(server.steps[0].request.user_agent, "LG-Ericsson IP8830 v2.0.17 SN/B40EDC0A1B2C");
    EXPECT_TRUE(recorder.told(BootEvent::Kind::decision, "version IP88-2.0.17 runs already"));
}

TEST_F(GenbandBoot, GoesToTheAddressesOfOption150ByTftp) {
    clients.answers4 = {ScriptedClients::ack({{150, std::string("\x0a\x00\x00\x05", 4)}, {66, "10.0.0.6"}})};
    const auto report = run({DiscoveryChoice::all});
    EXPECT_EQ(asked().at(0), "tftp://10.0.0.5/sysconf_8830_sip.cfg");
    EXPECT_EQ(report.state, PhoneState::ready);
    EXPECT_EQ(report.discovery.how, "DHCP option 150");
}

TEST_F(GenbandBoot, GoesOnPastFilesThatAreMissing) {
    type_in({"10.0.0.5", {}, {}, {}});
    server.remove("tftp://10.0.0.5/sysconf_8830_sip.cfg");
    auto report = run();
    EXPECT_EQ(asked().size(), 3U);
    EXPECT_EQ(report.state, PhoneState::unconfigured);
    EXPECT_THAT(report.problems, Contains("line 1 lacks a registrar"));
    server.fail_all(FileOutcome::unreachable);
    flash.parameters["VOIP.line1_proxy_address"] = "pbx";
    EXPECT_EQ(run().state, PhoneState::stale);
}

TEST_F(GenbandBoot, AsksForNoMoreThanItsSwitchesAllow) {
    type_in({"10.0.0.5", {}, {}, {}});
    flash.parameters["PROVISION.cfg_download"] = "disable";
    run();
    EXPECT_THAT(asked(), ElementsAre("tftp://10.0.0.5/IP_8830_VER_SIP2"));
    flash.parameters["PROVISION.sw_download"] = "disable";
    run();
    EXPECT_THAT(asked(), IsEmpty());
}

TEST_F(GenbandBoot, FetchesAllWhereANotifyMadeItRestart) {
    type_in({"10.0.0.5", {}, {}, {}});
    flash.parameters["PROVISION.cfg_download"] = "disable";
    flash.parameters["PROVISION.sw_download"] = "disable";
    run({}, BootSurroundings::Cause::notify);
    EXPECT_THAT(asked(), ElementsAre("tftp://10.0.0.5/sysconf_8830_sip.cfg", "tftp://10.0.0.5/b40edc0a1b2c",
                                     "tftp://10.0.0.5/IP_8830_VER_SIP2"));
}

TEST_F(GenbandBoot, NamesItsOwnFileByItsFormOverHttpAlone) {
    flash.parameters["PROVISION.https_macform"] = "ip-$MAC.cfg";
    type_in({"boot/lg", "http", {}, {}});
    run();
    EXPECT_EQ(asked().at(1), "http://boot/lg/ip-b40edc0a1b2c.cfg");
    flash.parameters["PROVISION.type"] = "0";
    flash.parameters["LAN.tftp_server_address"] = "10.0.0.5";
    run();
    EXPECT_EQ(asked().at(1), "tftp://10.0.0.5/b40edc0a1b2c");
}

TEST_F(GenbandBoot, KnowsAFieldInAnyLetterCase) {
    server.serve("tftp://10.0.0.5/b40edc0a1b2c", "[provision]\r\nHTTPS_MACFORM x-$MAC\r\n");
    type_in({"10.0.0.5", {}, {}, {}});
    run();
    EXPECT_EQ(flash.parameter("PROVISION.https_macform"), "x-$MAC");
}

TEST_F(GenbandBoot, ReportsWhatIsInForce) {
    type_in({"http://boot/lg/", {}, {}, {}});
    EXPECT_EQ(run().parameters, flash.parameters);
    EXPECT_EQ(flash.parameter("VOIP.line1_name"), "5550100");
}

TEST_F(GenbandBoot, AsksWithAnInformOnlyWhereItsSwitchSaysSo) {
    DiscoveryRequest request{DiscoveryChoice::all, DiscoveryRequest::Address::by_hand};
    run(request);
    EXPECT_THAT(clients.order, IsEmpty());
    EXPECT_TRUE(recorder.told(BootEvent::Kind::discovery, "phone.DHCP_INFORM is off"));
    flash.parameters["phone.DHCP_INFORM"] = "enable";
    run(request);
    EXPECT_THAT(clients.order, ElementsAre("inform"));
}

} // namespace
} // namespace offhook::phone::genband
