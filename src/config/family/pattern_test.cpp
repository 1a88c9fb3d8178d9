#include "config/family/path_table.hpp"

#include "base/limits.hpp"

#include <gtest/gtest.h>

namespace offhook::config {
namespace {

TEST(Pattern, MatchesAndCaptures) {
    const struct {
        const char* pattern;
        const char* text;
        const char* model;
        const char* version;
        const char* stage;
        const char* mac;
    } rows[] = {
        {"FileTransport Polycom{series}-{model}-UA/{version}",
         "FileTransport PolycomSoundPointIP-SPIP_430-UA/2.2.0.0047", "SPIP_430", "2.2.0.0047", "", ""},
        {"filetransport polycom{series}-{model}-ua/{version} (SN:{mac}) Type/{stage}",
         "FileTransport PolycomSoundPointIP-SPIP_335-UA/4.0.13.1445 (SN:0004f249d83f) Type/Application", "SPIP_335",
         "4.0.13.1445", "Application", "0004f249d83f"},
        {"Panasonic_{model}/{version} ({mac})", "Panasonic_KX-HDV130/06.101 (0080f0aabbcc)", "KX-HDV130", "06.101", "",
         "0080f0aabbcc"},
        {"Yealink {model} {version} {mac}", "Yealink SIP-T46G 28.72.0.1 00:15:65:4a:A9:37", "SIP-T46G", "28.72.0.1", "",
         "00:15:65:4a:A9:37"},
        {"Mitel{model} MAC:{mac} V:{version}-SIP", "Mitel6920 MAC:14-00-E9-1F-03-EA V:6.4.0.140-SIP", "6920",
         "6.4.0.140", "", "14-00-E9-1F-03-EA"},
        {"{mac}{model}", "0004F2ABCDEF-x", "-x", "", "", "0004F2ABCDEF"},
        {"{dirs}{model}.cfg", "./logs//a/x.cfg", "x", "", "", ""},
    };
    for (const auto& row : rows) {
        const auto pattern = Pattern::compile(row.pattern);
        ASSERT_TRUE(pattern) << pattern.error().message;
        Captures captures;
        ASSERT_TRUE(pattern->match(row.text, captures)) << row.text;
        EXPECT_EQ(captures.at(Variable::model), row.model);
        EXPECT_EQ(captures.at(Variable::version), row.version);
        EXPECT_EQ(captures.at(Variable::stage), row.stage);
        EXPECT_EQ(captures.at(Variable::mac), row.mac);
        EXPECT_EQ(captures.mac.has_value(), *row.mac != '\0');
    }
}

TEST(Pattern, RejectsWhatIsAlmostRight) {
    const struct {
        const char* pattern;
        const char* text;
    } rows[] = {{"{mac}.cfg", "0004f2abcde.cfg"},
                {"{mac}.cfg", "0004f2abcdeg.cfg"},
                {"{mac}.cfg", "0004f2abcdef.cfgx"},
                {"{mac}.cfg", ""},
                {"({mac})", "(00:15:65:4a:a9-37)"},
                {"({mac})", "(00:15:65:4a:a9:3)"},
                {"({mac})", "(00:15:65:4a:a9:3g)"},
                {"({mac})", "(00:"},
                {"{model}.cfg", ".cfg"},
                {"{model}.cfg", "a/b.cfg"},
                {"{part}.sip.ld", "a.b.sip.ld"},
                {"{name}.wav", "a/b.wav"},
                {"x{stage}y", "x1y"},
                {"{dirs}a", "b/ab"},
                {"{series}-{model}", "a-"},
                {"a", "aa"}};
    for (const auto& row : rows) {
        Captures captures;
        EXPECT_FALSE(Pattern::compile(row.pattern)->match(row.text, captures)) << row.pattern << " " << row.text;
    }
}

TEST(PathTable, LiteralsBeatPatterns) {
    PathTable table;
    ASSERT_TRUE(table.add(*Pattern::compile("{dirs}{name}.cfg"), 0));
    ASSERT_TRUE(table.add(*Pattern::compile("{dirs}{mac}-directory.xml"), 1));
    ASSERT_TRUE(table.add(*Pattern::compile("{mac}.cfg"), 2));
    ASSERT_TRUE(table.add(*Pattern::compile("000000000000.cfg"), 3));
    ASSERT_TRUE(table.add(*Pattern::compile("{dirs}000000000000-directory.xml"), 4));
    const struct {
        const char* path;
        std::uint32_t id;
    } rows[] = {{"000000000000.cfg", 3},
                {"0004F2ABCDEF.CFG", 2},
                {"x.cfg", 0},
                {"a/0004f2abcdef.cfg", 0},
                {"0004f2abcdef-directory.xml", 1},
                {"./a//0004f2abcdef-directory.xml", 1},
                {"000000000000-directory.xml", 4},
                {"dir/000000000000-DIRECTORY.xml", 4}};
    for (const auto& row : rows) {
        Captures captures;
        EXPECT_EQ(table.match(row.path, captures), row.id) << row.path;
    }
    Captures captures;
    EXPECT_FALSE(table.match("", captures));
    EXPECT_FALSE(table.match("x.xml", captures));
    EXPECT_FALSE(table.match(std::string(limits::path_bytes_max + 1, 'a'), captures));
    ASSERT_TRUE(table.match("logs/0004f2abcdef-directory.xml", captures));
    EXPECT_EQ(captures.mac, MacAddress(0x0004f2abcdef));
}

TEST(PathTable, AModelsNameHidesNoOther) {
    PathTable table;
    ASSERT_TRUE(table.add(*Pattern::compile("{model}.cfg"), 1));
    ASSERT_TRUE(table.add(*Pattern::compile("Config{mac}.cfg"), 2));
    ASSERT_TRUE(table.add(*Pattern::compile("Config{model}.cfg"), 3));
    EXPECT_FALSE(table.add(*Pattern::compile("{model}.CFG"), 4));
    const auto found = [&](std::string_view path) {
        Captures captures;
        return table.match(path, captures, [](std::string_view model) { return model == "M1"; }).value_or(0);
    };
    EXPECT_EQ(found("M1.cfg"), 1U);
    EXPECT_EQ(found("Config0004f2abcdef.cfg"), 2U);
    EXPECT_EQ(found("Config00-04-f2-ab-cd-ef.cfg"), 0U) << "names are digits alone";
    EXPECT_EQ(found("config0004f2abcdef.cfg"), 2U);
    EXPECT_EQ(found("ConfigM1.cfg"), 3U);
    EXPECT_EQ(found("M2.cfg"), 0U);
    EXPECT_EQ(found("site.cfg"), 0U);
}

} // namespace
} // namespace offhook::config
