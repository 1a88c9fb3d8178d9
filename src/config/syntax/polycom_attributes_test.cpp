#include "config/syntax/polycom_attributes.hpp"

#include "base/limits.hpp"
#include "config/syntax/limits.hpp"

#include <cstdio>
#include <filesystem>
#include <fmt/format.h>
#include <fstream>
#include <gtest/gtest.h>
#include <unistd.h>

namespace offhook::config {
namespace {

const PolycomAttributes syntax;

struct ReadCase {
    const char* what;
    std::string_view text;
    std::vector<Parameter> expected;
};

TEST(PolycomAttributes, ReadsWhateverIsWellFormed) {
    using namespace std::string_view_literals;
    const ReadCase accepted[] = {
        {"an empty root", "<sip/>", {}},
        {"attributes of the root", "<polycomConfig a.b=\"1\"/>", {{"a.b", "1"}}},
        {"a byte-order mark", "\xef\xbb\xbf<?xml version=\"1.0\"?><x a=\"1\"/>", {{"a", "1"}}},
        {"UTF-16", "\xff\xfe<\0x\0 \0a\0=\0'\0\xe9\0'\0/\0>\0"sv, {{"a", "é"}}},
        {"ISO 8859-1", "<?xml version=\"1.0\" encoding=\"ISO-8859-1\"?><x a=\"\xe9\"/>", {{"a", "é"}}},
        {"nesting, comments and text",
         "<sip><!-- a=\"0\" --><a x.y=\"1\"><b><c z='2'>text a=\"3\"</c></b></a><d w=\"\"/></sip>",
         {{"x.y", "1"}, {"z", "2"}, {"w", ""}}},
        {"line breaks inside a tag", "<x\n  a = \"1\"\n\tb='2'\n/>", {{"a", "1"}, {"b", "2"}}},
        {"references", "<x a=\"&lt;&gt;&amp;&quot;&apos;&#10;&#x41;\"/>", {{"a", "<>&\"'\nA"}}},
        {"a raw line break is a blank", "<x a=\"1\n2\"/>", {{"a", "1 2"}}},
        {"the same name in two elements", "<x><y a=\"1\"/><y a=\"2\"/></x>", {{"a", "1"}, {"a", "2"}}},
        {"schema attributes are no parameters",
         "<x xmlns:xsi=\"u\" xsi:noNamespaceSchemaLocation=\"p.xsd\" a=\"1\"/>",
         {{"a", "1"}}},
    };
    for (const auto& c : accepted) {
        const auto read = syntax.read(c.text);
        ASSERT_TRUE(read) << c.what << ": " << read.error().text();
        EXPECT_EQ(read->parameters, c.expected) << c.what;
    }
}

TEST(PolycomAttributes, RefusesWhatAPhoneCannotRead) {
    const struct {
        const char* what;
        std::string_view text;
        std::string_view message, where;
    } refused[] = {
        {"nothing", "", "not well-formed", "line 1, column 1"},
        {"no XML", "sorry, no such file", "not well-formed", "line 1, column 1"},
        {"cut off", "<x a=\"1\">", "not well-formed", "line 1, column 10"},
        {"a name twice in one element", "<x a=\"1\"\n a=\"2\"/>", "duplicate attribute", "line 2, column 2"},
        {"a bare ampersand", "<x a=\"R&D\"/>", "not well-formed", "line 1, column 10"},
        {"markup in a value", "<x a=\"<\"/>", "not well-formed", "line 1, column 7"},
        {"an entity nobody declared", "<x a=\"&who;\"/>", "undefined entity", "line 1, column 1"},
        {"two roots", "<x/><y/>", "junk after document element", "line 1, column 5"},
        {"an HTML page", "<!DOCTYPE html>\n<html><body></body></html>", "document type declaration", "line 1"},
        {"entities", "<!DOCTYPE x [<!ENTITY a \"aaaa\"><!ENTITY b \"&a;&a;\">]><x a=\"&b;\"/>", "document type",
         "line 1"},
        {"an outside entity", "<!DOCTYPE x SYSTEM \"file:///etc/passwd\"><x/>", "document type", "line 1"},
        {"bytes that are no UTF-8", "<x a=\"\xff\"/>", "not well-formed", "line 1, column 7"},
    };
    for (const auto& c : refused) {
        const auto read = syntax.read(c.text);
        ASSERT_FALSE(read) << c.what;
        EXPECT_NE(read.error().message.find(c.message), std::string::npos) << c.what << ": " << read.error().text();
        EXPECT_TRUE(read.error().where.starts_with(c.where)) << c.what << ": " << read.error().text();
    }
}

TEST(PolycomAttributes, BoundsDepthCountAndSize) {
    const auto nested = [](unsigned depth) {
        std::string text;
        for (unsigned i = 0; i < depth; ++i) text += "<x>";
        for (unsigned i = 0; i < depth; ++i) text += "</x>";
        return text;
    };
    EXPECT_TRUE(syntax.read(nested(limits::xml_depth_max)));
    EXPECT_EQ(syntax.read(nested(limits::xml_depth_max + 1)).error().code, ErrorCode::too_large);

    const auto many = [](std::size_t count) {
        std::string text = "<x>";
        for (std::size_t i = 0; i < count; ++i) text += fmt::format("<y a{}=\"\"/>", i);
        return text + "</x>";
    };
    EXPECT_EQ(syntax.read(many(limits::document_parameters_max))->parameters.size(), limits::document_parameters_max);
    EXPECT_EQ(syntax.read(many(limits::document_parameters_max + 1)).error().code, ErrorCode::too_large);
    EXPECT_EQ(syntax.read(std::string(limits::document_bytes_max + 1, ' ')).error().code, ErrorCode::too_large);
}

TEST(PolycomAttributes, LeavesOutAnOverlongValueAndSaysSo) {
    const auto read = syntax.read(fmt::format("<x a=\"{}\" b=\"1\"/>", std::string(limits::value_bytes_max + 1, 'v')));
    ASSERT_TRUE(read);
    EXPECT_EQ(read->parameters, (std::vector<Parameter>{{"b", "1"}}));
    ASSERT_EQ(read->notes.size(), 1U);
    EXPECT_EQ(read->notes[0].text, "a is longer than we read and is left out");
}

TEST(PolycomAttributes, NotesANameThatStandsTwice) {
    const auto read = syntax.read("<x>\n<y a=\"1\"/>\n<y a=\"2\"/>\n</x>");
    ASSERT_TRUE(read);
    ASSERT_EQ(read->notes.size(), 1U);
    EXPECT_EQ(read->notes[0].text, "a stands twice, first in line 2; the first counts");
    EXPECT_EQ(read->notes[0].line, 3U);
}

TEST(PolycomAttributes, WritesOneElementAWordAndOneAttributeALine) {
    const auto text = syntax.write(std::vector<Parameter>{
        {"reg.1.address", "101"}, {"reg.1.label", "Front <desk> & \"bar\""}, {"voIpProt.server.1.port", "5060"}});
    ASSERT_TRUE(text);
    EXPECT_EQ(*text, "<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"yes\"?>\n"
                     "<polycomConfig>\n"
                     "  <reg\n"
                     "    reg.1.address=\"101\"\n"
                     "    reg.1.label=\"Front &lt;desk&gt; &amp; &quot;bar&quot;\"/>\n"
                     "  <voIpProt\n"
                     "    voIpProt.server.1.port=\"5060\"/>\n"
                     "</polycomConfig>\n");
}

/// Values that try to break out of their place, and names that share, repeat and alternate words.
std::vector<Parameter> hard_parameters() {
    std::string every_ascii = "\t\n\r";
    for (char c = ' '; c < 0x7f; ++c) every_ascii += c;
    return {{"a.1", every_ascii},
            {"a.2", "'\"/><evil a=\"1\"/>&amp;&#10;]]>--><!--"},
            {"b", ""},
            {"a.1", "again"},
            {"a.1", "and again"},
            {"_x-y.z", "é 漢 \xf0\x9f\x93\x9e \xc2\x85 \x7f"},
            {"xmlish", "  blanks at both ends  "}};
}

TEST(PolycomAttributes, ReadsBackExactlyWhatItWrote) {
    const auto text = syntax.write(hard_parameters());
    ASSERT_TRUE(text) << text.error().text();
    const auto read = syntax.read(*text);
    ASSERT_TRUE(read) << read.error().text();
    EXPECT_EQ(read->parameters, hard_parameters());
}

TEST(PolycomAttributes, XmllintAcceptsWhatIsWritten) {
    const auto file = std::filesystem::path(testing::TempDir()) / fmt::format("attributes-{}.xml", getpid());
    std::ofstream(file) << *syntax.write(hard_parameters());
    const int status = std::system(fmt::format("xmllint --noout --nonet '{}'", file.string()).c_str());
    std::filesystem::remove(file);
    EXPECT_EQ(status, 0) << "xmllint is in package libxml2-utils";
}

TEST(PolycomAttributes, RefusesToWriteWhatXmlCannotHold) {
    const struct {
        Parameter parameter;
        ErrorCode code;
    } refused[] = {
        {{"a", std::string("\0", 1)}, ErrorCode::invalid},
        {{"a", "\x1b[0m"}, ErrorCode::invalid},
        {{"a", "\xc3"}, ErrorCode::invalid},
        {{"a", "\xc0\x80"}, ErrorCode::invalid},
        {{"a", "\xed\xa0\x80"}, ErrorCode::invalid},
        {{"a", "\xef\xbf\xbf"}, ErrorCode::invalid},
        {{"", "1"}, ErrorCode::invalid},
        {{"1a", "1"}, ErrorCode::invalid},
        {{"a b", "1"}, ErrorCode::invalid},
        {{"a=\"1\" b", "1"}, ErrorCode::invalid},
        {{"a:b", "1"}, ErrorCode::invalid},
        {{".a", "1"}, ErrorCode::invalid},
        {{"a", std::string(limits::value_bytes_max + 1, 'v')}, ErrorCode::too_large},
        {{std::string(limits::name_bytes_max + 1, 'n'), ""}, ErrorCode::too_large},
    };
    for (const auto& c : refused) {
        const auto text = syntax.write(std::vector<Parameter>{c.parameter});
        ASSERT_FALSE(text) << *text;
        EXPECT_EQ(text.error().code, c.code);
        const bool tells_value =
            c.parameter.value.size() > 1 && text.error().text().find(c.parameter.value) != std::string::npos;
        EXPECT_FALSE(tells_value) << "a value may be a secret";
    }
}

} // namespace
} // namespace offhook::config
