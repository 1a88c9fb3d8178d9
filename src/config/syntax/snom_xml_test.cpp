#include "config/syntax/snom_xml.hpp"

#include "base/limits.hpp"
#include "config/syntax/limits.hpp"

#include <fmt/format.h>
#include <gtest/gtest.h>

namespace offhook::config {
namespace {

const SnomXml syntax;

std::string file(std::string_view settings, std::string_view keys = {}) {
    return fmt::format("<?xml version=\"1.0\" encoding=\"utf-8\"?>\n<settings>\n  <phone-settings>\n{}"
                       "  </phone-settings>\n  <functionKeys>\n{}  </functionKeys>\n</settings>\n",
                       settings, keys);
}

TEST(SnomXml, WritesAnElementAParameterAndKeysApart) {
    const std::vector<Parameter> given{
        {"ntp_server", "ntp.example.net"}, {"fkey.0/context", "active"}, {"fkey.0/label", "Zoë & \"Co\""},
        {"fkey.0", "blf <sip:201@x>"},     {"user_name.1", "201"},       {"user_pass.12", ""}};
    const auto text = syntax.write(given);
    ASSERT_TRUE(text) << text.error().text();
    EXPECT_EQ(*text, file("    <ntp_server>ntp.example.net</ntp_server>\n"
                          "    <user_name idx=\"1\">201</user_name>\n"
                          "    <user_pass idx=\"12\"></user_pass>\n",
                          "    <fkey idx=\"0\" context=\"active\" label=\"Zoë &amp; &quot;Co&quot;\">"
                          "blf &lt;sip:201@x&gt;</fkey>\n"));
    const auto read = syntax.read(*text);
    ASSERT_TRUE(read) << read.error().text();
    EXPECT_EQ(read->parameters, (std::vector<Parameter>{{"ntp_server", "ntp.example.net"},
                                                        {"user_name.1", "201"},
                                                        {"user_pass.12", ""},
                                                        {"fkey.0/context", "active"},
                                                        {"fkey.0/label", "Zoë & \"Co\""},
                                                        {"fkey.0", "blf <sip:201@x>"}}));
    EXPECT_TRUE(read->notes.empty());
    EXPECT_EQ(*syntax.write({}), file(""));
    EXPECT_EQ(*syntax.write(std::vector<Parameter>{{"fkey.3/label", "x"}}),
              file("", "    <fkey idx=\"3\" label=\"x\"></fkey>\n"))
        << "a key that nothing was said of is none";
    EXPECT_EQ(*syntax.write(std::vector<Parameter>{{"a", "1"}, {"a", "2"}}), file("    <a>1</a>\n    <a>2</a>\n"));
}

TEST(SnomXml, WritesAndReadsWhatTheUserMayDo) {
    const std::vector<Parameter> given{{"a", "1"}, {"b.1", "2"}, {"c", "3"}, {"d", "4"}};
    const std::vector<AccessMark> marks{{"a", UserAccess::read_write},
                                        {"b.1", UserAccess::read_only},
                                        {"c", UserAccess::none},
                                        {"not_there", UserAccess::none}};
    const auto text = syntax.write_marked(given, marks);
    ASSERT_TRUE(text) << text.error().text();
    EXPECT_EQ(*text, file("    <a perm=\"RW\">1</a>\n    <b idx=\"1\" perm=\"R\">2</b>\n    <c perm=\"R\">3</c>\n"
                          "    <d>4</d>\n"));
    const auto read = syntax.read(*text);
    EXPECT_EQ(read->parameters, given);
    EXPECT_EQ(read->access,
              (std::vector<AccessMark>{
                  {"a", UserAccess::read_write}, {"b.1", UserAccess::read_only}, {"c", UserAccess::read_only}}));
    EXPECT_TRUE(syntax.read(file("<a perm=\"!\">1</a><b perm=\"\">2</b><c perm=\"$\">3</c>"))->access.empty());
}

TEST(SnomXml, ReadsWhatTemplatesHold) {
    const struct {
        const char* what;
        std::string text;
        std::vector<Parameter> expected;
        std::size_t notes;
    } rows[] = {
        {"nothing", "<settings/>", {}, 0},
        {"e and perm",
         "<settings><phone-settings e=\"2\"><a e=\"2\" perm=\"RW\">1</a></phone-settings></settings>",
         {{"a", "1"}},
         0},
        {"emptied", file("<a></a><b idx=\"1\"/>"), {{"a", ""}, {"b.1", ""}}, 0},
        {"twice", file("<a>1</a><a>2</a>"), {{"a", "1"}, {"a", "2"}}, 1},
        {"two of one name, by index", file("<a idx=\"1\">1</a><a idx=\"2\">2</a>"), {{"a.1", "1"}, {"a.2", "2"}}, 0},
        {"a key's further attributes",
         file("", "<fkey idx=\"7\" short_label=\"x\" context=\"2\">line</fkey>"),
         {{"fkey.7/context", "2"}, {"fkey.7", "line"}},
         0},
        {"a label that is no key's", file("<a label=\"x\">1</a>"), {{"a", "1"}}, 0},
        {"other sections", "<settings><tbook><item><name>x</name></item></tbook></settings>", {}, 1},
        {"a key of many parts", file("", "<fkey idx=\"1\"><general type=\"x\"/></fkey>"), {}, 1},
        {"no index", file("", "<fkey>line</fkey>"), {}, 1},
        {"a key among settings", file("<fkey idx=\"1\">line</fkey>"), {}, 1},
        {"a setting among keys", file("", "<a>1</a>"), {}, 1},
        {"no number", file("<a idx=\"x\">1</a><b idx=\"01\">1</b><c idx=\"123456\">1</c><d idx=\"\">1</d>"), {}, 4},
        {"dots in a name", file("<a.b>1</a.b>"), {}, 1},
        {"a line break", file("<a> x\n</a>"), {{"a", " x\n"}}, 0},
    };
    for (const auto& row : rows) {
        const auto read = syntax.read(row.text);
        ASSERT_TRUE(read) << row.what << ": " << read.error().text();
        EXPECT_EQ(read->parameters, row.expected) << row.what;
        EXPECT_EQ(read->notes.size(), row.notes) << row.what;
    }
}

TEST(SnomXml, RefusesWhatIsNoSettingsFile) {
    for (const std::string_view text :
         {"", "junk", "<settings>", "<flat-profile/>", "<phone-settings/>",
          "<!DOCTYPE x [<!ENTITY a \"b\">]><settings><phone-settings><a>&a;</a></phone-settings></settings>"})
        EXPECT_EQ(syntax.read(text).error().code, ErrorCode::invalid) << text;
    std::string many;
    for (std::size_t i = 0; i <= limits::document_parameters_max; ++i) many += "<a/>";
    EXPECT_EQ(syntax.read(file(many)).error().code, ErrorCode::too_large);
}

TEST(SnomXml, RefusesToWriteWhatItCannotCarry) {
    const struct {
        Parameter parameter;
        ErrorCode code;
    } refused[] = {{{"a", "say \x01"}, ErrorCode::invalid},
                   {{"a", "\xff"}, ErrorCode::invalid},
                   {{"fkey.0/label", "\x01"}, ErrorCode::invalid},
                   {{"", "1"}, ErrorCode::invalid},
                   {{"a b", "1"}, ErrorCode::invalid},
                   {{"a><b", "1"}, ErrorCode::invalid},
                   {{"a.", "1"}, ErrorCode::invalid},
                   {{"a.x", "1"}, ErrorCode::invalid},
                   {{"a.01", "1"}, ErrorCode::invalid},
                   {{"a.1.2", "1"}, ErrorCode::invalid},
                   {{"a/label", "1"}, ErrorCode::invalid},
                   {{"fkey", "1"}, ErrorCode::invalid},
                   {{"fkey.0/", "1"}, ErrorCode::invalid},
                   {{"fkey.0/perm", "1"}, ErrorCode::invalid},
                   {{"settings", "1"}, ErrorCode::invalid},
                   {{"a", std::string(limits::value_bytes_max + 1, 'v')}, ErrorCode::too_large}};
    for (const auto& [parameter, code] : refused) {
        const auto text = syntax.write(std::vector{parameter});
        ASSERT_FALSE(text) << *text;
        EXPECT_EQ(text.error().code, code) << parameter.name;
        EXPECT_EQ(text.error().message.find("say"), std::string::npos) << "a value may be a secret";
    }
    const auto nasty = syntax.write(std::vector<Parameter>{{"a", "</a></settings>\"'&\n\t]]>"}});
    ASSERT_TRUE(nasty);
    EXPECT_EQ(syntax.read(*nasty)->parameters, (std::vector<Parameter>{{"a", "</a></settings>\"'&\n\t]]>"}}));
    const std::vector<Parameter> large(limits::document_bytes_max / 1000 + 1, Parameter{"a", std::string(1000, 'v')});
    EXPECT_EQ(syntax.write(large).error().code, ErrorCode::too_large);
}

} // namespace
} // namespace offhook::config
