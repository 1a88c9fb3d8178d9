#include "config/syntax/version_file.hpp"

#include <gtest/gtest.h>

namespace offhook::config {
namespace {

using Load = VersionFile::Load;

TEST(GenbandVersionFile, NamesAVersion) {
    const struct {
        const char *text, *version;
    } rows[] = {
        {"# c\r\n\r\nVersion LIP_8012-10Bq\r\nbtr_img x 00000000\r\n", "LIP_8012-10Bq"},
        {"2.0.18\nx.bin\n", "2.0.18"},
        {"IP8830 2.0.18 of May 2012 \nx.bin\n", "IP8830 2.0.18 of May 2012"},
        {"version  2 0 \nversion 3\n", "2 0"},
        {"version\n2.0\n", ""},
        {"# only\n", ""},
        {"", ""},
        {"version a\x01\n", ""},
    };
    for (const auto& row : rows) EXPECT_EQ(read_version_file(row.text).version, row.version) << row.text;
    EXPECT_EQ(read_version_file("version " + std::string(129, 'x')).version, "");
}

TEST(GenbandVersionFile, NamesItsFilesInOrder) {
    const auto whole = read_version_file("# IP8830 SIP load\r\nversion IP8830-2.0.17\r\napp_img a.bin 0012ab34\r\n"
                                         "xml_img\tb.xml 00003F10\r\nsub/c.bin\r\nd.bin 00000001\r\ntag e.bin\r\n");
    EXPECT_EQ(whole.loads, (std::vector<Load>{{"app_img", "a.bin", 0x0012ab34},
                                              {"xml_img", "b.xml", 0x3f10},
                                              {"", "sub/c.bin", {}},
                                              {"", "d.bin", 1},
                                              {"tag", "e.bin", {}}}));
    EXPECT_TRUE(whole.notes.empty());
    EXPECT_EQ(read_version_file("2.0.18\nx.bin\n").loads, (std::vector<Load>{{"", "x.bin", {}}}));
    EXPECT_TRUE(read_version_file("2.0.18 of May 2012\nx.bin\n").notes.empty());
}

TEST(GenbandVersionFile, NotesWhatIsNoFile) {
    for (const std::string line :
         {"tag ../a.bin", "tag /a.bin", "http://x/a", "a b c d", "tag a.bin 12", "tag a\x7f"}) {
        const auto read = read_version_file("version 1\n" + line + "\nb.bin\n");
        EXPECT_EQ(read.loads, (std::vector<Load>{{"", "b.bin", {}}})) << line;
        EXPECT_EQ(read.notes.size(), 1U) << line;
    }
    std::string many = "version 1\n";
    for (int i = 0; i < 40; ++i) many += "a" + std::to_string(i) + ".bin\n";
    EXPECT_EQ(read_version_file(many).loads.size(), VersionFile::files_max);
    EXPECT_FALSE(read_version_file(many).notes.empty());
}

TEST(GenbandVersionFile, WhatWeWriteIsReadAsItWas) {
    const VersionFile file{"IP8830 2.0", {{"app_img", "a.bin", 0x12ab34}, {"", "b.xml", {}}, {"", "c", 1}}, {}};
    const auto text = write_version_file(file, "made here");
    EXPECT_EQ(text, "# made here\nversion IP8830 2.0\napp_img a.bin 0012ab34\nb.xml\nc 00000001\n");
    EXPECT_EQ(read_version_file(text).version, file.version);
    EXPECT_EQ(read_version_file(text).loads, file.loads);
}

} // namespace
} // namespace offhook::config
