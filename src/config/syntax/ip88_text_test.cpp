#include "config/syntax/ip88_text.hpp"

#include "base/limits.hpp"

#include <gtest/gtest.h>

namespace offhook::config {
namespace {

const Ip88Text syntax;

TEST(Ip88Text, WritesTheWorkedExampleToTheByte) {
    const std::vector<Parameter> shared{{"VOIP.line1_proxy_address", "pbx.example.com"},
                                        {"VOIP.line1_proxy_port", "5060"},
                                        {"VOIP.timer_register_expires", "600"}};
    const auto text = syntax.write(shared);
    ASSERT_TRUE(text);
    EXPECT_EQ(*text, "[VOIP]\r\nline1_proxy_address pbx.example.com\r\nline1_proxy_port 5060\r\n"
                     "timer_register_expires 600\r\n");
    EXPECT_EQ(text->size(), 96U); // reference: IP88xx 12.2
    EXPECT_EQ(syntax.read(*text)->parameters, shared);
}

TEST(Ip88Text, WritesEachSectionOnceInTheOrderOfGeneratedFiles) {
    const std::vector<Parameter> mixed{{"VOIP.line1_name", "201"},
                                       {"PROG.add 3", "1 200"},
                                       {"VOIP.line1_displayname", "Joe User"},
                                       {"PROVISION.https_id", ""},
                                       {"X.y", "1"},
                                       {"SYSTEM.include phonebook", "b40edc0a1b2c-phonebook.csv"},
                                       {"SYSTEM.function call_park", "enable"},
                                       {"ROUTE.add sip 8060 sos", "0 null"},
                                       {"DIAL.vsc direct_call_pickup", "**"}};
    EXPECT_EQ(*syntax.write(mixed),
              "[VOIP]\r\nline1_name 201\r\nline1_displayname Joe User\r\n[ROUTE]\r\nadd sip 8060 sos 0 null\r\n"
              "[DIAL]\r\nvsc direct_call_pickup **\r\n[SYSTEM]\r\n"
              "include b40edc0a1b2c-phonebook.csv phonebook\r\nfunction call_park enable\r\n"
              "[PROVISION]\r\nhttps_id\r\n[PROG]\r\nadd 3 1 200\r\n[X]\r\ny 1\r\n");
    EXPECT_EQ(*syntax.write({}), "");
}

TEST(Ip88Text, ReadsWhatPhonesRead) {
    const struct {
        const char* what;
        std::string_view text;
        std::vector<Parameter> expected;
    } accepted[] = {
        {"nothing", "", {}},
        {"a byte-order mark", "\xef\xbb\xbf[VOIP]\nline1_name 1\n", {{"VOIP.line1_name", "1"}}},
        {"comments", "; x\n[VOIP] ;y\na 1 ;wins over 600\n;b 2\n", {{"VOIP.a", "1"}}},
        {"a semicolon in a value", "[VOIP]\na x;y\n", {{"VOIP.a", "x;y"}}},
        {"blanks in a value", "[DSP]\n\tcadence0   2000 4000  0 \n", {{"DSP.cadence0", "2000 4000  0"}}},
        {"an empty value",
         "[PROVISION]\nhttps_id \nhttps_password",
         {{"PROVISION.https_id", ""}, {"PROVISION.https_password", ""}}},
        {"a value that is a comment", "[V]\na ;b\n", {{"V.a", ""}}},
        {"verbs", "[PROG]\nadd 3 1 200\nadd 4 6\n", {{"PROG.add 3", "1 200"}, {"PROG.add 4", "6"}}},
        {"a verb of another section", "[VOIP]\nadd sip 8060\n", {{"VOIP.add", "sip 8060"}}},
        {"routes of their own",
         "[route]\nadd sip 8060 sos 0 null\nadd sip 8060 112 0\n",
         {{"ROUTE.add sip 8060 sos", "0 null"}, {"ROUTE.add sip 8060 112", "0"}}},
        {"an included file",
         "[System]\ninclude A-book.csv  phonebook ;x\n",
         {{"SYSTEM.include phonebook", "A-book.csv"}}},
        {"a section in small letters", "[voip]\nSIP_service_domain x\n", {{"VOIP.SIP_service_domain", "x"}}},
        {"a section that nobody knows", "[wlan]\nx 1\n", {{"WLAN.x", "1"}}},
        {"CR LF", "[VOIP]\r\na 1\r\n\r\nb 2\r\n", {{"VOIP.a", "1"}, {"VOIP.b", "2"}}},
        {"the same name in two sections", "[A]\nx 1\n[B]\nx 2\n[A]\ny 3\n", {{"A.x", "1"}, {"B.x", "2"}, {"A.y", "3"}}},
        {"CR alone", "[A]\rx 1\r", {{"A.x", "1"}}},
    };
    for (const auto& row : accepted) {
        const auto read = syntax.read(row.text);
        ASSERT_TRUE(read) << row.what << ": " << read.error().text();
        EXPECT_EQ(read->parameters, row.expected) << row.what;
        EXPECT_TRUE(read->notes.empty()) << row.what << ": " << read->notes[0].text;
    }
}

TEST(Ip88Text, NotesWhatMeansNothing) {
    for (const std::string_view text : {"x 1\n[A]\n", "[A B]\nx 1\n", "[PROG]\nadd\n", "[ROUTE]\nadd sip 8060\n",
                                        "[SYSTEM]\ninclude a b c\n", "[]\nx 1\n", "[A\nx 1\n", "[A]\nx.y 1\n"}) {
        const auto read = syntax.read(text);
        ASSERT_TRUE(read) << text;
        EXPECT_TRUE(read->parameters.empty()) << text;
        EXPECT_FALSE(read->notes.empty()) << text;
    }
    EXPECT_EQ(syntax.read("[A]\nx 1\nx 2\n")->notes[0].text, "A.x stands twice, first in line 2; the last counts");
}

TEST(Ip88Text, RefusesWhatIsEncrypted) {
    for (const std::string_view text : {"\x92\x93\x2f\x45\xf8\xf1\x01\xb5", "[A]\nx \x01\n", "[A]\nx \xff\n"})
        EXPECT_EQ(syntax.read(text).error().code, ErrorCode::invalid);
    EXPECT_EQ(syntax.read(std::string(limits::document_bytes_max + 1, '\n')).error().code, ErrorCode::too_large);
}

TEST(Ip88Text, RefusesToWriteWhatItCannotCarry) {
    const Parameter refused[] = {{"A.x", "1\r\ny 2"},
                                 {"A.x", " 1"},
                                 {"A.x", "1 "},
                                 {"A.x", "1 ;2"},
                                 {"A.x", ";1"},
                                 {"A.x", "\x01"},
                                 {"A.x", "\xff"},
                                 {"x", "1"},
                                 {"A.", "1"},
                                 {".x", "1"},
                                 {"A.x y", "1"},
                                 {"PROG.add", "1"},
                                 {"PROG.add 3 4", "1"},
                                 {"PROG.add  3", "1"},
                                 {"A.[x", "1"},
                                 {"A.;x", "1"},
                                 {"A B.x", "1"},
                                 {"A.x\n", "1"},
                                 {"SYSTEM.include phonebook", ""},
                                 {"SYSTEM.include phonebook", "a b"},
                                 {"SYSTEM.include", "a"},
                                 {"voIpProt.SIP.x", "1"},
                                 {"reg.1.address", "201"},
                                 {"tcpIpApp.sntp", "a"},
                                 {"VOIP.SIP.x", "1"},
                                 {"account.1", "1"}};
    for (const Parameter& parameter : refused)
        EXPECT_FALSE(syntax.write(std::vector{parameter})) << parameter.name << " = " << parameter.value;
    EXPECT_EQ(syntax.write(std::vector<Parameter>{{"A.x", std::string(limits::value_bytes_max + 1, 'v')}}).error().code,
              ErrorCode::too_large);
}

} // namespace
} // namespace offhook::config
