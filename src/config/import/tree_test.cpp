#include "config/import/test_tree.hpp"

#include <gtest/gtest.h>

namespace offhook::config {
namespace {

TEST(Tree, FindsNamesAsOtherFilesGiveThem) {
    const Tree tree = tree_of({{"a.cfg", "top"}, {"config/B.cfg", "below"}, {"config/a.cfg", "other"}});
    struct Case {
        std::string folder, name, expected;
    };
    for (const auto& [folder, name, expected] : std::vector<Case>{
             {"", "a.cfg", "a.cfg"},
             {"", "/a.cfg", "a.cfg"},
             {"", "./a.cfg", "a.cfg"},
             {"config", "a.cfg", "config/a.cfg"},
             {"", "config//b.CFG", "config/B.cfg"},
             {"", "CONFIG/A.CFG", "config/a.cfg"},
             {"", "../a.cfg", ""},
             {"config", "../a.cfg", ""},
             {"", "", ""},
             {"", "/", ""},
             {"", "c.cfg", ""},
         }) {
        const auto found = tree.find(folder, name);
        EXPECT_EQ(found ? tree.files()[*found].path : "", expected) << folder << " " << name;
    }
}

TEST(Tree, PrefersTheNameAsItIsWritten) {
    const Tree tree = tree_of({{"A.cfg", "1"}, {"a.cfg", "2"}});
    EXPECT_EQ(tree.files()[*tree.find("", "a.cfg")].bytes, "2");
    EXPECT_EQ(tree.files()[*tree.find("", "A.cfg")].bytes, "1");
}

TEST(Tree, FollowsNoLinks) {
    const Tree tree({{"a.cfg", "secret", 6, TreeFile::Kind::link}});
    EXPECT_FALSE(tree.find("", "a.cfg"));
}

TEST(MacInName, IsTwelveDigitsAndNoMore) {
    struct Case {
        std::string path, mac;
    };
    for (const auto& [path, mac] : std::vector<Case>{
             {"0004f2abcdef.cfg", "0004f2abcdef"},
             {"logs/0004F2ABCDEF-boot.log", "0004f2abcdef"},
             {"Config0080F010D031.cfg", "0080f010d031"},
             {"spa000e08aabbcc.xml", "000e08aabbcc"},
             {"SPA000E08AABBCC.cfg", "000e08aabbcc"},
             {"index.php?mac=00:0e:08:aa:bb:cc", "000e08aabbcc"},
             {"00-0E-08-AA-BB-CC.xml", "000e08aabbcc"},
             {"00:0e:08:aa:bb:cc:dd", ""},
             {"00:0e:08:aa:bb:c", ""},
             {"spa942.cfg", ""},
             {"0004f2abcdef/phone.cfg", ""},
             {"0004f2abcde.cfg", ""},
             {"0004f2abcdef0.cfg", ""},
             {"sip.cfg", ""},
             {"", ""},
         }) {
        const auto found = mac_in_name(path);
        EXPECT_EQ(found ? found->text() : "", mac) << path;
    }
}

TEST(Binary, IsWhatNoTextHas) {
    EXPECT_FALSE(is_binary(""));
    EXPECT_FALSE(is_binary("text\r\n\twith \xc3\xa9"));
    EXPECT_TRUE(is_binary(std::string_view("a\0b", 3)));
    EXPECT_TRUE(is_binary("\x7f"
                          "ELF\x02\x01"));
}

} // namespace
} // namespace offhook::config
