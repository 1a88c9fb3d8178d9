#include "phone/polycom/release.hpp"

#include "phone/image.hpp"

#include "config/family/loader.hpp"

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
    EXPECT_EQ(release_of("3.2.1.0078").name, "SIP 3.1");
    EXPECT_EQ(release_of("5.9.7").name, "UCS 4.0");
    for (const char* ucs : {"3.3.5.0247", "3.3", "3.4.1"}) {
        const auto& release = release_of(ucs);
        EXPECT_EQ(release.name, "UCS 3.3") << ucs;
        EXPECT_EQ(release.agent, Release::Agent::plain);
        EXPECT_EQ(release.web_overrides, Release::WebOverrides::asked);
        EXPECT_EQ(release.changed_configuration, Release::Reload::in_place);
    }
    for (const char* odd : {"", "sip.ld", "1.6.5", "-4"}) EXPECT_EQ(release_of(odd).name, "SIP 2.2") << odd;
}

/// The seed's models with their truth, from the pack as it is shipped.
TEST(PolycomRelease, EveryModelOfTheSeedIsAsTheReferenceSays) {
    const auto family = config::load_family(OFFHOOK_SOURCE_DIR "/families/polycom");
    ASSERT_TRUE(family) << family.error().front().text();
    const struct {
        const char *name, *part, *product, *application;
        bool tls;
    } models[] = {
        {"SPIP300", "2345-11300-001", "SoundPointIP-SPIP_300", "2.1.2", false},
        {"SPIP301", "2345-11300-010", "SoundPointIP-SPIP_301", "2.2.0.0047", true},
        {"SPIP320", "2345-12200-002", "SoundPointIP-SPIP_320", "2.2.0.0047", true},
        {"SPIP330", "2345-12200-001", "SoundPointIP-SPIP_330", "2.2.0.0047", true},
        {"SPIP430", "2345-11402-001", "SoundPointIP-SPIP_430", "2.2.0.0047", true},
        {"SPIP500", "2345-11500-010", "SoundPointIP-SPIP_500", "2.1.3", false},
        {"SPIP501", "2345-11500-040", "SoundPointIP-SPIP_501", "2.2.0.0047", true},
        {"SPIP550", "2345-12500-001", "SoundPointIP-SPIP_550", "2.2.0.0047", true},
        {"SPIP600", "2345-11600-001", "SoundPointIP-SPIP_600", "2.2.0.0047", true},
        {"SPIP601", "2345-11605-001", "SoundPointIP-SPIP_601", "2.2.0.0047", true},
        {"SPIP650", "2345-12600-001", "SoundPointIP-SPIP_650", "2.2.0.0047", true},
        {"SSIP4000", "2201-06642-001", "SoundStationIP-SSIP_4000", "2.2.0.0047", true},
    };
    for (const auto& m : models) {
        const auto* model = (*family)->find_model(m.name);
        ASSERT_NE(model, nullptr) << m.name;
        ASSERT_FALSE(model->part_numbers.empty()) << m.name;
        EXPECT_EQ(model->part_numbers.front(), m.part) << m.name;
        EXPECT_EQ(product_of(*model), m.product);
        EXPECT_EQ(speaks_tls(*model), m.tls) << m.name;
        EXPECT_EQ(factory_flash(*model, MacAddress{}).application->version, m.application) << m.name;
    }
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
