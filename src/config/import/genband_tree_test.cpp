#include "config/import/genband_tree.hpp"

#include "config/import/plan_text.hpp"
#include "config/import/test_tree.hpp"
#include "config/seal/seal.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace offhook::config {
namespace {

using testing::HasSubstr;
using testing::Not;

const std::string ip88_key = "0123456789abcdeffedcba9876543210";
const std::string own = "[VOIP]\r\nline1_name 11\r\nline1_password pw-eleven\r\n";
const std::string shared = "[VOIP]\r\nline1_proxy_address sip.example.net\r\n";

std::string ip88_value(const Layer& layer, std::string_view name) {
    for (const Layer::Entry& entry : layer)
        if (entry.name() == name) return std::string(entry.value);
    return "(none)";
}

std::string ip88_sealed(const std::string& plain) { return *find_seal("genband-project")->seal(plain, ip88_key, ""); }

ImportPlan ip88_plan(const std::map<std::string, std::string>& files, const std::string& with_key = {}) {
    ImportOptions options;
    options.key = with_key;
    return plan_import(tree_of(files), packs(), options);
}

/// What the phones of a plan are: "IP8830 11", the user of the first line; "" where there is none.
std::string ip88_phone(const ImportPlan& plan) {
    if (plan.devices.size() != 1) return {};
    return plan.devices[0].model + " " + ip88_value(plan.devices[0].whole, "line.1.user");
}

TEST(GenbandTree, TakesAFileByItsAddressInEitherCase) {
    struct Case {
        std::string what;
        std::map<std::string, std::string> files;
        std::string expected;
    };
    for (const Case& each : std::vector<Case>{
             {"small letters", {{"sysconf_8830_sip.cfg", shared}, {"b40edc0a1b2c", own}}, "IP8830 11"},
             {"capitals", {{"SYSCONF_8830_SIP.CFG", shared}, {"B40EDC0A1B2C", own}}, "IP8830 11"},
             {"an ending", {{"sysconf_8830_sip.cfg", shared}, {"b40edc0a1b2c.cfg", own}}, "IP8830 11"},
             {"its model in a comment", {{"b40edc0a1b2c", "; for an IP8840\r\n" + own}}, "IP8840 11"},
             {"its model in a log",
              {{"sysconf_8830_sip.cfg", shared},
               {"sysconf_8820_sip.cfg", shared},
               {"b40edc0a1b2c", own},
               {"access.log", "\"GET /b40edc0a1b2c HTTP/1.1\" 200 \"LG-Ericsson IP8820 v2.0.17sp SN/B40EDC0A1B2C\"\n"}},
              "IP8820 11"},
             {"its model nowhere", {{"b40edc0a1b2c", own}}, ""},
             {"another vendor's text", {{"sysconf_8830_sip.cfg", shared}, {"b40edc0a1b2c", "line1_name 11\n"}}, ""},
             {"no address", {{"sysconf_8830_sip.cfg", shared}, {"phone", own}}, ""},
         })
        EXPECT_EQ(ip88_phone(ip88_plan(each.files)), each.expected) << each.what;
}

TEST(GenbandTree, LetsTheOwnFileOverwriteTheGlobalOne) {
    const auto plan =
        ip88_plan({{"sysconf_8830_sip.cfg", shared + "preferred_codec pcmu\r\n[NETTIME]\r\ntime_format 1\r\n"},
                   {"b40edc0a1b2c", own + "preferred_codec pcma\r\n"}});
    ASSERT_EQ(plan.devices.size(), 1U);
    EXPECT_EQ(ip88_value(plan.devices[0].whole, "audio.codecs"), "pcma");
    EXPECT_EQ(ip88_value(plan.site, "audio.codecs"), "pcmu");
    EXPECT_EQ(ip88_value(plan.site, "time.format"), "12h");
    EXPECT_EQ(ip88_value(plan.site, "line.1.password"), "(none)");
}

TEST(GenbandTree, LeavesOutWhereTheOldServerIs) {
    const auto plan =
        ip88_plan({{"sysconf_8830_sip.cfg", shared + "[PROVISION]\r\ntype 1\r\nhttps_url http://old/\r\n"
                                                     "https_id u\r\nhttps_password pw-old\r\n"
                                                     "https_macform $MAC.cfg\r\nsmartup_interval 7200\r\n"},
                   {"b40edc0a1b2c", own}});
    ASSERT_EQ(plan.devices.size(), 1U);
    for (const auto* name : {"provisioning.server", "provisioning.user", "raw:PROVISION.https_macform"})
        EXPECT_EQ(ip88_value(plan.devices[0].whole, name), "(none)") << name;
    EXPECT_EQ(ip88_value(plan.devices[0].whole, "provisioning.interval"), "7200");
    EXPECT_TRUE(plan.left_out.contains("PROVISION.https_url"));
}

TEST(GenbandTree, OpensWhatIsEncrypted) {
    const std::string with_key = shared + "[PROVISION]\r\ndecrypt_key " + ip88_key + "\r\n";
    struct Case {
        std::string what, global, own, key, expected;
    };
    for (const Case& each : std::vector<Case>{
             {"with the operator's key", shared, ip88_sealed(own), ip88_key, "IP8830 11"},
             {"with the key of the global file", with_key, ip88_sealed(own), "", "IP8830 11"},
             {"both files", ip88_sealed(shared), ip88_sealed(own), ip88_key, "IP8830 11"},
             {"without a key", shared, ip88_sealed(own), "", ""},
             {"with another key", shared, ip88_sealed(own), "00112233445566778899aabbccddeeff", ""},
         }) {
        const auto plan = ip88_plan({{"sysconf_8830_sip.cfg", each.global}, {"b40edc0a1b2c", each.own}}, each.key);
        const std::string text = to_text(plan, packs(), PlanDetail::settings);
        EXPECT_EQ(ip88_phone(plan), each.expected) << each.what << "\n" << text;
        EXPECT_EQ(text.find("NOT READ") != std::string::npos, each.expected.empty()) << each.what << "\n" << text;
        EXPECT_THAT(text, Not(HasSubstr(ip88_key))) << each.what;
        if (each.expected.empty()) continue;
        EXPECT_EQ(ip88_value(plan.devices[0].whole, "line.1.registrar.host"), "sip.example.net") << each.what;
    }
}

TEST(GenbandTree, TakesThePhonebookThatIsIncluded) {
    const std::string include = "[SYSTEM]\r\ninclude b40edc0a1b2c-phonebook.csv phonebook\r\n";
    const std::string book = "SpeedNumber,Name,PhoneNumber,Information\r\n1,Reception,200,\r\n2,Taxi,0800123,\r\n";
    const auto plan = ip88_plan({{"tftp/sysconf_8830_sip.cfg", shared},
                                 {"tftp/b40edc0a1b2c", own + include},
                                 {"tftp/b40edc0a1b2c-phonebook.csv", book}});
    ASSERT_EQ(plan.contacts.size(), 2U);
    EXPECT_EQ(plan.contacts[1].number, "0800123");
    ASSERT_EQ(plan.devices.size(), 1U);
    EXPECT_EQ(ip88_value(plan.devices[0].whole, "raw:SYSTEM.include phonebook"), "(none)");
    const auto without = ip88_plan({{"sysconf_8830_sip.cfg", shared}, {"b40edc0a1b2c", own + include}});
    EXPECT_THAT(to_text(without, packs(), PlanDetail::summary),
                HasSubstr("includes b40edc0a1b2c-phonebook.csv, which is not here"));
    EXPECT_EQ(without.devices.size(), 1U);
}

TEST(GenbandTree, WarnsOfWhatRestartsAPhoneInEachCycle) {
    const auto report = [](const std::string& in_global, const std::string& in_own) {
        return to_text(ip88_plan({{"sysconf_8830_sip.cfg", shared + "[LAN]\r\n" + in_global},
                                  {"b40edc0a1b2c", own + "[LAN]\r\n" + in_own}}),
                       packs(), PlanDetail::summary);
    };
    const std::string warning = "LAN.phone_vlan_id restarts a phone";
    EXPECT_THAT(report("phone_vlan_id 10\r\n", "phone_vlan_id 20\r\n"), HasSubstr(warning));
    EXPECT_THAT(report("phone_vlan_id 10\r\n", "phone_vlan_id 10\r\n"), Not(HasSubstr(warning)));
    EXPECT_THAT(report("phone_vlan_id 10\r\n", ""), Not(HasSubstr(warning)));
}

TEST(GenbandTree, SaysHowTheVendorsBundleIsTaken) {
    const std::string text =
        to_text(ip88_plan({{"sysconf_8830_sip.cfg", shared},
                           {"b40edc0a1b2c", own},
                           {"IP_8830_VER_SIP2", "# as it came\nversion 2\napp_img load.bin 0012ab34\n"},
                           {"load.bin", std::string("\x7f\0\1", 3)}}),
                packs(), PlanDetail::summary);
    EXPECT_THAT(text, HasSubstr("offhook firmware add --family genband-ip88 --bundle IP_8830_VER_SIP2"));
    EXPECT_THAT(text, HasSubstr("load.bin: left aside: software"));
}

TEST(GenbandTree, TakesForSoftwareOnlyWhatTheListNames) {
    const auto plan = ip88_plan({{"IP_8830_VER_SIP2", "# notes.txt\nversion readme.txt\n"
                                                      "app_img load.bin 0012ab34\nb40edc0a1b2c\n"},
                                 {"app_img", std::string("\x7f\0\2", 3)},
                                 {"b40edc0a1b2c", own},
                                 {"load.bin", std::string("\x7f\0\1", 3)},
                                 {"readme.txt", std::string("\x7f\0\3", 3)},
                                 {"sysconf_8830_sip.cfg", shared}});
    EXPECT_EQ(ip88_phone(plan), "IP8830 11") << "its own file is no software";
    const std::string text = to_text(plan, packs(), PlanDetail::summary);
    EXPECT_THAT(text, HasSubstr("load.bin: left aside: software"));
    for (const char* other : {"app_img", "readme.txt", "b40edc0a1b2c"})
        EXPECT_THAT(text, Not(HasSubstr(std::string(other) + ": left aside: software")));
}

TEST(GenbandTree, TakesOneOfTwoFilesWithTheSameAddress) {
    const auto plan = ip88_plan(
        {{"sysconf_8830_sip.cfg", shared}, {"B40EDC0A1B2C", "[VOIP]\r\nline1_name 12\r\n"}, {"b40edc0a1b2c", own}});
    EXPECT_EQ(ip88_phone(plan), "IP8830 11");
    EXPECT_THAT(to_text(plan, packs(), PlanDetail::summary), HasSubstr("both bear its address"));
}

} // namespace
} // namespace offhook::config
