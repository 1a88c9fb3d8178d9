#include "phone/polycom/release.hpp"

#include <gtest/gtest.h>

namespace offhook::phone::polycom {
namespace {

TEST(PolycomRelease, TellsItselfInTheUserAgentAsItsGenerationDoes) {
    const struct {
        config::Model model;
        const char* version;
        Stage stage;
        const char* expected; // reference: Polycom 7.1
    } cases[] = {
        {{"SPIP430", "", 2, 0, {}, {"SPIP_430"}, {}},
         "2.2.0.0047",
         Stage::application,
         "FileTransport PolycomSoundPointIP-SPIP_430-UA/2.2.0.0047"},
        {{"SPIP335", "", 2, 0, {}, {}, {}},
         "3.2.1.0078",
         Stage::application,
         "FileTransport PolycomSoundPointIP-SPIP_335-UA/3.2.1.0078"},
        {{"SSIP6000", "", 1, 0, {}, {}, {}},
         "4.0.4.2906",
         Stage::application,
         "FileTransport PolycomSoundStationIP-SSIP_6000-UA/4.0.4.2906 Type/Application"},
        {{"SSIP6000", "", 1, 0, {}, {}, {}},
         "5.0.3.1667",
         Stage::bootrom,
         "FileTransport PolycomSoundStationIP-SSIP_6000-UA/5.0.3.1667 Type/Updater"},
        {{"VVX500", "", 12, 0, {}, {}, {}},
         "5.9.7.4477",
         Stage::application,
         "FileTransport PolycomVVX-VVX_500-UA/5.9.7.4477 Type/Application"},
    };
    for (const auto& c : cases) EXPECT_EQ(user_agent(release_of(c.version), c.stage, c.model, c.version), c.expected);
}

TEST(PolycomRelease, IsToldByTheMajorVersion) {
    EXPECT_EQ(release_of("2.2.0.0047").name, "SIP 2.2");
    EXPECT_EQ(release_of("3.1.8.0070").name, "SIP 3.1");
    EXPECT_EQ(release_of("5.9.7").name, "UCS 4.0");
    for (const char* odd : {"", "sip.ld", "1.6.5", "-4"}) EXPECT_EQ(release_of(odd).name, "SIP 2.2") << odd;
}

TEST(PolycomRelease, ShowsItsSerialNumberOnlyWhereTheFormIsKnown) {
    const config::Model model{"SPIP335", "", 2, 0, {}, {}, {}};
    const auto agent = [&](std::string_view version) {
        return user_agent(release_of(version), Stage::application, model, version, "0004f249d83f");
    };
    EXPECT_EQ(agent("4.0.13.1445"),
              "FileTransport PolycomSoundPointIP-SPIP_335-UA/4.0.13.1445 (SN:0004f249d83f) Type/Application");
    EXPECT_EQ(agent("2.2.0.0047"), "FileTransport PolycomSoundPointIP-SPIP_335-UA/2.2.0.0047");
}

TEST(PolycomRelease, ModelsThatEndEarlyLeaveTheFactoryWithTheirLast) {
    const config::Model model{"SPIP500", "", 3, 0, {}, {}, {{"tls", "no"}, {"last_application", "2.1.3"}}};
    const auto flash = factory_flash(model, *MacAddress::from_text("0004f2aabbcc"));
    EXPECT_EQ(flash.application->version, "2.1.3");
    EXPECT_TRUE(is_after("2.2", "2.1.3"));
    EXPECT_TRUE(is_after("2.1.4", "2.1.3"));
    EXPECT_FALSE(is_after("2.1.3.0099", "2.1.3"));
    EXPECT_FALSE(is_after("2.1", "2.1.3"));
}

TEST(PolycomRelease, FactoryPhoneHasTheFactoryAccountAndAnApplication) {
    const config::Model model{"SPIP650", "", 6, 0, {}, {}, {}};
    const auto flash = factory_flash(model, *MacAddress::from_text("0004f2aabbcc"));
    EXPECT_EQ(flash.parameter("device.prov.serverType"), "0");
    EXPECT_EQ(flash.parameter("device.prov.user"), "PlcmSpIp");
    EXPECT_EQ(flash.parameter("device.prov.password"), "PlcmSpIp");
    EXPECT_TRUE(flash.application);
    EXPECT_TRUE(flash.files.empty());
    EXPECT_TRUE(speaks_tls(model));
    EXPECT_FALSE(speaks_tls({"SPIP500", "", 3, 0, {}, {}, {}}));
    EXPECT_FALSE(speaks_tls({"SPIP650", "", 6, 0, {}, {}, {{"tls", "no"}}}));
}

} // namespace
} // namespace offhook::phone::polycom
