// The Polycom pack: what its recorded requests say, and what a phone would take from the files of others.
#include "config/family/pack_case_test.hpp"

#include "base/text.hpp"
#include "config/family/pack.hpp"

#include <algorithm>
#include <gtest/gtest.h>
#include <map>

namespace offhook::config {
namespace {

std::filesystem::path folder() { return std::filesystem::path(OFFHOOK_SOURCE_DIR) / "families/polycom"; }

const Family& polycom() {
    static const auto loaded = load_or_fail(folder());
    EXPECT_NE(loaded, nullptr);
    return *loaded;
}

TEST(PolycomPack, ReadsTheFactoryWayOfOneServerForAllLines) {
    const Parameter parameters[] = {{"voIpProt.server.1.address", "sip.example.net"},
                                    {"voIpProt.server.1.port", "5070"},
                                    {"voIpProt.server.1.transport", "UDPOnly"},
                                    {"reg.1.address", "1003"},
                                    {"reg.1.auth.password", "s3cret"},
                                    {"reg.2.address", "1004@example.net"},
                                    {"reg.2.server.1.address", "other.example.net"},
                                    {"reg.2.displayName", ""}};
    const auto read = polycom().read(parameters, nullptr);
    EXPECT_TRUE(read.not_understood.empty());
    LayerBuilder expected;
    for (const auto& [name, value] : std::initializer_list<std::pair<const char*, const char*>>{
             {"line.1.user", "1003"},
             {"line.1.password", "s3cret"},
             {"line.1.registrar.host", "sip.example.net"},
             {"line.1.registrar.port", "5070"},
             {"line.1.registrar.transport", "udp"},
             {"line.2.user", "1004"},
             {"line.2.domain", "example.net"},
             {"line.2.registrar.host", "other.example.net"}}) // and nothing else of voIpProt.server (AG-2.2 A-8)
        ASSERT_TRUE(expected.set(name, value));
    EXPECT_EQ(read.settings, expected.build());
}

TEST(PolycomPack, UnderstandsAPhonesServerThatNoLineTakesWhereALineSaysTheSame) {
    const struct {
        const char* name;
        std::vector<Parameter> parameters;
        std::size_t kept; ///< parameters that become no setting
    } rows[] = {
        {"a line says the same", {{"reg.1.address", "1003"}, {"reg.1.server.1.address", "sip.example.net"}}, 0},
        {"the second line says the same",
         {{"reg.1.address", "1003"},
          {"reg.1.server.1.address", "other.example.net"},
          {"reg.2.address", "1004"},
          {"reg.2.server.1.address", "sip.example.net"}},
         0},
        {"each line says another", {{"reg.1.address", "1003"}, {"reg.1.server.1.address", "other.example.net"}}, 1},
        {"nobody has a line", {{"reg.1.server.1.address", "sip.example.net"}}, 1},
    };
    for (const auto& row : rows) {
        auto parameters = row.parameters;
        parameters.push_back({"voIpProt.server.1.address", "sip.example.net"});
        const auto read = polycom().read(parameters, nullptr);
        EXPECT_EQ(read.not_understood.size(), row.kept) << row.name;
        EXPECT_EQ(read.settings.find(find_setting("line.1.registrar.host").value()),
                  row.parameters[row.parameters.size() == 1 ? 0 : 1].value)
            << row.name;
    }
}

TEST(PolycomPack, IgnoresWhatALineSaysOfAServerThatItDoesNotName) {
    const Parameter parameters[] = {{"voIpProt.server.1.address", "sip.example.net"},
                                    {"voIpProt.server.1.transport", "UDPOnly"},
                                    {"reg.1.address", "1003"},
                                    {"reg.1.server.1.address", ""},
                                    {"reg.1.server.1.transport", "DNSnaptr"}, // so in the factory phone1.cfg
                                    {"reg.2.address", "1004"},
                                    {"reg.2.server.1.address", "other.example.net"},
                                    {"reg.2.server.1.transport", "DNSnaptr"}};
    const auto read = polycom().read(parameters, nullptr);
    EXPECT_EQ(read.settings.find(find_setting("line.1.registrar.transport").value()), "udp");
    EXPECT_EQ(read.settings.find(find_setting("line.2.registrar.transport").value()), "auto");
    ASSERT_EQ(read.notes.size(), 1U);
    EXPECT_NE(read.notes[0].text.find("reg.1.server.1.address is empty"), std::string::npos);
    const auto alone = polycom().read(std::span(parameters).subspan(2, 3), nullptr);
    EXPECT_EQ(alone.settings.find(find_setting("line.1.registrar.transport").value()), "auto");
}

TEST(PolycomPack, IgnoresFlashParametersThatThePhoneWouldIgnore) {
    const Parameter unset[] = {{"device.net.vlanId", "20"}, {"device.net.vlanId.set", "1"}, {"device.set", "0"}};
    const auto read = polycom().read(unset, nullptr);
    EXPECT_TRUE(read.settings.empty());
    EXPECT_EQ(read.not_understood.size(), 3U);
    ASSERT_EQ(read.notes.size(), 1U);
    EXPECT_EQ(read.notes[0].text, "the phone ignores it: device.set is not 1");
}

TEST(PolycomPack, KeepsWhatItDoesNotKnowOrCannotRead) {
    const Parameter parameters[] = {{"reg.1.proxyRequire", "3"},
                                    {"reg.1.server.1.transport", "TCPpreferred"},
                                    {"reg.999.address", "1"},
                                    {"dialplan.digitmap", "xxS0"},
                                    {"x", "y"}};
    const auto read = polycom().read(parameters, nullptr);
    EXPECT_TRUE(read.settings.empty());
    EXPECT_EQ(read.not_understood.size(), 5U);
}

TEST(PolycomPack, ReadsAZoneWithThePhonesDefaultsForWhatIsNotSaid) {
    // Only the offset: the factory's own summer time is the American one.
    const Parameter parameters[] = {{"tcpIpApp.sntp.gmtOffset", "-18000"}};
    const auto read = polycom().read(parameters, nullptr);
    const auto zone = read.settings.find(*find_setting("time.zone"));
    ASSERT_TRUE(zone);
    EXPECT_EQ(*zone, "America/New_York");
}

TEST(PolycomPack, SecretsAreMarkedAndNeverInNotes) {
    LayerBuilder builder;
    ASSERT_TRUE(builder.set("line.1.password", "s3cret"));
    ASSERT_TRUE(builder.set("provisioning.file_key", "k;ey"));
    const Layer layer = builder.build();
    const LayerRef refs[] = {{LayerKind::device, &layer}};
    const auto written = polycom().write(Effective(refs), nullptr);
    for (const auto& row : written.parameters)
        if (row.parameter.value == "s3cret") {
            EXPECT_EQ(row.secrecy, Secrecy::secret);
        }
    for (const MapNote& note : written.notes) EXPECT_EQ(note.text.find("k;ey"), std::string::npos) << note.text;
    const Parameter long_password[] = {{"reg.1.auth.password", std::string(200, 's')}};
    for (const MapNote& note : polycom().read(long_password, nullptr).notes)
        EXPECT_EQ(note.text.find("sss"), std::string::npos) << note.text;
}

TEST(PolycomPack, WhatGoesWithASecretIsSecretUnlessAnOpenRowNeedsItToo) {
    LayerBuilder site, device;
    ASSERT_TRUE(site.set("network.vlan.phone", "20"));
    ASSERT_TRUE(site.set("web.admin_password", "8246"));
    ASSERT_TRUE(device.set("network.vlan.cdp", "no"));
    const Layer of_site = site.build(), of_device = device.build();
    const LayerRef refs[] = {{LayerKind::site, &of_site}, {LayerKind::device, &of_device}};
    std::map<std::string, std::pair<Secrecy, LayerKind>> found;
    for (const auto& row : polycom().write(Effective(refs), nullptr).parameters)
        found[row.parameter.name] = {row.secrecy, row.origin};
    // A shared file without the password must not tell the phone to set it, and must tell it to set the VLAN.
    EXPECT_EQ(found["device.auth.localAdminPassword.set"], std::pair(Secrecy::secret, LayerKind::site));
    EXPECT_EQ(found["device.net.vlanId.set"], std::pair(Secrecy::open, LayerKind::site));
    EXPECT_EQ(found["device.net.cdpEnabled.set"], std::pair(Secrecy::open, LayerKind::device));
    EXPECT_EQ(found["device.set"], std::pair(Secrecy::open, LayerKind::site));
}

TEST(PolycomPack, SharedDocumentsAreOfASiteAndTheMasterNamesTheOthers) {
    for (const Document& document : polycom().documents())
        EXPECT_EQ(document.content == Document::Content::shared, document.kind == "site") << document.kind;
    EXPECT_EQ(polycom().documents()[0].fixed[1], (Parameter{"CONFIG_FILES", "{path:settings}, {path:site}"}));
    EXPECT_EQ(polycom().facts("reg.7.auth.password")->secret, true);
    EXPECT_EQ(polycom().facts("dir.local.volatile.2meg")->name, "dir.local.volatile.2meg");
    EXPECT_EQ(polycom().facts("reg.1.server.2.address")->name, "reg.{n}.server.{m}.address");
    EXPECT_EQ(polycom().facts("no.such"), nullptr);
}

TEST(PolycomPack, ReadsTheMacFromAFactoryCertificate) {
    const auto* family = &polycom();
    const std::vector<SubjectText> subject{{SubjectField::organization, "Polycom Inc."},
                                           {SubjectField::common_name, "0004F2ABCDEF"}};
    const auto holder = family->match_certificate(subject);
    ASSERT_TRUE(holder);
    EXPECT_EQ(holder->mac, MacAddress::from_text("0004f2abcdef"));
    EXPECT_FALSE(family->match_certificate({}));
}

TEST(PolycomPack, GuardsEveryFlashParameterThatItWrites) {
    const auto& pack = dynamic_cast<const Pack&>(polycom());
    unsigned seen = 0;
    for (const Row& row : pack.content().rows) {
        const std::string& name = row.write.front().text();
        if (!name.starts_with("device.")) continue;
        ++seen;
        std::vector<std::string> guards;
        for (const Companion& guard : row.guard) guards.push_back(guard.name.text() + "=" + guard.value);
        EXPECT_EQ(guards, (std::vector<std::string>{"device.set=1", name + ".set=1"})) << name;
    }
    EXPECT_GE(seen, 12U);
}

TEST(PolycomPack, HasDirectoriesUnderTheNamesOfWhatIsSentAndStored) {
    const auto own = polycom().match_path("contacts/0004F2000001-Directory.xml");
    ASSERT_TRUE(own && own->document != nullptr && own->other != nullptr);
    EXPECT_EQ(own->document->kind, "contacts");
    EXPECT_EQ(own->other->kind, "directory");
    EXPECT_EQ(own->other->role, OtherFile::Role::upload);
    EXPECT_EQ(own->mac, MacAddress(0x0004f2000001ULL));
    const auto seed = polycom().match_path("000000000000-directory.xml");
    ASSERT_TRUE(seed && seed->document != nullptr && seed->other != nullptr);
    EXPECT_EQ(seed->other->role, OtherFile::Role::asset);
    EXPECT_EQ(polycom().match_path("0004f2000001-phone.cfg")->document, nullptr);
}

TEST(PolycomPack, LeavesOutWhatTheStatedReleaseDoesNotKnow) {
    const struct {
        const char *version, *notes;
        bool attendant, g722;
    } cases[] = {
        {"", "", true, true},
        {"latest", "", true, true},
        {"2.2.0.0047",
         "key.1.type: stands in the contact directory alone: its parameter came with release 3.2, and this phone "
         "runs 2.2.0.0047;audio.codecs: left out 'g722': what carries it came with release 3.0, and this phone runs "
         "2.2.0.0047;",
         false, false},
        {"SIP 3.1",
         "key.1.type: stands in the contact directory alone: its parameter came with release 3.2, and this phone "
         "runs SIP 3.1;",
         false, true},
        {"3.2", "", true, true}};
    for (const auto& each : cases) {
        LayerBuilder builder;
        for (const auto& [name, value] :
             std::initializer_list<std::pair<const char*, const char*>>{{"firmware.version", each.version},
                                                                        {"key.1.type", "blf"},
                                                                        {"key.1.value", "1004"},
                                                                        {"key.1.label", "Eva"},
                                                                        {"audio.codecs", "pcma g722"}})
            ASSERT_TRUE(builder.set(name, value));
        const Layer layer = builder.build();
        const LayerRef refs[] = {{LayerKind::device, &layer}};
        const auto written = polycom().write(Effective(refs), nullptr);
        const auto has = [&](std::string_view name) {
            return std::any_of(written.parameters.begin(), written.parameters.end(),
                               [&](const WrittenParameter& p) { return p.parameter.name == name; });
        };
        EXPECT_EQ(has("attendant.resourceList.1.address"), each.attendant) << each.version;
        EXPECT_EQ(has("attendant.resourceList.1.type"), each.attendant) << each.version;
        EXPECT_EQ(has("voice.codecPref.G722"), each.g722) << each.version;
        EXPECT_TRUE(has("voice.codecPref.G711A"));
        std::string notes;
        for (const MapNote& note : written.notes) notes += note.setting + ": " + note.text + ";";
        EXPECT_EQ(notes, each.notes) << each.version;
    }
}

} // namespace
} // namespace offhook::config
