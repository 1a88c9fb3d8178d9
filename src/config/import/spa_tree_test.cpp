#include "config/import/spa_tree.hpp"

#include "config/compile/compiled_profile.hpp"
#include "config/import/plan_text.hpp"
#include "config/import/test_tree.hpp"
#include "config/seal/gzip.hpp"
#include "config/seal/seal.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace offhook::config {
namespace {

using testing::HasSubstr;
using testing::Not;

const std::string key = "SecretPhrase1234";

std::string spa_value(const Layer& layer, std::string_view name) {
    for (const Layer::Entry& entry : layer)
        if (entry.name() == name) return std::string(entry.value);
    return "(none)";
}

std::string profile(const std::string& elements) { return "<flat-profile>\n" + elements + "\n</flat-profile>\n"; }
std::string user(const std::string& name) { return "<User_ID_1_>" + name + "</User_ID_1_>"; }
std::string rule(const std::string& name, const std::string& text) {
    return "<Profile_Rule" + name + ">" + text + "</Profile_Rule" + name + ">";
}
std::string sealed(const std::string& plain) { return *find_seal("openssl-raw-256")->seal(plain, key, "01234567"); }

ImportPlan spa_plan(const std::map<std::string, std::string>& files, const std::string& with_key = {}) {
    ImportOptions options;
    options.key = with_key;
    return plan_import(tree_of(files), packs(), options);
}

/// User names of line 1 by address; "refused" where a conflict says so.
std::map<std::string, std::string> users_of(const ImportPlan& plan) {
    std::map<std::string, std::string> out;
    for (const PlannedDevice& device : plan.devices)
        out[device.mac.text()] = device.model + " " + spa_value(device.whole, "line.1.user");
    for (const Conflict& conflict : plan.conflicts)
        if (conflict.mac && conflict.weight == Conflict::Weight::refuses) out[conflict.mac->text()] = "refused";
    return out;
}

using Users = std::map<std::string, std::string>;

TEST(SpaTree, FollowsRulesAsOtherSystemsWriteThem) {
    struct Case {
        std::string what;
        std::map<std::string, std::string> files;
        Users users;
    };
    const std::string own = profile(user("11"));
    const Users expected{{"000e08aabbcc", "SPA942 11"}};
    for (const Case& each : std::vector<Case>{
             {"a common file and one by address",
              {{"spa942.cfg", profile(rule("_B", "http://192.0.2.10:8667/spa-common.xml") +
                                      rule("_C", "http://192.0.2.10:8667/$MA.xml"))},
               {"spa-common.xml", profile(user("common"))},
               {"000e08aabbcc.xml", own}},
              expected},
             {"capitals behind spa",
              {{"spa942.cfg", profile(rule("", "/spa$MAU.cfg") + user("default"))}, {"spa000E08AABBCC.cfg", own}},
              expected},
             {"small letters behind spa, in a folder",
              {{"tftp/spa942.cfg", profile(rule("", "spa$MA.xml"))}, {"tftp/spa000e08aabbcc.xml", own}},
              expected},
             {"a server and a folder before it",
              {{"tftp/spa942.cfg", profile(rule("", "tftp://192.0.2.10/cfg/spa$MA.xml"))},
               {"tftp/cfg/spa000e08aabbcc.xml", own}},
              expected},
             {"a program that is asked for it",
              {{"spa942.cfg",
                profile("<GPP_A>192.0.2.10</GPP_A>" + rule("", "http://$A/prov.php?model=$PSN&amp;mac=$MA"))},
               {"000e08aabbcc.xml", own}},
              expected},
             {"what a mirror calls such a file",
              {{"spa942.cfg", profile(rule("", "http://h/app/provision/?mac=$MAC"))},
               {"app/provision/index.html?mac=00:0e:08:aa:bb:cc", own}},
              expected},
             {"the file of many models, of which nobody says which",
              {{"spa9xx.cfg", profile(rule("_B", "/$MA.xml"))}, {"000e08aabbcc.xml", own}},
              {{"000e08aabbcc", "refused"}}},
             {"its own file, which no rule leads to",
              {{"spa942.cfg", profile(user("default"))}, {"phones/000e08aabbcc.xml", own}},
              expected},
             {"the file of every model",
              {{"init.cfg", profile(rule("_B", "/$MA.xml"))},
               {"spa942.cfg", profile(rule("_B", "/$MA.xml"))},
               {"000e08aabbcc.xml", own}},
              expected},
             {"conditions, and what a rule sets itself",
              {{"spa942.cfg", profile(rule("_B", "($SWVER lt 3.0.0)? /old.xml | ( b = \"dir\"; )! /$B/$MA.xml") +
                                      rule("_C", "/$B/$MA.xml"))},
               {"dir/000e08aabbcc.xml", own},
               {"old.xml", profile(user("old"))}},
              expected},
         }) {
        const ImportPlan plan = spa_plan(each.files);
        EXPECT_EQ(users_of(plan), each.users) << each.what << "\n" << to_text(plan, packs(), PlanDetail::settings);
    }
}

TEST(SpaTree, LetsTheLaterProfileCount) {
    const ImportPlan plan =
        spa_plan({{"spa942.cfg", profile(rule("_B", "/common.xml") + rule("_C", "/$MA.xml") + user("a") +
                                         "<Primary_NTP_Server>a.example.net</Primary_NTP_Server>")},
                  {"common.xml", profile(user("b") + "<Primary_NTP_Server>b.example.net</Primary_NTP_Server>")},
                  {"000e08aabbcc.xml", profile(user("c"))}});
    ASSERT_EQ(plan.devices.size(), 1U);
    EXPECT_EQ(spa_value(plan.devices[0].whole, "line.1.user"), "c");
    EXPECT_EQ(spa_value(plan.devices[0].whole, "time.server"), "b.example.net");
    EXPECT_EQ(spa_value(plan.site, "time.server"), "b.example.net");
    EXPECT_TRUE(plan.left_out.contains("Profile_Rule_B"));
    EXPECT_EQ(spa_value(plan.devices[0].whole, "raw:Profile_Rule_C"), "(none)");
}

TEST(SpaTree, OpensWhatThePhoneOpens) {
    const std::string first = profile(rule("_B", "/$MA.cfg"));
    const std::string by_key = profile("<GPP_SA>" + key + "</GPP_SA>" + rule("_B", "[--key $SA] /$MA.cfg"));
    const std::string own = profile(user("11"));
    struct Case {
        std::string what, first, own, key, expected;
    };
    for (const Case& each : std::vector<Case>{
             {"compressed", first, gzip(own), "", "SPA942 11"},
             {"encrypted, with the key", first, sealed(own), key, "SPA942 11"},
             {"encrypted, and the tree has the key", by_key, sealed(own), "", "SPA942 11"},
             {"compressed, then encrypted", first, sealed(gzip(own)), key, "SPA942 11"},
             {"encrypted, without a key", first, sealed(own), "", "refused"},
             {"encrypted, with another key", first, sealed(own), "SecretPhrase9999", "refused"},
             {"cut short", first, gzip(own).substr(0, 30), "", "refused"},
             {"no XML to its end", first, own.substr(0, 20), "", "refused"},
             {"compiled by somebody", first, std::string("\x01\x02\0\xff", 4), "", "refused"},
             {"source text", first, "User_ID[1] \"11\" ;\nPassword[1] \"pw\" ; # comment\n", "", "SPA942 11"},
         }) {
        const ImportPlan plan = spa_plan({{"spa942.cfg", each.first}, {"000e08aabbcc.cfg", each.own}}, each.key);
        const std::string text = to_text(plan, packs(), PlanDetail::settings);
        EXPECT_EQ(users_of(plan), (Users{{"000e08aabbcc", each.expected}})) << each.what << "\n" << text;
        EXPECT_EQ(text.find("NOT READ") != std::string::npos, each.expected == "refused") << each.what << "\n" << text;
        EXPECT_THAT(text, Not(HasSubstr(key))) << each.what;
    }
}

TEST(SpaTree, TakesTheTextThatLiesBesideWhatWasCompiledOfIt) {
    const ImportPlan plan = spa_plan({{"spa942.cfg", std::string("\x01\x02\0\xff", 4)},
                                      {"spa942.txt", "Profile_Rule_B \"/$MA.xml\" ;\nimport site.txt\n"},
                                      {"site.txt", "Proxy[1] \"sip.example.net\" ;\n"},
                                      {"000e08aabbcc.xml", profile(user("11"))}});
    ASSERT_EQ(plan.devices.size(), 1U);
    EXPECT_EQ(spa_value(plan.devices[0].whole, "line.1.registrar.host"), "sip.example.net");
    const std::string text = to_text(plan, packs(), PlanDetail::summary);
    EXPECT_THAT(text, HasSubstr("imported by spa942.txt"));
    EXPECT_THAT(text, HasSubstr("compiled profile, of whose source text"));
}

TEST(SpaTree, ReadsAProfileOfOurOwnCompilerForItsPhoneAlone) {
    const MacAddress mac(0x000e08aabbcc);
    ParsedDocument document;
    document.parameters.push_back({"User_ID_1_", "11"});
    const std::string first = profile(rule("_B", "/$MA.cfg"));
    const auto with = [&](std::uint64_t target) {
        return spa_plan({{"spa942.cfg", first}, {"000e08aabbcc.cfg", *write_compiled(document, MacAddress(target))}});
    };
    EXPECT_EQ(users_of(with(mac.bits())), (Users{{"000e08aabbcc", "SPA942 11"}}));
    EXPECT_EQ(users_of(with(0x000e08aabbcd)), (Users{{"000e08aabbcc", "refused"}}));
}

TEST(SpaTree, SaysWhatIsDoubtful) {
    const ImportPlan plan =
        spa_plan({{"spa942.cfg", profile(rule("_B", "($SWVER ge 5.1.0)? ( Station_Name = \"x\"; )! /$MA.xml") +
                                         rule("_C", "/gone.xml") + rule("_D", "( $SWVER lt ) /x.xml") +
                                         "<Resync_Periodic>5</Resync_Periodic>")},
                  {"000e08aabbcc.xml", profile(user("11") + "<Display_Name_1_ ua=\"rw\">Ann</Display_Name_1_>")},
                  {"orphan.xml", profile(user("nobody"))},
                  {"spa000e08aabbcc.xml", profile(user("12"))},
                  {"spa942-5-1-8.bin", std::string("\x7f\0\1\2", 4)}});
    const std::string text = to_text(plan, packs(), PlanDetail::summary);
    EXPECT_EQ(users_of(plan), (Users{{"000e08aabbcc", "SPA942 11"}})) << text;
    EXPECT_THAT(text, HasSubstr("its Profile_Rule_B has a condition"));
    EXPECT_THAT(text, HasSubstr("its Profile_Rule_B sets Station_Name"));
    EXPECT_THAT(text, HasSubstr("/gone.xml, which is not here"));
    EXPECT_THAT(text, HasSubstr("its Profile_Rule_D cannot be read"));
    EXPECT_THAT(text, HasSubstr("ask anew every 5 s"));
    EXPECT_THAT(text, HasSubstr("may do with Display_Name_1_ (ua) is not kept"));
    EXPECT_THAT(text, HasSubstr("orphan.xml: left aside: profile"));
    EXPECT_THAT(text, HasSubstr("spa000e08aabbcc.xml bears its address, too"));
    EXPECT_THAT(text, HasSubstr("offhook firmware add spa942-5-1-8.bin --family linksys-spa"));
}

TEST(SpaTree, KnowsADumpByWhatItSays) {
    const ImportPlan plan =
        spa_plan({{"backup/spacfg.xml", profile("<Product_Name group=\"Info/Product\">SPA-922</Product_Name>"
                                                "<MAC_Address group=\"Info/Product\">000E08AABBCC</MAC_Address>" +
                                                user("11"))}});
    EXPECT_EQ(users_of(plan), (Users{{"000e08aabbcc", "SPA922 11"}}));
    ASSERT_EQ(plan.devices.size(), 1U);
    EXPECT_EQ(spa_value(plan.devices[0].whole, "raw:MAC_Address"), "(none)");
}

TEST(SpaTree, LeavesOtherFamiliesFilesAlone) {
    const ImportPlan plan = spa_plan({{"000000000000.cfg", R"(<APPLICATION CONFIG_FILES="a.cfg"/>)"},
                                      {"0004f2000001.cfg", std::string("Salted__\1\2\3", 11)},
                                      {"readme.txt", "Some text; with a \"quote\".\n"}});
    EXPECT_THAT(to_text(plan, packs(), PlanDetail::summary), Not(HasSubstr("profile")));
}

} // namespace
} // namespace offhook::config
