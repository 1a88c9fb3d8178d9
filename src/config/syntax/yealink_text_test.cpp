#include "config/syntax/yealink_text.hpp"

#include "base/limits.hpp"
#include "config/syntax/limits.hpp"

#include <gtest/gtest.h>

namespace offhook::config {
namespace {

const YealinkText syntax;
const std::string head = "#!version:1.0.0.1\n";

TEST(YealinkText, WritesALineAParameter) {
    const std::vector<Parameter> given{{"account.1.user_name", "201"},
                                       {"account.1.display_name", "Zoë = \"Ä\" # & %1"},
                                       {"static.security.user_password", "admin:x"},
                                       {"linekey.3.label", ""}};
    const auto text = syntax.write(given);
    ASSERT_TRUE(text) << text.error().text();
    EXPECT_EQ(*text, head + "account.1.user_name = 201\naccount.1.display_name = Zoë = \"Ä\" # & %1\n"
                            "static.security.user_password = admin:x\nlinekey.3.label = %NULL%\n");
    EXPECT_EQ(syntax.read(*text)->parameters, given);
    EXPECT_EQ(*syntax.write({}), head);
}

TEST(YealinkText, ReadsWhatFilesHold) {
    const struct {
        const char* what;
        std::string text;
        std::vector<Parameter> expected;
    } rows[] = {
        {"nothing", "", {}},
        {"comments", "# a = 1\n  ## b = 2\n\n#include\na = 1\n", {{"a", "1"}}},
        {"blanks and tabs", "a=1\n b\t=\t 2 \nc =3", {{"a", "1"}, {"b", "2"}, {"c", "3"}}},
        {"emptied",
         "a = %NULL%\nb = %EMPTY%\nc =\nd = %NULL% x\n",
         {{"a", ""}, {"b", ""}, {"c", ""}, {"d", "%NULL% x"}}},
        {"a mark in a value", "a = x # y = z\n", {{"a", "x # y = z"}}},
        {"CR LF and CR", "a = 1\r\nb = 2\rc = 3", {{"a", "1"}, {"b", "2"}, {"c", "3"}}},
    };
    for (const auto& row : rows) {
        const auto read = syntax.read(head + row.text);
        ASSERT_TRUE(read) << row.what;
        EXPECT_EQ(read->parameters, row.expected) << row.what;
        EXPECT_TRUE(read->notes.empty()) << row.what;
    }
    EXPECT_EQ(syntax.read(head + "a = 1\na = 2\n")->notes[0].text, "a stands twice, first in line 2; the last counts");
}

TEST(YealinkText, RefusesAFileWithoutItsFirstLine) {
    for (const std::string& text : {std::string(), std::string("a = 1\n"), "\n" + head, "\xef\xbb\xbf" + head,
                                    std::string("#!version:1.0.0.2\n"), std::string("#!version:1.0.0.1x\n")}) {
        const auto read = syntax.read(text);
        ASSERT_FALSE(read) << text;
        EXPECT_EQ(read.error().code, ErrorCode::invalid);
    }
    EXPECT_TRUE(syntax.read("#!version:1.0.0.1"));
    EXPECT_EQ(syntax.read(head + std::string(limits::document_bytes_max, '\n')).error().code, ErrorCode::too_large);
}

TEST(YealinkText, LeavesOutLinesThatAreNone) {
    using namespace std::string_literals;
    for (const std::string& line : {"a"s, "= 1"s, "a b = 1"s, "; a = 1"s, "[M1]"s, "1a = 1"s, "a = \x01"s, "a = \xff"s,
                                    "a = " + std::string(limits::value_bytes_max + 1, 'v')}) {
        const auto read = syntax.read(head + line + "\nb = 2\n");
        ASSERT_TRUE(read) << line;
        EXPECT_EQ(read->parameters, (std::vector<Parameter>{{"b", "2"}})) << line;
        ASSERT_EQ(read->notes.size(), 1U) << line;
        EXPECT_EQ(read->notes[0].line, 2U);
    }
}

TEST(YealinkText, RefusesToWriteWhatItCannotCarry) {
    const struct {
        Parameter parameter;
        ErrorCode code;
    } refused[] = {{{"a", "1\nb = 2"}, ErrorCode::invalid},
                   {{"a", "1\rb = 2"}, ErrorCode::invalid},
                   {{"a", "\x01"}, ErrorCode::invalid},
                   {{"a", "\xff"}, ErrorCode::invalid},
                   {{"a", " say"}, ErrorCode::invalid},
                   {{"a", "say "}, ErrorCode::invalid},
                   {{"a", " "}, ErrorCode::invalid},
                   {{"a", "%NULL%"}, ErrorCode::invalid},
                   {{"a", "%EMPTY%"}, ErrorCode::invalid},
                   {{"", "1"}, ErrorCode::invalid},
                   {{"#a", "1"}, ErrorCode::invalid},
                   {{"a b", "1"}, ErrorCode::invalid},
                   {{"a=", "1"}, ErrorCode::invalid},
                   {{"include:config", "x"}, ErrorCode::invalid},
                   {{"a", std::string(limits::value_bytes_max + 1, 'v')}, ErrorCode::too_large}};
    for (const auto& [parameter, code] : refused) {
        const auto text = syntax.write(std::vector{parameter});
        ASSERT_FALSE(text) << *text;
        EXPECT_EQ(text.error().code, code);
        EXPECT_EQ(text.error().message.find("say"), std::string::npos) << "a value may be a secret";
    }
    const std::vector<Parameter> many(limits::document_bytes_max / 1000 + 1, Parameter{"a", std::string(1000, 'v')});
    EXPECT_EQ(syntax.write(many).error().code, ErrorCode::too_large);
}

} // namespace
} // namespace offhook::config
