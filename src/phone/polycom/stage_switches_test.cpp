/// phone.overrides.stage, phone.licences.stage and phone.directory.stage: which program fetches what.
#include "phone/polycom/booting_phone.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace offhook::phone::polycom {
namespace {

using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

constexpr const char* directory_file =
    "<directory><item_list><item><fn>Anna</fn><ct>101</ct></item></item_list></directory>";

/// A phone with a changed setting, licences and a directory on an https server: the bootROM speaks plain http there.
class PolycomStageSwitches : public BootingPhone {
protected:
    PolycomStageSwitches() {
        flash.parameters["device.prov.serverName"] = "https://boot/spip";
        flash.parameters["phone.licences"] = "asked";
        for (const std::string at : {"http://boot/spip/", "https://boot/spip/"}) {
            server.serve(at + "000000000000.cfg", "<APPLICATION CONFIG_FILES=\"all.cfg\"/>");
            server.serve(at + "all.cfg", "<a reg.1.address=\"101\" reg.1.auth.password=\"p\" "
                                         "voIpProt.server.1.address=\"pbx\"/>");
            server.serve(at + "0004f2aabbcc-phone.cfg",
                         "<PHONE_CONFIG><OVERRIDES reg.1.address=\"555\"/></PHONE_CONFIG>");
            server.serve(at + "0004f2aabbcc-directory.xml", directory_file);
        }
    }
    void give(const std::string& name, const std::string& stage) {
        flash.parameters["phone." + name + ".stage"] = stage;
    }
    void remove(const std::string& name) {
        for (const std::string at : {"http://boot/spip/", "https://boot/spip/"}) server.remove(at + name);
    }
    /// What came of the files that the switches are about, each as "protocol name", in the order of the requests.
    [[nodiscard]] std::vector<std::string> movable() const {
        std::vector<std::string> out;
        for (const auto& step : server.steps) {
            const auto name = step.url.substr(step.url.rfind('/') + 1);
            for (const auto* ending : {"-phone.cfg", "-web.cfg", "-license.cfg", "-directory.xml"})
                if (name.ends_with(ending)) out.push_back(step.url.substr(0, step.url.find(':')) + " " + name);
        }
        return out;
    }
};

TEST_F(PolycomStageSwitches, WithoutThemTheApplicationFetchesAll) {
    for (const char* word : {"", "application"}) {
        for (const char* name : {"overrides", "licences", "directory"}) give(name, word);
        const auto report = run();
        EXPECT_THAT(movable(), ElementsAre("https 0004f2aabbcc-phone.cfg", "https 000000000000-license.cfg",
                                           "https 0004f2aabbcc-license.cfg", "https 0004f2aabbcc-directory.xml"));
        EXPECT_EQ(report.lines.at(0).user, "555");
        EXPECT_EQ(report.state, PhoneState::ready);
        EXPECT_EQ(flash.directory, directory_file);
    }
}

TEST_F(PolycomStageSwitches, WhatTheBootromFetchesByItsProtocolCountsInTheApplication) {
    for (const char* name : {"overrides", "licences", "directory"}) give(name, "bootrom");
    const auto report = run();
    EXPECT_THAT(movable(), ElementsAre("http 0004f2aabbcc-phone.cfg", "http 000000000000-license.cfg",
                                       "http 0004f2aabbcc-license.cfg", "http 0004f2aabbcc-directory.xml"));
    EXPECT_EQ(server.steps.back().url.substr(0, 6), "https:") << "the application's own come by its own";
    const auto names = asked();
    const auto at = [&](const std::string& part) {
        return std::find_if(names.begin(), names.end(), [&](const auto& name) { return name.ends_with(part); }) -
               names.begin();
    };
    EXPECT_LT(at("-directory.xml"), at("-boot.log")) << "before its log, which ends a bootROM's work";
    EXPECT_LT(at("-boot.log"), at("all.cfg"));
    EXPECT_EQ(report.lines.at(0).user, "555");
    EXPECT_EQ(report.state, PhoneState::ready);
    EXPECT_TRUE(report.problems.empty()) << report.problems[0];
    EXPECT_EQ(flash.changes.at("reg.1.address"), "555");
    EXPECT_EQ(flash.directory, directory_file);
}

TEST_F(PolycomStageSwitches, EachFileHasASwitchOfItsOwn) {
    const struct {
        const char* name;
        const char* moved;
    } rows[] = {{"overrides", "-phone.cfg"}, {"licences", "-license.cfg"}, {"directory", "-directory.xml"}};
    for (const auto& row : rows) {
        give(row.name, "bootrom");
        (void)run();
        for (const auto& step : movable())
            EXPECT_EQ(step.starts_with("http "), step.ends_with(row.moved)) << row.name << ": " << step;
        EXPECT_EQ(movable().size(), 4U) << row.name;
        give(row.name, "application");
    }
}

TEST_F(PolycomStageSwitches, ABootromThatGetsNothingLeavesWhatIsInFlash) {
    for (const char* name : {"overrides", "directory"}) give(name, "bootrom");
    flash.directory = "<directory/>";
    flash.changes["reg.1.address"] = "777";
    for (const char* name : {"0004f2aabbcc-phone.cfg", "0004f2aabbcc-directory.xml"})
        server.fail("http://boot/spip/" + std::string(name), FileOutcome::refused);
    EXPECT_EQ(run().lines.at(0).user, "777") << "the application does not ask for it itself";
    EXPECT_EQ(flash.directory, "<directory/>");
    EXPECT_THAT(movable(), Not(Contains(HasSubstr("https 0004f2aabbcc-phone.cfg"))));
    remove("0004f2aabbcc-phone.cfg");
    server.heal("http://boot/spip/0004f2aabbcc-phone.cfg");
    const auto report = run();
    EXPECT_EQ(report.lines.at(0).user, "777");
    EXPECT_EQ(report.state, PhoneState::ready) << "the server has none, so the phone has all that there is";
    flash.parameters["phone.overrides.absent"] = "forgotten";
    EXPECT_EQ(run().lines.at(0).user, "101");
}

TEST_F(PolycomStageSwitches, ARunningPhoneGoesByWhatItsBootromFetched) {
    for (const char* name : {"overrides", "licences", "directory"}) give(name, "bootrom");
    (void)run();
    const auto report = look();
    EXPECT_TRUE(movable().empty()) << movable()[0];
    EXPECT_EQ(report.lines.at(0).user, "555");
    EXPECT_EQ(report.state, PhoneState::ready);
    EXPECT_EQ(report.reboots, 0U);
}

TEST_F(PolycomStageSwitches, TheRoomForADirectoryIsTheApplicationsToSay) {
    give("directory", "bootrom");
    for (const std::string at : {"http://boot/spip/", "https://boot/spip/"})
        server.serve(at + "all.cfg", "<a reg.1.address=\"101\" reg.1.auth.password=\"p\" "
                                     "voIpProt.server.1.address=\"pbx\" dir.local.nonVolatile.maxSize.4meg=\"0\"/>");
    const auto report = run();
    EXPECT_EQ(flash.directory, "");
    EXPECT_THAT(report.problems, Contains(HasSubstr("do not fit into the 0 ")));
}

TEST_F(PolycomStageSwitches, ANewApplicationDecidesWhatItsBootromAsksFor) {
    for (const char* name : {"overrides", "licences"}) give(name, "bootrom");
    flash.parameters.erase("phone.licences");
    for (const std::string at : {"http://boot/spip/", "https://boot/spip/"}) {
        server.serve(at + "000000000000.cfg", "<APPLICATION APP_FILE_PATH=\"sip.ld\" CONFIG_FILES=\"all.cfg\"/>");
        server.serve(at + "sip.ld", stub("application", "4.0.15.1047", "2345-12600-001", "x"));
    }
    (void)run();
    EXPECT_THAT(movable(), Contains("http 0004f2aabbcc-web.cfg"));
    EXPECT_THAT(movable(), Contains("http 0004f2aabbcc-license.cfg"));
}

TEST_F(PolycomStageSwitches, AWordThatIsNoStageDoesNotCountAndThePhoneNamesTheWords) {
    give("overrides", "updater");
    const auto report = run();
    EXPECT_THAT(movable(), Contains("https 0004f2aabbcc-phone.cfg"));
    EXPECT_THAT(report.problems,
                ElementsAre("phone.overrides.stage in flash is none of application, bootrom: it does not count"));
}

} // namespace
} // namespace offhook::phone::polycom
