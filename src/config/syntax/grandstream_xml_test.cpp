#include "config/syntax/grandstream_xml.hpp"

#include "base/limits.hpp"

#include <gtest/gtest.h>

namespace offhook::config {
namespace {

const GrandstreamXml syntax;

TEST(GrandstreamXml, WritesTheAddressBeforeTheNumbers) {
    const std::vector<Parameter> given{{"P271", "1"}, {"P3", "Zoë <\"&\">"}, {"mac", "000b82aabbcc"}, {"P48", ""}};
    const auto text = syntax.write(given);
    ASSERT_TRUE(text) << text.error().text();
    EXPECT_EQ(*text, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<gs_provision version=\"1\">\n"
                     "<mac>000b82aabbcc</mac>\n<config version=\"1\">\n<P271>1</P271>\n"
                     "<P3>Zoë &lt;&quot;&amp;&quot;&gt;</P3>\n<P48></P48>\n</config>\n</gs_provision>\n");
    const std::vector<Parameter> expected{{"mac", "000b82aabbcc"}, {"P271", "1"}, {"P3", "Zoë <\"&\">"}, {"P48", ""}};
    EXPECT_EQ(syntax.read(*text)->parameters, expected);
}

TEST(GrandstreamXml, WritesNothingThatThisFileHasNoPlaceFor) {
    const std::pair<const char*, std::vector<Parameter>> refused[] = {
        {"another name", {{"Proxy", "x"}}},
        {"no number", {{"P", "x"}}},
        {"a leading zero", {{"P01", "x"}}},
        {"markup in a name", {{"P1><a", "x"}}},
        {"too long a number", {{"P1234567", "x"}}},
        {"a name twice", {{"P1", "x"}, {"P1", "x"}}},
        {"two addresses", {{"mac", "000b82aabbcc"}, {"mac", "000b82aabbcd"}}},
        {"no address", {{"mac", "00:0b:82:aa:bb:cc"}}},
        {"an address of other characters", {{"mac", "000b82aabb<c"}}},
        {"a control character", {{"P1", "a\x01"}}},
        {"no UTF-8", {{"P1", "\xff"}}},
        {"too long a value", {{"P1", std::string(limits::value_bytes_max + 1, 'x')}}},
    };
    for (const auto& [what, parameters] : refused) EXPECT_FALSE(syntax.write(parameters)) << what;
    EXPECT_TRUE(syntax.write({}));
}

TEST(GrandstreamXml, ReadsWhatPublicTemplatesHold) {
    const struct {
        const char* what;
        std::string_view text;
        std::vector<Parameter> expected;
        std::size_t notes;
    } accepted[] = {
        {"nothing", "<gs_provision/>", {}, 0},
        {"no address",
         "<gs_provision version='1'><config version='1'><P2>a</P2></config></gs_provision>",
         {{"P2", "a"}},
         0},
        {"comments",
         "<gs_provision><!-- P9 --><config><!-- Account --><P1><!-- x -->y</P1></config></gs_provision>",
         {{"P1", "y"}},
         0},
        {"empty both ways",
         "<gs_provision><config><P1/><P2></P2></config></gs_provision>",
         {{"P1", ""}, {"P2", ""}},
         0},
        {"CDATA", "<gs_provision><config><P1><![CDATA[<a>]]></P1></config></gs_provision>", {{"P1", "<a>"}}, 0},
        {"another element", "<gs_provision><config><name>x</name><P1>1</P1></config></gs_provision>", {{"P1", "1"}}, 1},
        {"outside of config", "<gs_provision><P1>1</P1><x><P2>2</P2></x></gs_provision>", {}, 0},
        {"version 2", "<gs_provision><config version='2'><P1>1</P1></config></gs_provision>", {}, 1},
        {"an address that is none", "<gs_provision><mac>x</mac></gs_provision>", {}, 1},
        {"twice", "<gs_provision><config><P1>1</P1><P1>2</P1></config></gs_provision>", {{"P1", "1"}, {"P1", "2"}}, 1},
    };
    for (const auto& row : accepted) {
        const auto read = syntax.read(row.text);
        ASSERT_TRUE(read) << row.what << ": " << read.error().text();
        EXPECT_EQ(read->parameters, row.expected) << row.what;
        EXPECT_EQ(read->notes.size(), row.notes) << row.what;
    }
}

TEST(GrandstreamXml, RefusesWhatIsNoSuchFile) {
    for (const std::string_view text :
         {"", "x", "<flat-profile><P1>1</P1></flat-profile>", "<gs_provision><config><P1>1</config></gs_provision>",
          "<!DOCTYPE a><gs_provision/>", "<gs_provision>"})
        EXPECT_FALSE(syntax.read(text)) << text;
}

} // namespace
} // namespace offhook::config
