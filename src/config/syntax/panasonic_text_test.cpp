#include "config/syntax/panasonic_text.hpp"

#include "base/limits.hpp"

#include <array>
#include <gtest/gtest.h>

namespace offhook::config {
namespace {

const PanasonicText syntax;
const std::string head = "# Panasonic SIP Phone Standard Format File # DO NOT CHANGE THIS LINE!\r\n";

TEST(PanasonicText, WritesTheWorkedExamplesToTheByte) {
    const std::vector<Parameter> initial{{"SIPPNP_PROV_ENABLE", "Y"},
                                         {"CFG_STANDARD_FILE_PATH", "http://10.0.0.1/pana/Config{MAC}.cfg"},
                                         {"CFG_PRODUCT_FILE_PATH", "http://10.0.0.1/pana/Config{MODEL}.cfg"},
                                         {"CFG_MASTER_FILE_PATH", "http://10.0.0.1/pana/ConfigCommon.cfg"}};
    const auto text = syntax.write(initial);
    ASSERT_TRUE(text);
    EXPECT_EQ(text->size(), 286U); // reference: Panasonic 11 B
    const std::vector<Parameter> line{{"PHONE_NUMBER_1", "201"},
                                      {"SIP_URI_1", "201"},
                                      {"SIP_AUTHID_1", "201"},
                                      {"SIP_PASS_1", "s3cr3t-201"},
                                      {"DISPLAY_NAME_1", "Front Desk"}};
    EXPECT_EQ(*syntax.write(line), head + "PHONE_NUMBER_1=\"201\"\r\nSIP_URI_1=\"201\"\r\nSIP_AUTHID_1=\"201\"\r\n"
                                          "SIP_PASS_1=\"s3cr3t-201\"\r\nDISPLAY_NAME_1=\"Front Desk\"\r\n\r\n");
    EXPECT_EQ(*syntax.write({}), head + "\r\n");
}

TEST(PanasonicText, ReadsWhateverLineEndsThereAre) {
    const std::vector<Parameter> expected{{"A", "1"}, {"B_2", ""}, {"C", "é = # x"}};
    for (const std::string& end : {std::string("\r\n"), std::string("\n"), std::string("\r")}) {
        const std::string magic = "# Panasonic SIP Phone Standard Format File #";
        const auto read =
            syntax.read(magic + end + "# more" + end + end + "A=\"1\"" + end + "B_2=\"\"" + end + "C=\"é = # x\"");
        ASSERT_TRUE(read) << read.error().text();
        EXPECT_EQ(read->parameters, expected);
        EXPECT_TRUE(read->notes.empty());
    }
}

TEST(PanasonicText, RefusesAFileWithoutItsMagic) {
    for (const std::string& text : {std::string(), std::string("A=\"1\"\r\n"), "\xef\xbb\xbf" + head, " " + head,
                                    std::string("# PCC Standard Format File #\r\n"), head.substr(0, 43),
                                    std::string("#Panasonic SIP Phone Standard Format File#\r\n")}) {
        const auto read = syntax.read(text);
        ASSERT_FALSE(read) << text;
        EXPECT_EQ(read.error().code, ErrorCode::invalid);
    }
    EXPECT_TRUE(syntax.read(head.substr(0, 44)));
    EXPECT_EQ(syntax.read(head + std::string(limits::document_bytes_max, '\n')).error().code, ErrorCode::too_large);
}

TEST(PanasonicText, LeavesOutLinesThatAreNone) {
    using namespace std::string_literals;
    for (const std::string& line :
         {"A = \"1\""s, "A=1"s, "A=\"1"s, "A=\""s, "A=\"1\" "s, "A=\"1\"x"s, "A=\"1\"2\""s, "A"s, "=\"1\""s,
          "A B=\"1\""s, " A=\"1\""s, "A=\"\0\""s, "A=\"\xff\""s, "A=\"“1”"s, std::string(33, 'N') + "=\"1\"",
          "A=\"" + std::string(501, 'v') + "\"", "A=\"" + std::string(600, 'v') + "\""}) {
        const auto read = syntax.read(head + line + "\r\nB=\"2\"\r\n");
        ASSERT_TRUE(read) << line;
        EXPECT_EQ(read->parameters, (std::vector<Parameter>{{"B", "2"}})) << line;
        ASSERT_EQ(read->notes.size(), 1U) << line;
        EXPECT_EQ(read->notes[0].line, 2U);
    }
}

TEST(PanasonicText, NotesThatTheFirstOfTwoCounts) {
    const auto read = syntax.read(head + "A=\"1\"\r\nA=\"2\"\r\n");
    ASSERT_TRUE(read);
    EXPECT_EQ(read->parameters, (std::vector<Parameter>{{"A", "1"}, {"A", "2"}}));
    ASSERT_EQ(read->notes.size(), 1U);
    EXPECT_EQ(read->notes[0].text, "A stands twice, first in line 2; the first counts");
}

TEST(PanasonicText, TakesTheLongestLineThatAPhoneReads) {
    const Parameter longest{std::string(32, 'N'), std::string(500, 'v')};
    const auto text = syntax.write(std::vector{longest});
    ASSERT_TRUE(text);
    EXPECT_EQ(text->size(), head.size() + 537 + 2);
    EXPECT_EQ(syntax.read(*text)->parameters, std::vector{longest});
}

TEST(PanasonicText, RefusesToWriteWhatItCannotCarry) {
    const struct {
        Parameter parameter;
        ErrorCode code;
    } refused[] = {{{"A", "say \"hi\""}, ErrorCode::invalid},
                   {{"A", "1\r\nB=\"2"}, ErrorCode::invalid},
                   {{"A", "1\n"}, ErrorCode::invalid},
                   {{"A", "\x01"}, ErrorCode::invalid},
                   {{"A", "\xff"}, ErrorCode::invalid},
                   {{"", "1"}, ErrorCode::invalid},
                   {{"A B", "1"}, ErrorCode::invalid},
                   {{"A=", "1"}, ErrorCode::invalid},
                   {{"#A", "1"}, ErrorCode::invalid},
                   {{"A", std::string(501, 'v')}, ErrorCode::too_large},
                   {{std::string(33, 'N'), "1"}, ErrorCode::too_large}};
    for (const auto& [parameter, code] : refused) {
        const auto text = syntax.write(std::vector{parameter});
        ASSERT_FALSE(text) << *text;
        EXPECT_EQ(text.error().code, code);
        EXPECT_EQ(text.error().message.find("say"), std::string::npos) << "a value may be a secret";
    }
    const std::vector<Parameter> many(300, Parameter{"A", std::string(500, 'v')});
    EXPECT_EQ(syntax.write(many).error().code, ErrorCode::too_large);
}

TEST(PanasonicText, GoesByTheRulesOfAGeneration) {
    static constexpr std::array<std::string_view, 2> magics{"# PCC Standard Format File #", "# Other #"};
    using Spoilt = PanasonicRules::Spoilt;
    const PanasonicRules lenient{magics}, strict{magics, Spoilt::refused, Spoilt::refused};
    const std::string pcc = "# PCC Standard Format File # DO NOT CHANGE THIS LINE!\n";
    EXPECT_TRUE(syntax.read_as(pcc + "A=\"1\"\n", lenient));
    EXPECT_TRUE(syntax.read_as("# Other #\nA=\"1\"\n", strict));
    EXPECT_FALSE(syntax.read_as(head + "A=\"1\"\n", lenient));
    EXPECT_FALSE(syntax.read_as(pcc, {}));
    for (const std::string lines : {"A=\"1\nB=\"2\"\n", "A=\"\nB=\"2\"\n", "A=\"1\n2\"\nB=\"2\"\n"}) { // over two lines
        EXPECT_EQ(syntax.read_as(pcc + lines, lenient)->parameters, (std::vector<Parameter>{{"B", "2"}})) << lines;
        const auto refused = syntax.read_as(pcc + lines, strict);
        ASSERT_FALSE(refused) << lines;
        EXPECT_EQ(refused.error().where, "line 2");
    }
    EXPECT_TRUE(syntax.read_as(pcc + "A = \"1\"\nA=\"1\"x\nA=1\n", strict)) << "lines that are none spoil nothing";
    const std::string big = pcc + std::string(120 * 1024, '\n');
    EXPECT_EQ(syntax.read_as(big, lenient)->notes.size(), 1U);
    EXPECT_EQ(syntax.read_as(big, strict).error().code, ErrorCode::too_large);
}

TEST(PanasonicText, SaysWhatStandsBeforeTheMagic) {
    EXPECT_NE(syntax.read("\xef\xbb\xbf" + head).error().message.find("byte order mark"), std::string::npos);
    EXPECT_EQ(syntax.read("A=\"1\"").error().message.find("byte order mark"), std::string::npos);
}

TEST(PanasonicText, CountsALineWithItsCrLf) {
    for (const std::size_t bytes : {535U, 536U}) { // 537 and 538 with CR LF
        const std::string name = std::string(bytes - 503, 'N');
        const auto read = syntax.read(head + name + "=\"" + std::string(500, 'v') + "\"\r\n");
        EXPECT_EQ(read->parameters.size(), bytes == 535 ? 1U : 0U);
        EXPECT_EQ(read->notes.size(), bytes == 535 ? 0U : 1U);
    }
}

} // namespace
} // namespace offhook::config
