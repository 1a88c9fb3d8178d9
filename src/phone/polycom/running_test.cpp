#include "phone/polycom/running.hpp"

#include "config/seal/seal.hpp"
#include "phone/awaited.hpp"
#include "phone/fake_family.hpp"
#include "phone/polycom/boot.hpp"
#include "phone/polycom/directory.hpp"
#include "phone/polycom/overrides.hpp"
#include "phone/polycom/upload_seal.hpp"
#include "phone/scripted_transfers.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace offhook::phone::polycom {
namespace {

namespace asio = boost::asio;
using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

asio::awaitable<bool> changed(BootSurroundings around, Flash& flash, UserChanges changes, BootReport& report,
                              std::string& error) {
    const auto done = co_await change(around, flash, std::move(changes), report);
    if (!done) error = done.error().text();
    co_return done.has_value();
}

asio::awaitable<int> logs_sent(BootSurroundings around, Flash& flash, BootReport& report) {
    co_await send_logs(around, flash, report);
    co_return 0;
}

/// A family in which lcl.ml.lang makes the phone reboot.
class RebootingFamily final : public FakeFamily {
public:
    [[nodiscard]] const config::ParameterFacts* facts(std::string_view name) const override {
        if (name == "ranged") return &ranged_;
        return name == "lcl.ml.lang" ? &facts_ : nullptr;
    }

private:
    config::ParameterFacts ranged_{"ranged", "number", "0..5", "", {}, {}, {}, "", "", ""};
    config::ParameterFacts facts_{"lcl.ml.lang", "text", "", "", true, {}, {}, "", "", ""};
};

class PolycomRunning : public testing::Test {
protected:
    PolycomRunning() {
        flash = factory_flash(model(), *MacAddress::from_text("0004f2aabbcc"));
        flash.parameters["device.prov.serverName"] = "http://boot";
        serve("000000000000.cfg", "<APPLICATION CONFIG_FILES=\"sip.cfg\" LOG_FILE_DIRECTORY=\"logs\" "
                                  "OVERRIDES_DIRECTORY=\"over\" CONTACTS_DIRECTORY=\"people\"/>");
        serve("sip.cfg", "<a reg.1.address=\"101\" reg.1.auth.password=\"s\" reg.1.server.1.address=\"pbx\" "
                         "up.headsetMode=\"0\"/>");
    }
    [[nodiscard]] const config::Model& model() const { return *family.find_model("SPIP650"); }
    void serve(const std::string& name, std::string content) {
        server.serve("http://boot/" + name, std::move(content));
    }
    [[nodiscard]] BootSurroundings around() { return {family, model(), server, recorder, clock}; }
    BootReport run() {
        server.steps.clear();
        return report = awaited(boot(around(), flash, [](const Flash&) {}));
    }
    bool user(UserChanges changes) {
        server.steps.clear();
        found = report.discovery;
        auto surroundings = around();
        surroundings.found_before = &found;
        surroundings.time_speed = 5;
        return awaited(changed(surroundings, flash, std::move(changes), report, error));
    }
    [[nodiscard]] std::vector<std::string> put() const {
        std::vector<std::string> names;
        for (const auto& step : server.steps)
            if (step.request.direction == Direction::put) names.push_back(step.url.substr(12));
        return names;
    }
    static config::Contact contact(std::string last, std::string number) {
        config::Contact out;
        out.last_name = std::move(last), out.number = std::move(number);
        return out;
    }
    std::vector<OwnAction> own() {
        SeededRandom random(7);
        return own_actions(report, flash, clock.wall(), random);
    }

    RebootingFamily family;
    ScriptedTransfers server;
    Recorder recorder;
    ManualClock clock;
    Flash flash;
    BootReport report;
    FoundServer found;
    std::string error;
};

TEST_F(PolycomRunning, AChangeWinsOverFilesAndIsUploadedAtOnce) {
    run();
    ASSERT_TRUE(user({{{"up.headsetMode", "1"}, {"a.b", "<&\">"}}, {}})) << error;
    EXPECT_THAT(put(), ElementsAre("over/0004f2aabbcc-phone.cfg"));
    EXPECT_EQ(server.steps[0].request.body, "<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"yes\"?>\n"
                                            "<PHONE_CONFIG>\n"
                                            "  <OVERRIDES\n"
                                            "    a.b=\"&lt;&amp;&quot;&gt;\"\n"
                                            "    up.headsetMode=\"1\"/>\n"
                                            "</PHONE_CONFIG>\n");
    EXPECT_EQ(report.parameters["up.headsetMode"], "1");
    EXPECT_EQ(report.parameters["reg.1.address"], "101");
    EXPECT_EQ(report.files.back().name, "over/0004f2aabbcc-phone.cfg");
    EXPECT_EQ(report.reboots, 0U);
    const auto again = run();
    EXPECT_EQ(again.reboots, 0U) << "what its user set is no new configuration";
    EXPECT_EQ(report.parameters["up.headsetMode"], "1") << "from flash: the server has none";
}

TEST_F(PolycomRunning, AChangeLeavesWhatIsInSealedFilesAsItIs) {
    const char* key = "Crypt=1;KeyDesc=k;Key=06a9214036b8a15b512e03d534120006;";
    flash.parameters["device.sec.configEncryption.key"] = key;
    const auto* seal = config::find_seal("polycom-project");
    ASSERT_NE(seal, nullptr);
    serve("sip.cfg", *seal->seal("<a reg.1.address=\"101\" reg.1.auth.password=\"s\" lcl.ml.lang=\"x\" "
                                 "reg.1.server.1.address=\"pbx\"/>",
                                 key, ""));
    run();
    ASSERT_EQ(report.lines.size(), 1U);
    const auto lines = report.lines;
    ASSERT_TRUE(user({{{"up.headsetMode", "1"}}, {}})) << error;
    EXPECT_EQ(report.lines, lines);
    EXPECT_EQ(report.parameters["reg.1.address"], "101");
    EXPECT_EQ(run().reboots, 0U) << "the same configuration";
}

TEST_F(PolycomRunning, AChangeLeavesOutWhatIsOutOfRange) {
    serve("sip.cfg", "<a lcl.ml.lang=\"x\" ranged=\"7\" reg.1.address=\"101\"/>");
    run();
    EXPECT_EQ(report.parameters.count("ranged"), 0U);
    ASSERT_TRUE(user({{{"up.headsetMode", "1"}}, {}})) << error;
    EXPECT_EQ(report.parameters.count("ranged"), 0U);
    EXPECT_EQ(run().reboots, 0U);
    ASSERT_TRUE(user({{{"ranged", "8"}}, {}})) << error;
    EXPECT_EQ(report.parameters.count("ranged"), 0U) << "its user cannot, either";
    EXPECT_EQ(run().reboots, 0U);
}

TEST_F(PolycomRunning, TellsBeforeABootWhatNobodyCanChange) {
    EXPECT_FALSE(family_boot().check_changes({{{"device.prov.serverName", "x"}}, {}}, family));
    EXPECT_FALSE(family_boot().check_changes({{{"a b", "x"}}, {}}, family));
    EXPECT_FALSE(family_boot().check_changes({{}, {contact("Muster", " ")}}, family));
    EXPECT_TRUE(family_boot().check_changes({{{"up.headsetMode", "1"}}, {contact("Muster", "1")}}, family));
}

TEST_F(PolycomRunning, AnEmptyValueTakesAChangeBack) {
    run();
    ASSERT_TRUE(user({{{"up.headsetMode", "1"}}, {}}));
    ASSERT_TRUE(user({{{"up.headsetMode", ""}}, {}}));
    EXPECT_THAT(server.steps[0].request.body, HasSubstr("<OVERRIDES/>"));
    EXPECT_EQ(report.parameters["up.headsetMode"], "0");
    EXPECT_TRUE(flash.changes.empty());
}

TEST_F(PolycomRunning, TheServersOverridesReplaceThoseInFlash) {
    run();
    ASSERT_TRUE(user({{{"up.headsetMode", "1"}, {"a.b", "1"}}, {}}));
    serve("over/0004f2aabbcc-phone.cfg", "<PHONE_CONFIG><OVERRIDES up.headsetMode=\"2\"/></PHONE_CONFIG>");
    run();
    EXPECT_EQ(report.parameters["up.headsetMode"], "2");
    EXPECT_THAT(flash.changes, ElementsAre(testing::Pair("up.headsetMode", "2")));
    server.fail("http://boot/over/0004f2aabbcc-phone.cfg", FileOutcome::refused);
    EXPECT_EQ(run().parameters["up.headsetMode"], "2") << "and stay";
}

TEST_F(PolycomRunning, AChangeThatNeedsItMakesThePhoneReboot) {
    run();
    ASSERT_TRUE(user({{{"lcl.ml.lang", "German_Germany"}}, {}}));
    EXPECT_EQ(report.reboots, 1U);
    EXPECT_EQ(report.state, PhoneState::ready);
    EXPECT_EQ(server.steps[0].url, "http://boot/over/0004f2aabbcc-phone.cfg") << "uploaded before it goes down";
    EXPECT_EQ(report.parameters["lcl.ml.lang"], "German_Germany");
}

TEST_F(PolycomRunning, RefusesWhatNoUserCanChange) {
    run();
    const struct {
        UserChanges changes;
        const char* says;
    } cases[] = {{{{{"device.prov.serverName", "x"}}, {}}, "--flash"},
                 {{{{"a b", "x"}}, {}}, "XML attribute"},
                 {{{{"a", std::string("\x01")}}, {}}, "control character"},
                 {{{}, {contact("Muster", " ")}}, "a contact has a number"},
                 {{{}, {contact("Muster", std::string(4000, '1'))}}, "bytes for a directory"}};
    flash.parameters["phone.flash_meg"] = "2";
    report.parameters["dir.local.nonVolatile.maxSize.2meg"] = "1";
    const Flash before = flash;
    for (const auto& c : cases) {
        EXPECT_FALSE(user(c.changes)) << c.says;
        EXPECT_THAT(error, HasSubstr(c.says));
        EXPECT_EQ(flash.changes, before.changes);
        EXPECT_EQ(flash.directory, before.directory);
        EXPECT_TRUE(put().empty());
    }
}

TEST_F(PolycomRunning, ContactsGoUpFiveSecondsLater) {
    run();
    const auto waited = server.waited;
    ASSERT_TRUE(user({{}, {contact("Muster", "1003"), contact("Beispiel", "1004")}})) << error;
    EXPECT_THAT(put(), ElementsAre("people/0004f2aabbcc-directory.xml"));
    EXPECT_EQ(server.waited - waited, std::chrono::seconds(1)) << "at five times the speed";
    EXPECT_EQ(server.steps[0].request.body, flash.directory);
    ASSERT_TRUE(user({{}, {contact("Neu", "1003")}}));
    const auto read = config::find_directory_syntax("polycom-directory")->read(flash.directory);
    EXPECT_THAT(read->contacts, ElementsAre(contact("Neu", "1003"), contact("Beispiel", "1004")));
    run();
    for (const auto& step : server.steps) EXPECT_THAT(step.url, Not(HasSubstr("000000000000-directory.xml")));
}

TEST_F(PolycomRunning, TheServersDirectoryOverwritesTheOneInFlashWhereItFits) {
    flash.directory = "<directory/>";
    const std::string large =
        "<directory><item_list><item><ct>" + std::string(3000, '1') + "</ct></item></item_list></directory>";
    serve("people/0004f2aabbcc-directory.xml", large);
    run();
    EXPECT_EQ(flash.directory, large);
    serve("sip.cfg", "<a dir.local.nonVolatile.maxSize.4meg=\"2\"/>");
    flash.directory = "<directory/>";
    EXPECT_THAT(run().problems, Contains(HasSubstr("do not fit into the 2048")));
    EXPECT_EQ(flash.directory, "<directory/>");
    for (const char* text : {"<html><body></body></html>", "<x/>", "nothing"}) {
        serve("people/0004f2aabbcc-directory.xml", text);
        run();
        EXPECT_EQ(flash.directory, "<directory/>") << text;
    }
}

TEST_F(PolycomRunning, WhatShallBeEncryptedIsNeverUploadedInClear) {
    serve("sip.cfg", "<a sec.encryption.upload.overrides=\"1\" sec.encryption.upload.dir=\"1\"/>");
    run();
    ASSERT_TRUE(user({{{"up.headsetMode", "1"}}, {contact("Muster", "1003")}}));
    EXPECT_TRUE(put().empty());
    EXPECT_THAT(report.problems, Contains(HasSubstr("has no device.sec.configEncryption.key")));
    flash.parameters["device.sec.configEncryption.key"] = "Crypt=1;KeyDesc=a;Key=00112233445566778899aabbccddeeff;";
    ASSERT_TRUE(user({{{"up.headsetMode", "2"}}, {}}));
    const auto* seal = config::find_seal("polycom-project");
    ASSERT_NE(seal, nullptr);
    ASSERT_EQ(put().size(), 1U);
    EXPECT_THAT(seal->open(server.steps[0].request.body, "00112233445566778899aabbccddeeff").value_or(""),
                HasSubstr("up.headsetMode=\"2\""));
}

TEST_F(PolycomRunning, LaterReleasesHaveASwitchAndAWebPage) {
    flash.application->version = "4.0.15.1047";
    run();
    flash.parameters["phone.change.via"] = "web";
    ASSERT_TRUE(user({{{"up.headsetMode", "1"}}, {}}));
    EXPECT_THAT(put(), ElementsAre("over/0004f2aabbcc-web.cfg"));
    ASSERT_TRUE(user({{{"prov.autoConfigUpload.enabled", "0"}}, {}}));
    EXPECT_TRUE(put().empty());
    EXPECT_EQ(run().parameters["up.headsetMode"], "1");
}

TEST_F(PolycomRunning, SendsWhatIsInItsLogToWhereItsMasterFileSays) {
    run();
    flash.log = "1|so   |4|00|event\n";
    server.steps.clear();
    found = report.discovery;
    auto surroundings = around();
    surroundings.found_before = &found;
    awaited(logs_sent(surroundings, flash, report));
    EXPECT_THAT(put(), ElementsAre("logs/0004f2aabbcc-app.log"));
    EXPECT_TRUE(flash.log.empty());
    EXPECT_EQ(report.files.back().name, "logs/0004f2aabbcc-app.log");
}

TEST_F(PolycomRunning, ActsByItsOwnClockAsItsConfigurationSays) {
    run();
    ASSERT_EQ(own().size(), 1U);
    EXPECT_EQ(own()[0].what, OwnAction::What::send_logs);
    EXPECT_EQ(own()[0].after, std::chrono::hours(48));
    report.parameters["prov.polling.enabled"] = "1"; // the clock stands at midnight, UTC
    EXPECT_EQ(own()[0].what, OwnAction::What::check);
    EXPECT_EQ(own()[0].after, std::chrono::hours(3));
    report.parameters["tcpIpApp.sntp.gmtOffset"] = "3600";
    EXPECT_EQ(own()[0].after, std::chrono::hours(2));
    report.parameters["prov.polling.mode"] = "rel";
    EXPECT_EQ(own()[0].why, "prov.polling.mode rel, period 86400 s");
    flash.log.assign(16'384, 'x');
    EXPECT_EQ(own().back().after, std::chrono::minutes(1));
}

TEST_F(PolycomRunning, KnowsWhetherItHasPolledSinceItsBoot) {
    flash.application->version = "4.0.15.1047";
    run();
    report.parameters["prov.polling.enabled"] = "1";
    report.parameters["prov.polling.mode"] = "random";
    EXPECT_LT(own()[0].after, std::chrono::hours(24));
    found = report.discovery;
    auto surroundings = around();
    surroundings.found_before = &found;
    awaited(check(surroundings, flash, [](const Flash&) {}));
    EXPECT_EQ(own()[0].after, std::chrono::hours(24));
    run();
    EXPECT_EQ(flash.parameter(has_polled), "");
}

} // namespace
} // namespace offhook::phone::polycom
