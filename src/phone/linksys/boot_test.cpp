#include "phone/linksys/boot.hpp"

#include "phone/awaited.hpp"
#include "phone/discovery/scripted_clients.hpp"
#include "phone/fake_rows.hpp"
#include "phone/linksys/schedule.hpp"
#include "phone/notify/notify_rules.hpp"
#include "phone/scripted_transfers.hpp"

#include <array>
#include <boost/asio/buffer.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/udp.hpp>
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace offhook::phone::linksys {
namespace {

namespace asio = boost::asio;
using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

const MacAddress mac = *MacAddress::from_text("000e08aabbcc");

std::string profile(std::string_view elements) { return fmt::format("<flat-profile>{}</flat-profile>", elements); }

class LinksysBoot : public testing::Test {
protected:
    LinksysBoot() : flash(family_boot().factory_flash(family.model(), mac)) {}
    BootReport run(DiscoveryRequest request = {}, const FoundServer* found_before = nullptr) {
        server.steps.clear();
        BootSurroundings around{family, family.model(), server, recorder, clock, {}, &clients, request, found_before};
        return awaited(boot(around, flash, [](const Flash&) {}));
    }
    [[nodiscard]] std::vector<std::string> asked() const {
        std::vector<std::string> urls;
        for (const auto& step : server.steps) urls.push_back(step.url);
        return urls;
    }
    /// Of a phone that runs.
    BootReport follow(const PhoneOrder& order, BootSurroundings::Cause cause) {
        server.steps.clear();
        const FoundServer found;
        BootSurroundings around{family, family.model(), server, recorder, clock, {}, nullptr, {}, &found, cause};
        around.is_busy = is_busy;
        return awaited(family_boot().follow(around, flash, order, [](const Flash&) {}));
    }
    void type_in(const std::string& url) { ASSERT_TRUE(family_boot().type_in({url, {}, {}, {}}, flash)); }

    FakeRows family{"linksys-spa",
                    "SPA942",
                    {{"User_ID_{}_", "user"}, {"Password_{}_", "password"}, {"Proxy_{}_", "registrar.host"}}};
    const std::string line =
        profile("<User_ID_1_>1001</User_ID_1_><Password_1_>secret</Password_1_><Proxy_1_>pbx</Proxy_1_>");
    ScriptedTransfers server;
    ScriptedClients clients{mac};
    Recorder recorder;
    ManualClock clock;
    Flash flash;
    std::function<bool()> is_busy;
};

/// A syslog server: what has come so far.
class Syslog {
public:
    Syslog() { socket_.non_blocking(true); }
    [[nodiscard]] std::string place() const { return fmt::format("127.0.0.1:{}", socket_.local_endpoint().port()); }
    [[nodiscard]] std::vector<std::string> lines() {
        std::vector<std::string> out;
        for (;;) {
            std::array<char, 1'500> buffer{};
            boost::system::error_code error;
            const auto bytes = socket_.receive(asio::buffer(buffer), 0, error);
            if (error) return out;
            out.emplace_back(buffer.data(), bytes);
        }
    }

private:
    asio::io_context context_;
    asio::ip::udp::socket socket_{context_, asio::ip::udp::endpoint(asio::ip::address_v4::loopback(), 0)};
};

TEST_F(LinksysBoot, FetchesItsDefaultProfileByTftpFromTheFoundHost) {
    clients.answers4 = {ScriptedClients::ack({{66, "192.0.2.10"}})};
    server.serve("tftp://192.0.2.10/spa942.cfg", line);
    const auto report = run({DiscoveryChoice::all});
    EXPECT_EQ(report.state, PhoneState::ready);
    EXPECT_EQ(report.lines, (std::vector<EffectiveLine>{{1, "1001", "1001", "secret", "pbx"}}));
    EXPECT_EQ(server.steps.at(0).request.user_agent, "Linksys/SPA-942-5.1.8 (880108AABBCC)");
    EXPECT_EQ(server.steps[0].request.tftp_name, TransferRequest::TftpName::with_slash);
    EXPECT_EQ(report.discovery.how, "DHCP option 66");
    EXPECT_EQ(report.reboots, 1U) << "parameters changed";
    clients.answers4 = {ScriptedClients::ack({{66, "192.0.2.10"}})};
    EXPECT_EQ(run({DiscoveryChoice::all}).reboots, 0U);
}

TEST_F(LinksysBoot, KeepsItsBaseWhereItIsToldToFetchAnew) {
    clients.answers4 = {ScriptedClients::ack({{66, "192.0.2.10"}})};
    server.serve("tftp://192.0.2.10/spa942.cfg", line);
    const auto booted = run({DiscoveryChoice::all});
    clients.order.clear();
    const auto report = run({DiscoveryChoice::all}, &booted.discovery);
    EXPECT_THAT(clients.order, IsEmpty());
    EXPECT_THAT(asked(), ElementsAre("tftp://192.0.2.10/spa942.cfg"));
    EXPECT_EQ(report.state, PhoneState::ready);
    EXPECT_EQ(report.discovery.address, "192.0.2.10");
}

TEST_F(LinksysBoot, TakesNoRuleFromTheOption) {
    clients.answers4 = {ScriptedClients::ack({{66, "http://h/x.cfg|(a=\"1\";)!"}})};
    run({DiscoveryChoice::dhcp4});
    EXPECT_EQ(flash.parameter("GPP_A"), "");
    EXPECT_THAT(asked(), testing::Each(testing::Not(HasSubstr("x.cfg"))));
}

TEST_F(LinksysBoot, TakesAUrlFromTheOptionAsBaseOrAsTheFileItself) {
    for (const auto& [told, place] : {std::pair("http://h:8080/base", "http://h:8080/base/spa942.cfg"),
                                      std::pair("http://h/p/$MA.xml", "http://h/p/000e08aabbcc.xml"),
                                      std::pair("192.0.2.10/dir", "tftp://192.0.2.10/dir/spa942.cfg")}) {
        clients.answers4 = {ScriptedClients::ack({{66, told}})};
        run({DiscoveryChoice::dhcp4});
        EXPECT_THAT(asked(), ElementsAre(place));
    }
}

TEST_F(LinksysBoot, FollowsTheRulesOfTheFileInTheSameSequence) {
    type_in("http://boot");
    EXPECT_EQ(flash.parameter("Profile_Rule"), "http://boot/spa$PSN.cfg");
    server.serve("http://boot/spa942.cfg",
                 profile("<GPP_A>boot</GPP_A><Profile_Rule_B>http://$A/common.xml</Profile_Rule_B>"
                         "<Profile_Rule_C>http://$A/$MA.xml</Profile_Rule_C>"));
    server.serve("http://boot/common.xml", profile("<User_ID_1_>9</User_ID_1_>"));
    server.serve("http://boot/000e08aabbcc.xml", line);
    const auto report = run();
    EXPECT_THAT(asked(),
                ElementsAre("http://boot/spa942.cfg", "http://boot/common.xml", "http://boot/000e08aabbcc.xml"));
    EXPECT_EQ(report.state, PhoneState::ready);
    EXPECT_EQ(report.lines.at(0).user, "1001") << "the later profile counts";
}

TEST_F(LinksysBoot, RunsAgainWhereTheFileNamesAnotherFirstRule) {
    type_in("http://boot/");
    server.serve("http://boot/spa942.cfg", profile("<Profile_Rule>http://boot/p/$MA.xml</Profile_Rule>"));
    server.serve("http://boot/p/000e08aabbcc.xml", line);
    const auto report = run();
    EXPECT_THAT(asked(), ElementsAre("http://boot/spa942.cfg", "http://boot/p/000e08aabbcc.xml"));
    EXPECT_EQ(report.state, PhoneState::ready);
    EXPECT_EQ(report.reboots, 2U);
}

/// As the pack makes them: a default profile that is asked for once, a site profile with the long period, the own.
TEST_F(LinksysBoot, ComesFromTheDefaultProfileToItsOwnAndThenRests) {
    clients.answers4 = {ScriptedClients::ack({{66, "192.0.2.10"}})};
    server.serve("tftp://192.0.2.10/spa942.cfg",
                 profile("<Resync_Periodic>10</Resync_Periodic>"
                         "<Resync_Error_Retry_Delay>10,20,30,300+60</Resync_Error_Retry_Delay>"
                         "<Profile_Rule>http://boot/spa$PSN.xml</Profile_Rule>"
                         "<Profile_Rule_B>http://boot/$MA.xml</Profile_Rule_B>"));
    const auto unknown = run({DiscoveryChoice::all});
    EXPECT_EQ(unknown.state, PhoneState::unconfigured);
    SeededRandom random{1};
    const auto again = own_actions(flash, clock.wall(), random);
    ASSERT_FALSE(again.empty());
    EXPECT_LE(again.front().after, std::chrono::seconds(60)) << "soon, for it may be added any moment";

    server.serve("http://boot/spa942.xml", profile("<Resync_Periodic>3600</Resync_Periodic>"
                                                   "<Profile_Rule_B>http://boot/$MA.xml</Profile_Rule_B>"));
    server.serve("http://boot/000e08aabbcc.xml", line);
    flash = family_boot().factory_flash(family.model(), mac);
    clients.answers4 = {ScriptedClients::ack({{66, "192.0.2.10"}})};
    const auto report = run({DiscoveryChoice::all});
    EXPECT_EQ(report.state, PhoneState::ready);
    EXPECT_THAT(asked(), ElementsAre("tftp://192.0.2.10/spa942.cfg", "http://boot/000e08aabbcc.xml",
                                     "http://boot/spa942.xml", "http://boot/000e08aabbcc.xml"));
    EXPECT_EQ(report.reboots, 2U);
    EXPECT_EQ(flash.parameter("Resync_Periodic"), "3600");
    for (int resync = 0; resync < 3; ++resync) {
        EXPECT_EQ(run().reboots, 0U) << "nothing is set back and forth";
        EXPECT_THAT(asked(), ElementsAre("http://boot/spa942.xml", "http://boot/000e08aabbcc.xml"));
    }
}

TEST_F(LinksysBoot, AsksForTheFileThatItsModelKnows) {
    auto adapter = family.model();
    adapter.traits = {{"default_file", "/init.cfg"}};
    auto its_flash = family_boot().factory_flash(adapter, mac);
    EXPECT_EQ(its_flash.parameter("Profile_Rule"), "/init.cfg");
    ASSERT_TRUE(family_boot().type_in({"http://boot/", {}, {}, {}}, its_flash));
    EXPECT_EQ(its_flash.parameter("Profile_Rule"), "http://boot/init.cfg");
}

TEST_F(LinksysBoot, GivesUpOnRulesThatNeverSettle) {
    type_in("http://boot/a.xml");
    server.serve("http://boot/a.xml", profile("<Profile_Rule>http://boot/b.xml</Profile_Rule>"));
    server.serve("http://boot/b.xml", profile("<Profile_Rule>http://boot/a.xml</Profile_Rule>"));
    const auto report = run();
    EXPECT_EQ(asked().size(), 5U);
    EXPECT_THAT(report.problems, Contains(HasSubstr("still change after 5 resyncs")));
}

TEST_F(LinksysBoot, EndsTheSequenceAtTheFirstFailure) {
    type_in("http://boot/");
    flash.parameters["Profile_Rule_B"] = "http://boot/b.xml";
    auto report = run();
    EXPECT_THAT(asked(), ElementsAre("http://boot/spa942.cfg"));
    EXPECT_EQ(report.state, PhoneState::unconfigured);
    flash.parameters["Resync_Fails_On_FNF"] = "no";
    run();
    EXPECT_THAT(asked(), ElementsAre("http://boot/spa942.cfg", "http://boot/b.xml"));
    flash.parameters["Profile_Rule"] = "[--key $SA http://boot/x";
    report = run();
    EXPECT_THAT(asked(), IsEmpty());
    EXPECT_THAT(report.problems, Contains(HasSubstr("Profile_Rule: column ")));
}

TEST_F(LinksysBoot, DoesNotTakeWhatItCannotSpeak) {
    EXPECT_FALSE(family_boot().type_in({"ftp://boot/", {}, {}, {}}, flash));
    EXPECT_FALSE(family_boot().check_address(flash));
}

TEST_F(LinksysBoot, RunsByTheSwitchesThatItsProfileSets) {
    type_in("http://h/");
    server.serve("http://h/spa942.cfg",
                 profile("<Resync_From_SIP>No</Resync_From_SIP><Auth_Resync-Reboot_1_>No</Auth_Resync-Reboot_1_>"));
    const auto rules = notify_rules("linksys-spa", run());
    EXPECT_EQ(rules.find("resync")->use, NotifyEvent::Use::off);
    EXPECT_EQ(rules.find("reboot")->proof, NotifyEvent::Proof::none);
}

TEST_F(LinksysBoot, WritesItsMessagesWhateverItFollows) {
    Syslog syslog;
    flash.parameters["Syslog_Server"] = syslog.place();
    flash.parameters["Profile_Rule"] = flash.parameters["Upgrade_Rule"] = "http://h/x";
    const auto requests = [](const char* what) { return Contains(HasSubstr(std::string("Requesting ") + what)); };
    follow({NotifyAction::resync, "http://h/once", "192.0.2.9"}, BootSurroundings::Cause::notify);
    EXPECT_THAT(syslog.lines(), requests("resync"));
    follow({NotifyAction::upgrade, "http://h/once.bin", "192.0.2.9"}, BootSurroundings::Cause::notify);
    EXPECT_THAT(syslog.lines(), requests("upgrade"));
    run();
    EXPECT_THAT(syslog.lines(), testing::AllOf(requests("resync"), requests("upgrade")));
}

TEST_F(LinksysBoot, ByTheTimerOfAnUpgradeItRunsItsUpgradeRule) {
    type_in("http://boot/");
    flash.parameters["Upgrade_Rule"] = "http://h/spa.bin";
    flash.parameters["Resync_After_Upgrade_Attempt"] = "No";
    follow({NotifyAction::upgrade, {}, ""}, BootSurroundings::Cause::own_clock);
    EXPECT_THAT(asked(), ElementsAre("http://h/spa.bin")) << "and no resync before it";
    flash.parameters["Resync_After_Upgrade_Attempt"] = "Yes";
    follow({NotifyAction::upgrade, {}, ""}, BootSurroundings::Cause::own_clock);
    EXPECT_THAT(asked(), ElementsAre("http://h/spa.bin", "http://boot/spa942.cfg"));
}

TEST_F(LinksysBoot, UpgradesOnlyWhenItIsIdle) {
    flash.parameters["Upgrade_Rule"] = "http://h/spa.bin";
    unsigned looked = 0;
    is_busy = [&] { return ++looked < 10; };
    follow({NotifyAction::upgrade, {}, ""}, BootSurroundings::Cause::own_clock);
    EXPECT_GE(looked, 10U);
    EXPECT_EQ(server.waited, std::chrono::seconds(9)) << "second by second";
}

TEST_F(LinksysBoot, AsksWithAnInformOnlyWhereItsSwitchSaysSo) {
    DiscoveryRequest request{DiscoveryChoice::all, DiscoveryRequest::Address::by_hand};
    run(request);
    EXPECT_THAT(clients.order, IsEmpty());
    EXPECT_TRUE(recorder.told(BootEvent::Kind::discovery, "phone.DHCP_INFORM is off"));
    flash.parameters["phone.DHCP_INFORM"] = "enable";
    run(request);
    EXPECT_THAT(clients.order, ElementsAre("inform"));
}

} // namespace
} // namespace offhook::phone::linksys
