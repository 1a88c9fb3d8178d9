#include "config/import/plan.hpp"

#include "config/import/plan_text.hpp"
#include "config/import/test_tree.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace offhook::config {
namespace {

using testing::HasSubstr;
using testing::Not;

const std::string magic = "# Panasonic SIP Phone Standard Format File # DO NOT CHANGE THIS LINE!\r\n";

std::string value_in(const Layer& layer, std::string_view name) {
    for (const Layer::Entry& entry : layer)
        if (entry.name() == name) return std::string(entry.value);
    return "(none)";
}

std::map<std::string, std::string> two_polycoms() {
    return {
        {"0004f2000001.cfg", R"(<APPLICATION CONFIG_FILES="0004f2000001-own.cfg, sip.cfg"/>)"},
        {"0004f2000002.cfg", R"(<APPLICATION CONFIG_FILES="0004f2000002-own.cfg, sip.cfg"/>)"},
        {"0004f2000001-own.cfg",
         R"(<a reg.1.address="11" reg.1.auth.userId="11" reg.1.auth.password="pw-one" httpd.enabled="0"/>)"},
        {"0004f2000002-own.cfg", R"(<a reg.1.address="12" reg.1.auth.userId="12" reg.1.auth.password="pw-two"/>)"},
        {"sip.cfg", R"(<a voIpProt.server.1.address="sip.example.net" httpd.enabled="1" voice.mystery="7"
                          device.set="1" device.auth.localAdminPassword="shared-pw"
                          device.auth.localAdminPassword.set="1"/>)"},
    };
}

ImportOptions with_model(std::string model) {
    ImportOptions options;
    options.model = std::move(model);
    return options;
}

TEST(ImportPlan, PutsWhatAllSayIntoTheSite) {
    const auto plan = plan_import(tree_of(two_polycoms()), packs(), with_model("SPIP650"));
    ASSERT_EQ(plan.devices.size(), 2U);
    EXPECT_EQ(value_in(plan.site, "line.1.registrar.host"), "sip.example.net");
    EXPECT_EQ(value_in(plan.site, "raw:voice.mystery"), "7");
    EXPECT_EQ(value_in(plan.devices[0].layer, "line.1.user"), "11");
    EXPECT_EQ(value_in(plan.devices[1].layer, "line.1.password"), "pw-two");
}

TEST(ImportPlan, KeepsASharedValueThatOnePhoneOverrides) {
    const auto plan = plan_import(tree_of(two_polycoms()), packs(), with_model("SPIP650"));
    ASSERT_EQ(plan.devices.size(), 2U);
    EXPECT_EQ(value_in(plan.site, "web.enabled"), "yes");
    EXPECT_EQ(value_in(plan.devices[0].layer, "web.enabled"), "no");
    EXPECT_EQ(value_in(plan.devices[1].layer, "web.enabled"), "(none)");
}

TEST(ImportPlan, SharesNoSecret) {
    const auto plan = plan_import(tree_of(two_polycoms()), packs(), with_model("SPIP650"));
    ASSERT_EQ(plan.devices.size(), 2U);
    EXPECT_EQ(value_in(plan.site, "web.admin_password"), "(none)");
    EXPECT_EQ(value_in(plan.devices[0].layer, "web.admin_password"), "shared-pw");
    const std::string text = to_text(plan, packs(), PlanDetail::settings);
    EXPECT_THAT(text, Not(HasSubstr("shared-pw")));
    EXPECT_THAT(text, Not(HasSubstr("pw-one")));
}

TEST(ImportPlan, LeavesASiteWithOtherPhonesAsItIs) {
    auto options = with_model("SPIP650");
    options.standing.site_has_others = true;
    const auto plan = plan_import(tree_of(two_polycoms()), packs(), options);
    EXPECT_TRUE(plan.site.empty());
    EXPECT_EQ(value_in(plan.devices[0].layer, "line.1.registrar.host"), "sip.example.net");
    EXPECT_EQ(plan.notes.size(), 1U);
}

TEST(ImportPlan, PutsNothingOverWhatTheSiteSays) {
    auto options = with_model("SPIP650");
    LayerBuilder site;
    ASSERT_TRUE(site.set("line.1.registrar.host", "other.example.net"));
    options.standing.site = site.build();
    const auto plan = plan_import(tree_of(two_polycoms()), packs(), options);
    EXPECT_EQ(value_in(plan.site, "line.1.registrar.host"), "(none)");
    EXPECT_EQ(value_in(plan.devices[1].layer, "line.1.registrar.host"), "sip.example.net");
}

TEST(ImportPlan, GivesAModelWhatItsPhonesShare) {
    auto files = two_polycoms();
    files["0004f2000003.cfg"] = R"(<APPLICATION CONFIG_FILES="0004f2000003-own.cfg"/>)";
    files["0004f2000003-own.cfg"] = R"(<a reg.1.address="13" voIpProt.server.1.address="elsewhere.example.net"/>)";
    auto options = with_model("SPIP650");
    options.models[MacAddress(0x0004f2000003)] = "SPIP330";
    const auto plan = plan_import(tree_of(files), packs(), options);
    ASSERT_EQ(plan.models.size(), 1U);
    EXPECT_EQ(plan.models[0].model, "SPIP650");
    EXPECT_EQ(value_in(plan.models[0].layer, "line.1.registrar.host"), "sip.example.net");
    EXPECT_EQ(value_in(plan.devices[2].layer, "line.1.registrar.host"), "elsewhere.example.net");
    EXPECT_EQ(value_in(plan.devices[2].layer, "raw:voice.mystery"), "(none)");
}

TEST(ImportPlan, SharesNoHalfOfAKey) {
    auto files = two_polycoms();
    const auto with_key = [](const std::string& user, const std::string& watched) {
        return R"(<a reg.1.address=")" + user + R"(" attendant.resourceList.1.address=")" + watched +
               R"(" attendant.resourceList.2.address="99"/>)";
    };
    files["0004f2000001-own.cfg"] = with_key("11", "12");
    files["0004f2000002-own.cfg"] = with_key("12", "11");
    const auto plan = plan_import(tree_of(files), packs(), with_model("SPIP650"));
    EXPECT_EQ(value_in(plan.site, "key.1.type"), "(none)");
    EXPECT_EQ(value_in(plan.devices[0].layer, "key.1.type"), "blf");
    EXPECT_EQ(value_in(plan.site, "key.2.type"), "blf");
    EXPECT_EQ(value_in(plan.site, "key.2.value"), "99");
}

TEST(ImportPlan, TakesNothingOfLinesThatTheModelHasNot) {
    auto files = two_polycoms();
    files["0004f2000001-own.cfg"] = R"(<a reg.1.address="11" reg.2.address="22" reg.3.address="33"/>)";
    const auto plan = plan_import(tree_of(files), packs(), with_model("SPIP330"));
    EXPECT_EQ(value_in(plan.devices[0].whole, "line.2.user"), "22");
    EXPECT_EQ(value_in(plan.devices[0].whole, "line.3.user"), "(none)");
    EXPECT_THAT(to_text(plan, packs(), PlanDetail::summary),
                HasSubstr("reg.3.address: the model has no such line, was 33"));
}

TEST(ImportPlan, OpensSealedFilesWithTheirKey) {
    const std::string key = "0123456789abcdef0123456789abcdef";
    const auto sealed = find_seal("panasonic-project")->seal(magic + "SIP_URI_1=\"21\"\r\n", key, "salt");
    ASSERT_TRUE(sealed);
    const std::map<std::string, std::string> files{
        {"KX-HDV130.cfg", magic + "CFG_STANDARD_FILE_PATH=\"http://h/Config{MAC}.e2c\"\r\n"},
        {"Config0080F0000001.e2c", *sealed}};
    ImportOptions options;
    EXPECT_THAT(to_text(plan_import(tree_of(files), packs(), options), packs(), PlanDetail::summary),
                HasSubstr("--key FILE"));
    options.key = "fedcba9876543210fedcba9876543210";
    EXPECT_TRUE(plan_import(tree_of(files), packs(), options).devices.empty());
    options.key = key;
    const auto plan = plan_import(tree_of(files), packs(), options);
    ASSERT_EQ(plan.devices.size(), 1U);
    EXPECT_EQ(value_in(plan.devices[0].whole, "line.1.user"), "21");
}

TEST(ImportPlan, LeavesTheOldServerOut) {
    auto files = two_polycoms();
    files["sip.cfg"] = R"(<a device.set="1" device.prov.serverName="old.example.net" device.prov.serverName.set="1"
                             device.prov.password="old-pw" device.prov.password.set="1" httpd.enabled="1"/>)";
    const auto plan = plan_import(tree_of(files), packs(), with_model("SPIP650"));
    ASSERT_EQ(plan.devices.size(), 2U);
    EXPECT_TRUE(plan.left_out.contains("device.prov.serverName"));
    EXPECT_TRUE(plan.left_out.contains("device.prov.password"));
    for (const auto& device : plan.devices) {
        EXPECT_EQ(value_in(device.whole, "provisioning.server"), "(none)");
        EXPECT_EQ(value_in(device.whole, "raw:device.prov.serverName"), "(none)");
    }
    auto options = with_model("SPIP650");
    options.provisioning = ImportOptions::Provisioning::kept;
    const auto kept = plan_import(tree_of(files), packs(), options);
    EXPECT_EQ(value_in(kept.devices[0].whole, "provisioning.password"), "old-pw");
}

struct ConflictCase {
    std::string name;
    std::map<std::string, std::string> files;
    std::string says;
    std::size_t devices;
};

TEST(ImportPlan, SaysWhatAnOperatorHasToDecide) {
    const std::string line = R"(<a reg.1.address="11"/>)";
    const std::vector<ConflictCase> cases{
        {"two families",
         {{"0004f2000001.cfg", R"(<APPLICATION CONFIG_FILES="a.cfg"/>)"},
          {"a.cfg", line},
          {"Config0004f2000001.cfg", magic + "SIP_URI_1=\"1\"\r\n"}},
         "of panasonic and of polycom bear its address",
         0},
        {"no order", {{"0004f2000001-a.cfg", line}, {"b.cfg", line}, {"c.cfg", line}}, "in which order", 1},
        {"missing file",
         {{"0004f2000001.cfg", R"(<APPLICATION CONFIG_FILES="a.cfg, b.cfg"/>)"}, {"a.cfg", line}},
         "name b.cfg, which is not here",
         1},
        {"other server",
         {{"0004f2000001.cfg", R"(<APPLICATION CONFIG_FILES="a.cfg, http://u:secret@h/b.cfg"/>)"}, {"a.cfg", line}},
         "name http://h/b.cfg (on another server)",
         1},
        {"out of the tree",
         {{"0004f2000001.cfg", R"(<APPLICATION CONFIG_FILES="../../etc/passwd"/>)"}},
         "../../etc/passwd, which is not here",
         0},
        {"directory only", {{"0004f2000001-directory.xml", "<directory/>"}}, "its configuration files are not here", 0},
    };
    for (const auto& [name, files, says, devices] : cases) {
        const auto plan = plan_import(tree_of(files), packs(), with_model("SPIP650"));
        const std::string text = to_text(plan, packs(), PlanDetail::summary);
        EXPECT_THAT(text, HasSubstr(says)) << name;
        EXPECT_THAT(text, Not(HasSubstr("secret"))) << name;
        EXPECT_EQ(plan.devices.size(), devices) << name;
    }
}

TEST(ImportPlan, AsksForAModelThatNothingTells) {
    const auto plan = plan_import(tree_of(two_polycoms()), packs(), {});
    EXPECT_TRUE(plan.devices.empty());
    ASSERT_FALSE(plan.conflicts.empty());
    EXPECT_THAT(to_text(plan.conflicts.front()), HasSubstr("--model"));
}

TEST(ImportPlan, RefusesADeviceThatIsThere) {
    auto options = with_model("SPIP650");
    options.standing.devices[MacAddress(0x0004f2000001)] = {};
    EXPECT_EQ(plan_import(tree_of(two_polycoms()), packs(), options).devices.size(), 1U);
    options.known = ImportOptions::Known::updated;
    const auto plan = plan_import(tree_of(two_polycoms()), packs(), options);
    ASSERT_EQ(plan.devices.size(), 2U);
    EXPECT_TRUE(plan.devices[0].known);
}

Layer layer_of(const std::map<std::string, std::string>& settings) {
    LayerBuilder out;
    for (const auto& [name, value] : settings) EXPECT_TRUE(out.set(name, value)) << name;
    return out.build();
}

/// Both phones of two_polycoms() are devices already, the first with a layer of its own.
ImportOptions updating(const std::map<std::string, std::string>& settings) {
    auto options = with_model("SPIP650");
    options.known = ImportOptions::Known::updated;
    options.standing.site_name = "default";
    options.standing.devices[MacAddress(0x0004f2000001)] = {"default", "", "polycom", "SPIP650", layer_of(settings)};
    options.standing.devices[MacAddress(0x0004f2000002)] = {"default", "", "polycom", "SPIP650", {}};
    return options;
}

std::string becomes(const PlannedDevice& device, std::string_view parameter) {
    for (const Difference& difference : device.differences)
        if (difference.parameter == parameter) return difference.becomes;
    return "(as it was)";
}

TEST(ImportPlan, TakesOutOfAKnownDeviceWhatItsSiteSaysNow) {
    const auto options = updating({{"line.1.registrar.host", "old.example.net"}, {"phone.label", "ours"}});
    const auto plan = plan_import(tree_of(two_polycoms()), packs(), options);
    ASSERT_EQ(plan.devices.size(), 2U);
    EXPECT_EQ(value_in(plan.site, "line.1.registrar.host"), "sip.example.net");
    EXPECT_THAT(plan.devices[0].moved, testing::Contains("line.1.registrar.host"));
    EXPECT_THAT(plan.devices[0].moved, Not(testing::Contains("phone.label")));
    EXPECT_THAT(plan.devices[0].moved, Not(testing::Contains("line.1.user")));
    EXPECT_EQ(becomes(plan.devices[0], "reg.1.server.1.address"), "sip.example.net");
}

TEST(ImportPlan, TakesNothingOutOfANewDevice) {
    const auto plan = plan_import(tree_of(two_polycoms()), packs(), with_model("SPIP650"));
    ASSERT_EQ(plan.devices.size(), 2U);
    EXPECT_TRUE(plan.devices[0].moved.empty());
}

TEST(ImportPlan, SpeaksOverTheGroupAndTheModelOfAKnownDevice) {
    auto options = updating({});
    options.standing.devices[MacAddress(0x0004f2000001)].group = "desks";
    options.standing.groups["desks"] = layer_of({{"line.1.registrar.host", "group.example.net"}});
    options.standing.models[{"polycom", "SPIP650"}] = layer_of({{"line.1.registrar.host", "model.example.net"}});
    options.standing.other_models = {"polycom SPIP650"};
    const auto plan = plan_import(tree_of(two_polycoms()), packs(), options);
    ASSERT_EQ(plan.devices.size(), 2U);
    for (const auto& device : plan.devices) {
        EXPECT_EQ(value_in(device.layer, "line.1.registrar.host"), "sip.example.net");
        EXPECT_EQ(becomes(device, "reg.1.server.1.address"), "sip.example.net");
    }
}

TEST(ImportPlan, TellsWhatStandsAbovePhonesAlready) {
    auto options = updating({{"syslog.server", "own.example.net"}});
    options.standing.fleet = layer_of({{"syslog.server", "fleet.example.net"}});
    auto plan = plan_import(tree_of(two_polycoms()), packs(), options);
    ASSERT_EQ(plan.devices.size(), 2U);
    EXPECT_EQ(becomes(plan.devices[0], "device.syslog.serverName"), "own.example.net");
    EXPECT_EQ(becomes(plan.devices[1], "device.syslog.serverName"), "fleet.example.net");
    options.standing.models[{"polycom", "SPIP650"}] = layer_of({{"syslog.server", "model.example.net"}});
    plan = plan_import(tree_of(two_polycoms()), packs(), options);
    EXPECT_EQ(becomes(plan.devices[1], "device.syslog.serverName"), "model.example.net");
    EXPECT_TRUE(plan.left_out.empty());
}

TEST(ImportPlan, LeavesADeviceOfAnotherSiteAsItIs) {
    auto options = updating({});
    options.standing.devices[MacAddress(0x0004f2000001)].site = "berlin";
    const auto plan = plan_import(tree_of(two_polycoms()), packs(), options);
    ASSERT_EQ(plan.devices.size(), 1U);
    EXPECT_EQ(plan.devices[0].mac, MacAddress(0x0004f2000002));
    EXPECT_THAT(to_text(plan, packs(), PlanDetail::summary), HasSubstr("it is a device of site berlin"));
}

TEST(ImportPlan, BelievesTheCatalogueAboutTheModelOfAKnownDevice) {
    auto options = updating({});
    options.standing.devices[MacAddress(0x0004f2000001)].model = "SPIP330";
    const auto plan = plan_import(tree_of(two_polycoms()), packs(), options);
    ASSERT_EQ(plan.devices.size(), 2U);
    EXPECT_EQ(plan.devices[0].model, "SPIP330");
    EXPECT_THAT(to_text(plan, packs(), PlanDetail::summary), HasSubstr("it is SPIP330 in the catalogue"));
}

TEST(ImportPlan, ChangesNoKnownDeviceThroughItsSite) {
    auto options = updating({});
    options.known = ImportOptions::Known::refused;
    options.standing.devices.erase(MacAddress(0x0004f2000002));
    const auto plan = plan_import(tree_of(two_polycoms()), packs(), options);
    ASSERT_EQ(plan.devices.size(), 1U);
    EXPECT_TRUE(plan.site.empty());
    EXPECT_EQ(value_in(plan.devices[0].layer, "line.1.registrar.host"), "sip.example.net");
}

TEST(ImportPlan, TakesContactsAsAPhonebookHasThem) {
    auto files = two_polycoms();
    files["000000000000-directory.xml"] = R"(<directory><item_list>
<item><ct>1234</ct></item>
<item><lb>Taxi</lb><ct>1</ct></item>
<item><fn>Ida</fn><ct>+49 (30) 1-2</ct></item>
<item><fn>Ida again</fn><ct>+493012</ct></item>
<item><fn>Bad</fn><ct>ext12</ct></item>
<item><fn>Long</fn><ct>5</ct><lb>)" + std::string(65, 'x') +
                                          "</lb></item></item_list></directory>";
    const auto plan = plan_import(tree_of(files), packs(), with_model("SPIP650"));
    ASSERT_EQ(plan.contacts.size(), 3U);
    EXPECT_EQ(plan.contacts[0].last_name, "1234");
    EXPECT_EQ(plan.contacts[1].last_name, "Taxi");
    EXPECT_EQ(plan.contacts[2].first_name, "Ida");
    const std::string text = to_text(plan, packs(), PlanDetail::summary);
    EXPECT_THAT(text, HasSubstr("000000000000-directory.xml line 6: contact ext12 is left out"));
    EXPECT_THAT(text, HasSubstr("000000000000-directory.xml line 7: contact 5 is left out"));
    EXPECT_THAT(text, HasSubstr("3 entries for the site's phonebook"));
}

TEST(ImportPlan, OpensEncFilesWhateverTheirKeysLength) {
    for (const char* seal : {"openssl-enc", "openssl-enc-192", "openssl-enc-256"}) {
        const auto sealed = find_seal(seal)->seal(magic + "SIP_URI_1=\"21\"\r\n", "a file's key", "salt");
        ASSERT_TRUE(sealed) << seal;
        auto options = with_model("KX-UTG200");
        options.key = "a file's key";
        auto plan = plan_import(tree_of({{"Config0080f0000001.enc", *sealed}}), packs(), options);
        options.key = "another key";
        const auto shut = plan_import(tree_of({{"Config0080f0000001.enc", *sealed}}), packs(), options);
        ASSERT_EQ(plan.files.size(), 1U);
        EXPECT_NE(plan.files[0].verdict, FileReport::Verdict::refused) << seal << ": " << plan.files[0].why;
        EXPECT_EQ(shut.files.at(0).verdict, FileReport::Verdict::refused) << seal;
    }
}

TEST(ImportPlan, TellsNobodyTheAccountInAUrl) {
    const std::map<std::string, std::string> files{
        {"Config0080f0000001.cfg",
         magic + "SIP_URI_1=\"21\"\r\nFIRM_FILE_PATH=\"http://ida:hunter2@fw.example.net/a.fw\"\r\n"},
    };
    auto options = with_model("KX-HDV130");
    for (const auto provisioning : {ImportOptions::Provisioning::left_out, ImportOptions::Provisioning::kept}) {
        options.provisioning = provisioning;
        const auto plan = plan_import(tree_of(files), packs(), options);
        ASSERT_EQ(plan.devices.size(), 1U);
        const std::string text = to_text(plan, packs(), PlanDetail::settings);
        EXPECT_THAT(text, Not(HasSubstr("hunter2")));
        for (const Layer::Entry& entry : plan.devices[0].whole)
            EXPECT_THAT(std::string(entry.value), Not(HasSubstr("hunter2")));
        if (provisioning == ImportOptions::Provisioning::left_out) continue;
        EXPECT_EQ(value_in(plan.devices[0].whole, "firmware.path"), "http://fw.example.net/a.fw");
        EXPECT_THAT(text, HasSubstr("has an account in its URL"));
    }
}

TEST(ImportPlan, NamesWhatItDidNotLookAt) {
    const Tree tree({{"shut", "", 0, TreeFile::Kind::unreadable},
                     {"deep", "", 0, TreeFile::Kind::too_deep},
                     {"pipe", "", 0, TreeFile::Kind::special},
                     {"access.log", "x", 2 << 20, TreeFile::Kind::regular},
                     {"big", "", 2 << 20, TreeFile::Kind::regular}});
    const std::string text = to_text(plan_import(tree, packs(), {}), packs(), PlanDetail::summary);
    EXPECT_THAT(text, HasSubstr("shut: NOT READ"));
    EXPECT_THAT(text, HasSubstr("deep: NOT READ: folder"));
    EXPECT_THAT(text, HasSubstr("pipe: left aside: no file"));
    EXPECT_THAT(text, HasSubstr("access.log: left aside: log"));
    EXPECT_THAT(text, HasSubstr("larger than a configuration can be"));
}

TEST(ImportPlan, ReportsOverridesAndDoesNotMixThemIn) {
    auto files = two_polycoms();
    files["0004f2000001-phone.cfg"] = R"(<PHONE_CONFIG><OVERRIDES httpd.cfg.port="8080"/></PHONE_CONFIG>)";
    const auto plan = plan_import(tree_of(files), packs(), with_model("SPIP650"));
    EXPECT_EQ(value_in(plan.devices[0].whole, "web.port"), "(none)");
    EXPECT_THAT(to_text(plan, packs(), PlanDetail::summary), HasSubstr("changes made on the phone itself"));
}

TEST(ImportPlan, ReportsWhatItCannotRead) {
    auto files = two_polycoms();
    files["sip.cfg"] = "<a b=";
    files["picture.ld"] = std::string("\x7f\0\1\2", 4);
    files["Config0080f0000001.e2c"] = "????????????????";
    const auto plan = plan_import(tree_of(files), packs(), with_model("SPIP650"));
    const std::string text = to_text(plan, packs(), PlanDetail::summary);
    EXPECT_THAT(text, HasSubstr("sip.cfg: NOT READ"));
    EXPECT_THAT(text, HasSubstr("picture.ld: left aside: binary file"));
    EXPECT_THAT(text, HasSubstr("offhook firmware add"));
    EXPECT_THAT(text, HasSubstr("NOT READ: encrypted configuration"));
}

TEST(ImportPlan, TakesPanasonicsFilesByTheirNamesInUrls) {
    const std::map<std::string, std::string> files{
        {"pana/KX-HDV130.cfg", magic + "CFG_STANDARD_FILE_PATH=\"http://u:p@h/x/pana/{mac}-a.cfg\"\r\n" +
                                   "CFG_MASTER_FILE_PATH=\"tftp://h/all.cfg\"\r\n"},
        {"pana/0080f0000001-a.cfg", magic + "SIP_URI_1=\"21\"\r\nNTP_ADDR=\"a.example.net\"\r\n"},
        {"pana/all.cfg", magic + "SIP_RGSTR_ADDR_1=\"sip.example.net\"\r\nNTP_ADDR=\"b.example.net\"\r\n"},
    };
    const auto plan = plan_import(tree_of(files), packs(), {});
    ASSERT_EQ(plan.devices.size(), 1U);
    EXPECT_EQ(plan.devices[0].model, "KX-HDV130");
    EXPECT_EQ(value_in(plan.devices[0].whole, "line.1.user"), "21");
    EXPECT_EQ(value_in(plan.devices[0].whole, "time.server"), "a.example.net");
    EXPECT_EQ(value_in(plan.site, "line.1.registrar.host"), "sip.example.net");
    EXPECT_TRUE(plan.left_out.contains("CFG_STANDARD_FILE_PATH"));
}

TEST(ImportPlan, LearnsModelsFromLogs) {
    auto files = two_polycoms();
    files["logs/0004f2000001-boot.log"] =
        "0|so|3|00|Platform: Model=SoundPoint IP 501, Assembly=2345-11500-040 Rev=D\n";
    files["access.log"] = "192.0.2.9 - - \"GET /0004f2000002.cfg HTTP/1.1\" 200 \"FileTransport "
                          "PolycomSoundPointIP-SPIP_430-UA/2.2.0.0047\"\n";
    const auto plan = plan_import(tree_of(files), packs(), {});
    ASSERT_EQ(plan.devices.size(), 2U);
    EXPECT_EQ(plan.devices[0].model, "SPIP501");
    EXPECT_EQ(plan.devices[1].model, "SPIP430");
    EXPECT_EQ(plan.devices[1].model_known_from, "access.log");
}

} // namespace
} // namespace offhook::config
