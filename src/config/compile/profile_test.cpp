#include "config/compile/profile.hpp"

#include "config/compile/profile_check.hpp"
#include "config/compile/spc_source.hpp"
#include "config/family/loader.hpp"

#include <gtest/gtest.h>

namespace offhook::config {
namespace {

const Family& linksys() {
    static const auto family = load_family(std::filesystem::path(OFFHOOK_SOURCE_DIR "/families/linksys-spa"));
    EXPECT_TRUE(family) << family.error().front().text();
    return **family;
}

Profile source(const std::string& text) {
    auto profile = read_spc_source("in.txt", [&](const std::string&) -> Result<std::string> { return text; });
    EXPECT_TRUE(profile) << profile.error().text();
    return settled(std::move(*profile));
}

TEST(Profile, SpellsANameAsEachFormDoes) {
    for (const auto& [name, element] :
         std::vector<std::pair<std::string, std::string>>{{"Proxy[1]", "Proxy_1_"},
                                                          {"SIP_TOS/DiffServ_Value[1]", "SIP_TOS_DiffServ_Value_1_"},
                                                          {"Time_Offset_(HH/mm)", "Time_Offset__HH_mm_"},
                                                          {"Auth_Resync-Reboot[1]", "Auth_Resync-Reboot_1_"},
                                                          {"Proxy_1_", "Proxy_1_"}})
        EXPECT_EQ(element_name(name), element);
    EXPECT_EQ(source_name(linksys(), "Proxy_12_"), "Proxy[12]");
    for (const std::string same : {"Proxy[1]", "GPP_SA", "Unknown_1_", "Profile_Rule_B", "_1_", "_", ""})
        EXPECT_EQ(source_name(linksys(), same), same);
}

TEST(Profile, BecomesXmlWithItsMarks) {
    const auto xml = to_xml(source("Proxy[1] \"a<b\" ;\nUser_Password ! \"\" ;\nStation_Name ? ;\nGPP_A \"$MA\" ;"));
    ASSERT_TRUE(xml) << xml.error().text();
    EXPECT_EQ(*xml, "<?xml version=\"1.0\"?>\n<flat-profile>\n<Proxy_1_ ua=\"na\">a&lt;b</Proxy_1_>\n"
                    "<User_Password ua=\"rw\"></User_Password>\n<GPP_A ua=\"na\">$MA</GPP_A>\n"
                    "<Station_Name ua=\"ro\"/>\n</flat-profile>\n");
}

TEST(Profile, TakesTheLastOfWhatStandsTwiceAndSaysSo) {
    const Profile profile = source("Proxy[1] \"a\";\nB \"1\";\nProxy_1_ ! \"b\";\nB ? ;");
    ASSERT_EQ(profile.entries.size(), 2U);
    EXPECT_EQ(profile.entries[0].value, "b");
    EXPECT_EQ(profile.entries[0].access, UserAccess::read_write);
    EXPECT_EQ(profile.entries[1].value, "1") << "a statement without a value leaves the one before";
    EXPECT_EQ(profile.entries[1].access, UserAccess::read_only);
    EXPECT_EQ(profile.warnings,
              (std::vector<std::string>{"in.txt:3: Proxy_1_ stood at in.txt:1 already; the last counts",
                                        "in.txt:4: B stood at in.txt:2 already; the last counts"}));
}

TEST(Profile, ReadsTheXmlFormAndWritesItAgain) {
    const std::string text = "<flat-profile>\n<A ua=\"rw\">1</A><B></B><C ua=\"ro\"/><A>2</A>\n</flat-profile>";
    const auto profile = read_xml_profile(text, "in.xml");
    ASSERT_TRUE(profile) << profile.error().text();
    EXPECT_EQ(profile->warnings,
              (std::vector<std::string>{"in.xml:2: A stands twice, first in line 2; the last counts"}));
    EXPECT_EQ(to_xml(*profile).value(), "<?xml version=\"1.0\"?>\n<flat-profile>\n<A ua=\"rw\">2</A>\n<B></B>\n"
                                        "<C ua=\"ro\"/>\n</flat-profile>\n");
    EXPECT_EQ(read_xml_profile("<a/>", "in.xml").error().text(),
              "in.xml, line 1: there is no <flat-profile>: this is no profile");
    EXPECT_TRUE(looks_like_xml("\xef\xbb\xbf\n <x"));
    EXPECT_FALSE(looks_like_xml("# <x"));
}

TEST(Profile, WritesPlainTextThatReadsTheSame) {
    const std::string text = "Proxy[1] \"a\" ;\nB ! \"\" ;\nC ? ;\n";
    EXPECT_EQ(to_source(source(text)).value(), text);
    EXPECT_EQ(to_source(source(" import \"x\" ;")).value(), " import \"x\" ;\n") << "no import";
    const auto quoted = to_source(read_xml_profile("<flat-profile><A>say \"hi\"</A></flat-profile>", "in.xml").value());
    ASSERT_FALSE(quoted);
    EXPECT_EQ(quoted.error().text(), "A: the value holds a quote or a line break, and plain text has none");
}

TEST(Profile, ASampleHoldsEveryParameterAndIsRight) {
    const std::string sample = sample_source(linksys());
    EXPECT_NE(sample.find("\nProxy[1] \"\" ;\n"), std::string::npos) << sample;
    EXPECT_NE(sample.find("\nSIP_Transport[1] \"UDP\" ;  # options: UDP/TCP/TLS\n"), std::string::npos);
    EXPECT_NE(sample.find("\nRegister_Expires[1] \"3600\" ;\n"), std::string::npos);
    const Profile profile = source(sample);
    EXPECT_EQ(profile.entries.size(), linksys().all_facts().size());
    EXPECT_TRUE(profile.warnings.empty());
    EXPECT_TRUE(check_profile(profile, linksys(), UnknownNames::refused).empty());
}

} // namespace
} // namespace offhook::config
