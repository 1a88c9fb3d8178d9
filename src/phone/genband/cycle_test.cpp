#include "phone/genband/cycle.hpp"

#include "config/seal/genband_project.hpp"
#include "phone/awaited.hpp"
#include "phone/discovery/scripted_clients.hpp"
#include "phone/fake_rows.hpp"
#include "phone/genband/boot.hpp"
#include "phone/scripted_transfers.hpp"
#include "phone/time_source.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace offhook::phone::genband {
namespace {

using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using Check = TlsTrust::Checks::Check;

const MacAddress mac = *MacAddress::from_text("b40edc0a1b2c");
constexpr const char* key = "0123456789abcdeffedcba9876543210";

struct ScriptedTime final : TimeSource {
    boost::asio::awaitable<Result<std::chrono::milliseconds>> ask(std::string server) override {
        asked.push_back(server);
        if (!ahead) co_return fail(ErrorCode::unavailable, "no answer");
        co_return *ahead;
    }
    std::vector<std::string> asked;
    std::optional<std::chrono::milliseconds> ahead;
};

class GenbandCycle : public testing::Test {
protected:
    GenbandCycle() : flash(family_boot().factory_flash(family.model(), mac)) {
        family.know("VOIP.rtp_port", "number", "16300..32700", "23000", true);
        family.know("VOIP.timer_t1", "number", "100..640", "500", false);
        server.serve(base + "sysconf_8830_sip.cfg", "[VOIP]\nline1_proxy_address pbx\n");
        server.serve(base + "b40edc0a1b2c", "[VOIP]\nline1_name 201\nline1_password pw\n");
        server.serve(base + "IP_8830_VER_SIP2", "version IP88-2.0.17\n");
        type_in(base);
    }
    void type_in(std::string url) { ASSERT_TRUE(family_boot().type_in({std::move(url), {}, {}, {}}, flash)); }
    void global(const std::string& text) { server.serve(base + "sysconf_8830_sip.cfg", text); }
    void own(const std::string& text) { server.serve(base + "b40edc0a1b2c", text); }
    void offer(const std::string& text) { server.serve(base + "IP_8830_VER_SIP2", text); }
    BootReport run(BootSurroundings::Cause cause = BootSurroundings::Cause::power, DiscoveryRequest request = {}) {
        server.steps.clear();
        recorder.events.clear();
        time.asked.clear();
        BootSurroundings around{family, family.model(), server, recorder, clock, {}, &clients, request, nullptr, cause};
        around.time_source = &time;
        return awaited(boot(around, flash, [](const Flash&) {}));
    }
    [[nodiscard]] std::vector<std::string> asked() const {
        std::vector<std::string> names;
        for (const auto& step : server.steps) names.push_back(step.url.substr(step.url.rfind("lg/") + 3));
        return names;
    }
    [[nodiscard]] bool decided(std::string_view part) const { return recorder.told(BootEvent::Kind::decision, part); }

    const std::string base = "http://boot/lg/";
    FakeRows family{"genband-ip88",
                    "IP8830",
                    {{"VOIP.line{}_name", "user"},
                     {"VOIP.line{}_password", "password"},
                     {"VOIP.line{}_proxy_address", "registrar.host"}}};
    ScriptedTransfers server;
    ScriptedClients clients{mac};
    Recorder recorder;
    ManualClock clock;
    ScriptedTime time;
    Flash flash;
};

TEST_F(GenbandCycle, RestartsOnceForAFieldThatNeedsIt) {
    global("[VOIP]\nline1_proxy_address pbx\nrtp_port 20000\n");
    EXPECT_EQ(run().reboots, 1U);
    EXPECT_TRUE(decided("VOIP.rtp_port differs from what it was"));
    EXPECT_EQ(run().reboots, 0U);
}

TEST_F(GenbandCycle, AValueThatIsThePhonesOwnIsNoChange) {
    global("[VOIP]\nrtp_port 23000\ntimer_t1 200\n");
    EXPECT_EQ(run().reboots, 0U);
    EXPECT_EQ(flash.parameter("VOIP.timer_t1"), "200");
}

TEST_F(GenbandCycle, AFieldThatDiffersBetweenTheFilesDoesNotRestartItForEver) {
    global("[VOIP]\nrtp_port 20000\n");
    own("[VOIP]\nrtp_port 21000\n");
    EXPECT_EQ(run().reboots, 1U);
    EXPECT_EQ(run().reboots, 0U);
    EXPECT_EQ(flash.parameter("VOIP.rtp_port"), "21000");
}

TEST_F(GenbandCycle, KeepsWhatNoFileSaysAndWhatItWouldNotTake) {
    flash.parameters["VOIP.timer_t1"] = "300";
    flash.parameters["VOIP.moh_url"] = "kept";
    own("[VOIP]\ntimer_t1 99\nrtp_port x\nline1_name 202\n");
    EXPECT_EQ(run().reboots, 0U);
    EXPECT_EQ(flash.parameter("VOIP.timer_t1"), "300");
    EXPECT_EQ(flash.parameter("VOIP.moh_url"), "kept");
    EXPECT_EQ(flash.parameter("VOIP.line1_name"), "202");
    EXPECT_TRUE(decided("VOIP.timer_t1 keeps its value: it takes 100 to 640"));
}

TEST_F(GenbandCycle, TakesSoftwareOfAnotherVersionAndRestartsOnce) {
    offer("version IP88-2.0.16\napp a.bin 00000061\nxml b.xml\n");
    server.serve(base + "a.bin", "a");
    server.serve(base + "b.xml", "<x/>");
    const auto report = run();
    EXPECT_EQ(report.reboots, 1U); // an older one as well: "different", not "newer"
    EXPECT_EQ(report.firmware, "IP88-2.0.16");
    EXPECT_EQ(flash.application->version, "IP88-2.0.16");
    EXPECT_EQ(flash.application->bytes, 5U);
    EXPECT_THAT(asked(), ElementsAre("sysconf_8830_sip.cfg", "b40edc0a1b2c", "IP_8830_VER_SIP2", "a.bin", "b.xml",
                                     "sysconf_8830_sip.cfg", "b40edc0a1b2c", "IP_8830_VER_SIP2"));
    EXPECT_EQ(run().reboots, 0U);
}

TEST_F(GenbandCycle, OneRestartForSoftwareAndFieldTogether) {
    global("[VOIP]\nrtp_port 20000\n");
    offer("version 9\na.bin\n");
    server.serve(base + "a.bin", "a");
    EXPECT_EQ(run().reboots, 1U);
}

TEST_F(GenbandCycle, KeepsItsSoftwareWhereAFileOfItIsMissingOrWrong) {
    offer("version 9\napp a.bin 00000062\nxml b.xml 00000001\n");
    server.serve(base + "a.bin", "b");
    auto report = run();
    EXPECT_THAT(report.problems, Contains(HasSubstr("version 9 is not taken: b.xml cannot be had")));
    server.serve(base + "b.xml", "\x02");
    flash.parameters["phone.VERSION_CHECKSUM"] = "bytesum32";
    report = run();
    EXPECT_EQ(report.reboots, 0U);
    EXPECT_THAT(report.problems, Contains("b.xml: the sum of its bytes is 00000002, not 00000001"));
    server.serve(base + "b.xml", "<!DOCTYPE html><html></html>");
    flash.parameters.erase("phone.VERSION_CHECKSUM");
    EXPECT_EQ(run().reboots, 0U);
    EXPECT_EQ(flash.application->version, "IP88-2.0.17");
    server.serve(base + "b.xml", "\x01");
    EXPECT_EQ(run().reboots, 1U);
    for (const char* text : {"version 10\n", "# nothing\n", "<html><body>no</body></html>"}) {
        offer(text);
        EXPECT_EQ(run().reboots, 0U) << text;
    }
    EXPECT_EQ(flash.application->version, "9");
}

TEST_F(GenbandCycle, AVersionThatAlwaysChangesEndsInASentence) {
    for (unsigned i = 0; i < 12; ++i)
        server.serve_after_stages(base + "IP_8830_VER_SIP2", i, "version " + std::to_string(i) + "\na.bin\n");
    server.serve(base + "a.bin", "a");
    const auto report = run();
    EXPECT_EQ(report.reboots, limits::reboots_max);
    EXPECT_THAT(report.problems, Contains(HasSubstr("a loop of restarts")));
}

TEST_F(GenbandCycle, OpensAFileThatIsNotReadableWithItsKey) {
    const config::GenbandProject seal;
    own(*seal.seal("[VOIP]\nline1_name 203\nline1_password pw\n", key, ""));
    flash.parameters["VOIP.line1_name"] = "201";
    auto report = run();
    EXPECT_EQ(flash.parameter("VOIP.line1_name"), "201");
    EXPECT_THAT(report.problems, Contains(HasSubstr("the phone has no decrypt_key")));
    EXPECT_THAT(asked(), Contains("IP_8830_VER_SIP2"));
    flash.parameters["PROVISION.decrypt_key"] = "0123456789abcdeffedcba9876543212";
    report = run();
    EXPECT_EQ(flash.parameter("VOIP.line1_name"), "201");
    EXPECT_THAT(report.problems, Contains(HasSubstr("with decrypt_key neither")));
    for (const auto& problem : report.problems) EXPECT_EQ(problem.find("3210"), std::string::npos);
    global("[PROVISION]\ndecrypt_key " + std::string(key) + "\n"); // in force for the next file
    EXPECT_EQ(run().files.at(1).outcome, FileOutcome::fetched);
    EXPECT_EQ(flash.parameter("VOIP.line1_name"), "203");
    EXPECT_TRUE(decided("opened with decrypt_key (project-defined, not interoperable with real phones)"));
}

TEST_F(GenbandCycle, GoesOnPastAFailureAtAnyStep) {
    offer("version 9\na.bin\n");
    server.serve(base + "a.bin", "a");
    run(); // what is in force from now on
    for (std::size_t step = 0; step < 3; ++step)
        for (const auto outcome : {FileOutcome::absent, FileOutcome::denied, FileOutcome::refused,
                                   FileOutcome::redirected, FileOutcome::too_large, FileOutcome::not_usable}) {
            ScriptedTransfers again = server;
            again.steps.clear();
            again.fail_step(step, outcome);
            Flash copy = flash;
            BootSurroundings around{family, family.model(), again, recorder, clock};
            const auto report = awaited(boot(around, copy, [](const Flash&) {}));
            EXPECT_EQ(again.steps.size(), 3U) << step;
            EXPECT_EQ(report.reboots, 0U);
            EXPECT_EQ(copy.parameter("VOIP.line1_name"), "201");
            EXPECT_NE(report.state, PhoneState::unconfigured);
        }
}

TEST_F(GenbandCycle, AServerThatIsNotReachedEndsTheCycle) {
    run();
    for (const auto outcome : {FileOutcome::unreachable, FileOutcome::timed_out, FileOutcome::cut_off}) {
        server.fail_all(outcome);
        flash.parameters["phone.TRIES"] = "2";
        flash.parameters["phone.RETRY_PAUSE"] = "1";
        server.waited = {};
        EXPECT_EQ(run().state, PhoneState::stale);
        EXPECT_EQ(server.steps.size(), outcome == FileOutcome::cut_off ? 6U : 2U);
        EXPECT_EQ(server.waited, std::chrono::seconds(outcome == FileOutcome::cut_off ? 3 : 1));
    }
}

TEST_F(GenbandCycle, FetchesThePhonebookThatItsFileIncludes) {
    own("[SYSTEM]\ninclude B40EDC0A1B2C-phonebook.csv phonebook\n");
    server.serve(base + "B40EDC0A1B2C-phonebook.csv", "SpeedNumber,Name,PhoneNumber,Information\n1,Eva,1003,\n");
    run();
    EXPECT_THAT(asked(),
                ElementsAre("sysconf_8830_sip.cfg", "b40edc0a1b2c", "B40EDC0A1B2C-phonebook.csv", "IP_8830_VER_SIP2"));
    EXPECT_THAT(flash.directory, HasSubstr("Eva"));
    EXPECT_TRUE(decided("contacts of the phonebook: 1"));
    server.serve(base + "B40EDC0A1B2C-phonebook.csv", "something else");
    run();
    EXPECT_THAT(flash.directory, HasSubstr("Eva"));
    for (const char* outside : {"../x.csv", "http://x/y.csv", "/x.csv"}) {
        own(std::string("[SYSTEM]\ninclude ") + outside + " phonebook\n");
        run();
        EXPECT_EQ(server.steps.size(), 3U) << outside;
    }
}

TEST_F(GenbandCycle, JudgesCertificatesByItsFlagsAndItsOwnClock) {
    const std::string secure = "https://boot/lg/";
    for (const char* name : {"sysconf_8830_sip.cfg", "b40edc0a1b2c", "IP_8830_VER_SIP2"})
        server.serve(secure + name, "[VOIP]\nline1_name 201\n");
    type_in(secure);
    flash.parameters["phone.CA"] = "a certificate";
    run();
    EXPECT_THAT(time.asked, IsEmpty()); // it knows no server
    auto tls = server.steps.at(0).request.tls;
    EXPECT_EQ(tls.verify, TlsTrust::Verify::each);
    EXPECT_EQ(tls.checks.issuer, Check::on);
    EXPECT_EQ(tls.checks.name, Check::on);
    EXPECT_EQ(tls.checks.expiry, Check::off); // its clock is not set
    EXPECT_EQ(tls.extra_authorities, "a certificate");
    EXPECT_TRUE(decided("the phone's clock is not set"));

    server.serve(secure + "sysconf_8830_sip.cfg",
                 "[NETTIME]\nsntp_server_address ntp\n[PROVISION]\nverifying_cert 6\n");
    time.ahead = std::chrono::hours(24);
    run();
    EXPECT_THAT(time.asked, ElementsAre("ntp")); // known after the first file, asked once
    EXPECT_EQ(server.steps.at(0).request.tls.checks.expiry, Check::off);
    tls = server.steps.at(1).request.tls;
    EXPECT_EQ(tls.checks.issuer, Check::off);
    EXPECT_EQ(tls.checks.expiry, Check::on);
    EXPECT_EQ(tls.now, clock.wall() + std::chrono::hours(24));
    time.ahead.reset();
    run();
    EXPECT_EQ(server.steps.at(2).request.tls.checks.expiry, Check::off);
    EXPECT_TRUE(decided("SNTP server ntp: no answer"));
}

TEST_F(GenbandCycle, JudgesTheServerThatAnHttpOneSendsItTo) {
    type_in("http://boot/lg/");
    flash.parameters["phone.CA"] = "a certificate";
    flash.parameters["NETTIME.sntp_server_address"] = "ntp";
    flash.parameters["PROVISION.https_id"] = "u1";
    time.ahead = std::chrono::hours(24);
    run();
    EXPECT_THAT(time.asked, IsEmpty()) << "nothing depends on it";
    server.send_on("http://boot/lg/b40edc0a1b2c", "https://vault/b40edc0a1b2c");
    server.serve("https://vault/b40edc0a1b2c", "[VOIP]\nline1_name 201\n");
    run();
    EXPECT_THAT(time.asked, ElementsAre("ntp"));
    EXPECT_EQ(server.steps.at(1).url, "http://boot/lg/b40edc0a1b2c");
    EXPECT_EQ(server.steps.at(1).request.credentials.user, "u1");
    ASSERT_EQ(server.steps.at(2).url, "https://vault/b40edc0a1b2c");
    EXPECT_EQ(server.steps.at(2).request.credentials.user, "") << "it is for the first server";
    auto tls = server.steps.at(2).request.tls;
    EXPECT_EQ(tls.verify, TlsTrust::Verify::each);
    EXPECT_EQ(tls.checks.issuer, Check::on);
    EXPECT_EQ(tls.checks.name, Check::on);
    EXPECT_EQ(tls.checks.expiry, Check::on);
    EXPECT_EQ(tls.now, clock.wall() + std::chrono::hours(24));
    EXPECT_EQ(tls.extra_authorities, "a certificate");
    EXPECT_EQ(flash.parameter("VOIP.line1_name"), "201");

    time.ahead.reset(); // nobody knows the time
    run();
    tls = server.steps.at(2).request.tls;
    EXPECT_EQ(tls.checks.issuer, Check::on);
    EXPECT_EQ(tls.checks.expiry, Check::off);
    EXPECT_TRUE(decided("the phone's clock is not set"));

    flash.parameters["phone.REDIRECTS"] = "0";
    run();
    EXPECT_EQ(server.steps.at(1).request.redirects, TransferRequest::Redirects::refused);
    EXPECT_EQ(server.steps.at(2).url, "http://boot/lg/IP_8830_VER_SIP2");
}

TEST_F(GenbandCycle, AsksTheTimeServerOfDhcpFirst) {
    clients.answers4 = {ScriptedClients::ack({{160, "https://boot/lg"}, {42, std::string("\x0a\x00\x00\x07", 4)}})};
    flash.parameters["NETTIME.sntp_server_address"] = "ntp";
    run(BootSurroundings::Cause::power, {DiscoveryChoice::all});
    EXPECT_THAT(time.asked, ElementsAre("10.0.0.7", "ntp"));
    clients.answers4 = {ScriptedClients::ack({{160, "http://boot/lg"}, {42, std::string("\x0a\x00\x00\x07", 4)}})};
    run(BootSurroundings::Cause::power, {DiscoveryChoice::all});
    EXPECT_THAT(time.asked, IsEmpty()); // nothing depends on it
}

TEST_F(GenbandCycle, ASmartUpdateAsksTheUserWhereItIsToldTo) {
    offer("version 9\na.bin\n");
    server.serve(base + "a.bin", "a");
    flash.parameters["phone.SMARTUP_ANSWER"] = "disable";
    EXPECT_EQ(run(BootSurroundings::Cause::own_clock).reboots, 0U);
    EXPECT_TRUE(decided("who puts it off"));
    flash.parameters["PROVISION.smartup_confirm"] = "disable";
    flash.parameters["phone.SMARTUP_CONFIG"] = "disable";
    EXPECT_EQ(run(BootSurroundings::Cause::own_clock).reboots, 1U);
    EXPECT_EQ(asked().front(), "IP_8830_VER_SIP2");
}

TEST_F(GenbandCycle, ANotifyCountsForOneBootAlone) {
    offer("version 9\na.bin\n");
    server.serve(base + "a.bin", "a");
    flash.parameters["PROVISION.cfg_download"] = "disable";
    flash.parameters["PROVISION.sw_download"] = "disable";
    EXPECT_EQ(run(BootSurroundings::Cause::notify).reboots, 1U);
    EXPECT_THAT(asked(), ElementsAre("sysconf_8830_sip.cfg", "b40edc0a1b2c", "IP_8830_VER_SIP2", "a.bin"));
}

TEST_F(GenbandCycle, NamesItsFilesAsTheModelAndItsSwitchesSay) {
    EXPECT_EQ(file_names(flash, family.model()).own_by_tftp, "b40edc0a1b2c");
    flash.parameters["phone.WIFI_MAC"] = "00405a0a1b2d";
    flash.parameters["PROVISION.https_macform"] = "$MAC.cfg";
    auto names = file_names(flash, family.model());
    EXPECT_EQ(names.global, "sysconf_8830_sip.cfg");
    EXPECT_EQ(names.own_by_tftp, "00405a0a1b2d");
    EXPECT_EQ(names.own_by_http, "00405a0a1b2d.cfg");
    EXPECT_THAT(names.version, ElementsAre("IP_8830_VER_SIP2"));
    family.set_trait("mac_case", "upper");
    family.set_trait("version_in_mac_folder", "yes");
    names = file_names(flash, family.model());
    EXPECT_EQ(names.own_by_tftp, "00405A0A1B2D");
    EXPECT_THAT(names.version, ElementsAre("00405A0A1B2D/IP_8830_VER_SIP2", "IP_8830_VER_SIP2"));
    flash.parameters["phone.MAC_CASE"] = "lower";
    EXPECT_EQ(file_names(flash, family.model()).own_by_tftp, "00405a0a1b2d");
}

TEST(GenbandChecks, AreTheBitsOfTheField) {
    const auto bits_of = [](std::string_view text) {
        const auto checks = checks_of(text);
        return (checks.issuer == Check::on ? 1U : 0U) | (checks.name == Check::on ? 2U : 0U) |
               (checks.expiry == Check::on ? 4U : 0U);
    };
    for (unsigned bits = 0; bits < 8; ++bits) EXPECT_EQ(bits_of(std::to_string(bits)), bits);
    for (const char* text : {"", "7", "0x7", "07", "no", "700"}) EXPECT_EQ(bits_of(text), 7U) << text;
    EXPECT_EQ(bits_of("0x05"), 5U);
}

} // namespace
} // namespace offhook::phone::genband
