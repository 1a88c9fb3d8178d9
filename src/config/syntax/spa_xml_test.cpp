#include "config/syntax/spa_xml.hpp"

#include "base/limits.hpp"
#include "config/syntax/limits.hpp"

#include <fmt/format.h>
#include <gtest/gtest.h>

namespace offhook::config {
namespace {

const SpaXml syntax;

TEST(SpaXml, WritesOneElementAParameter) {
    const std::vector<Parameter> given{{"Profile_Rule_B", "http://192.0.2.10/x?a=1&b=$MA"},
                                       {"Auth_Resync-Reboot_1_", "No"},
                                       {"Display_Name_1_", "Jörg <\"Ä\"> 電話 \xf0\x9f\x93\x9e"},
                                       {"GPP_A", ""}};
    const auto text = syntax.write(given);
    ASSERT_TRUE(text) << text.error().text();
    EXPECT_EQ(*text, "<?xml version=\"1.0\"?>\n<flat-profile>\n"
                     "<Profile_Rule_B>http://192.0.2.10/x?a=1&amp;b=$MA</Profile_Rule_B>\n"
                     "<Auth_Resync-Reboot_1_>No</Auth_Resync-Reboot_1_>\n"
                     "<Display_Name_1_>J&#246;rg &lt;&quot;&#196;&quot;&gt; &#38651;&#35441; &#128222;"
                     "</Display_Name_1_>\n"
                     "<GPP_A></GPP_A>\n</flat-profile>\n");
    EXPECT_EQ(syntax.read(*text)->parameters, given);
}

TEST(SpaXml, ReadsWhatPhonesRead) {
    const struct {
        const char* what;
        std::string_view text;
        std::vector<Parameter> expected;
    } accepted[] = {
        {"an empty profile", "<flat-profile/>", {}},
        {"attributes", "<flat-profile><A ua=\"na\" group=\"x/y\">1</A></flat-profile>", {{"A", "1"}}},
        {"emptied and left alone", "<flat-profile><A></A><B/><C /><D>  \n </D></flat-profile>", {{"A", ""}, {"D", ""}}},
        {"blanks and line breaks", "<flat-profile><A> x\ny </A></flat-profile>", {{"A", "x y"}}},
        {"a comment inside", "<flat-profile><A>x<!-- no -->y</A></flat-profile>", {{"A", "xy"}}},
        {"text between elements",
         "<flat-profile>[System]<A>1</A>[SIP]<B>2</B></flat-profile>",
         {{"A", "1"}, {"B", "2"}}},
        {"wrapped", "<router><x>9</x><flat-profile><A>1</A></flat-profile><B>2</B></router>", {{"A", "1"}}},
        {"references", "<flat-profile><A>&lt;&amp;&#x41;&#66;&apos;</A></flat-profile>", {{"A", "<&AB'"}}},
        {"twice", "<flat-profile><A>1</A><A>2</A></flat-profile>", {{"A", "1"}, {"A", "2"}}},
    };
    for (const auto& row : accepted) {
        const auto read = syntax.read(row.text);
        ASSERT_TRUE(read) << row.what << ": " << read.error().text();
        EXPECT_EQ(read->parameters, row.expected) << row.what;
    }
    EXPECT_EQ(syntax.read("<flat-profile>\n<A>1</A>\n<A>2</A></flat-profile>")->notes[0].text,
              "A stands twice, first in line 2; the last counts");
    const auto nested = syntax.read("<flat-profile><G><A>1</A></G><B>2</B></flat-profile>");
    EXPECT_EQ(nested->parameters, (std::vector<Parameter>{{"B", "2"}}));
    EXPECT_EQ(nested->notes[0].text, "element G holds others and means nothing here");
}

TEST(SpaXml, WritesWhatTheUserMayDo) {
    const std::vector<Parameter> given{{"A", "1"}, {"B", ""}, {"C", "3"}};
    const std::vector<AccessMark> marks{{"A", UserAccess::read_write},
                                        {"B", UserAccess::none},
                                        {"D", UserAccess::read_only},
                                        {"A", UserAccess::read_only},
                                        {"D", UserAccess::read_write}};
    const auto text = syntax.write_marked(given, marks);
    ASSERT_TRUE(text) << text.error().text();
    EXPECT_EQ(*text, "<?xml version=\"1.0\"?>\n<flat-profile>\n<A ua=\"ro\">1</A>\n<B ua=\"na\"></B>\n<C>3</C>\n"
                     "<D ua=\"rw\"/>\n</flat-profile>\n");
    const auto read = syntax.read(*text);
    EXPECT_EQ(read->parameters, given);
    EXPECT_EQ(read->access, (std::vector<AccessMark>{
                                {"A", UserAccess::read_only}, {"B", UserAccess::none}, {"D", UserAccess::read_write}}));
    EXPECT_FALSE(syntax.write_marked({}, std::vector<AccessMark>{{"a b", UserAccess::none}}));
}

TEST(SpaXml, ReadsWhatTheUserMayDo) {
    const auto read = syntax.read("<flat-profile><A ua=\"RW\" group=\"x\">1</A><B ua=\"ro\"/><C ua=\"all\">3</C>"
                                  "<D other=\"na\">4</D><E ua=\"na\"><F ua=\"rw\">5</F></E></flat-profile>");
    ASSERT_TRUE(read);
    EXPECT_EQ(read->parameters, (std::vector<Parameter>{{"A", "1"}, {"C", "3"}, {"D", "4"}}));
    EXPECT_EQ(read->access, (std::vector<AccessMark>{{"A", UserAccess::read_write}, {"B", UserAccess::read_only}}));
    ASSERT_EQ(read->notes.size(), 2U);
    EXPECT_EQ(read->notes[0].text, "ua=\"all\" of C is none of na, ro, rw and is left out");
}

TEST(SpaXml, ReadsWhateverTheEncodingIsCalled) {
    const std::string utf8 = "J\xc3\xb6rg";
    const struct {
        const char* what;
        std::string text, value;
        std::size_t notes;
    } rows[] = {
        {"UTF-8, not called so", "<flat-profile><A>J\xc3\xb6rg</A></flat-profile>", utf8, 0},
        {"UTF-8 with its mark", "\xef\xbb\xbf<?xml version=\"1.0\"?><flat-profile><A>J\xc3\xb6rg</A></flat-profile>",
         utf8, 0},
        {"ISO 8859-1, called so",
         "<?xml version=\"1.0\" encoding=\"ISO-8859-1\"?><flat-profile><A>J\xf6rg</A></flat-profile>", utf8, 0},
        {"ISO 8859-1 that could be UTF-8",
         "<?xml version='1.0' encoding='iso-8859-1'?><flat-profile><A>\xc3\xb6</A></flat-profile>", "\xc3\x83\xc2\xb6",
         0},
        {"ISO 8859-1, not called so", "<flat-profile><A>J\xf6rg</A></flat-profile>", utf8, 1},
        {"ISO 8859-1, called UTF-8",
         "<?xml version=\"1.0\" encoding=\"UTF-8\"?><flat-profile><A>J\xf6rg</A></flat-profile>", utf8, 1},
        {"an encoding nobody knows",
         "<?xml version=\"1.0\" encoding=\"windows-1252\"?><flat-profile><A>J\xf6rg</A></flat-profile>", utf8, 1},
        {"a header after blanks", "\r\n \n<?xml version=\"1.0\"?>\n<flat-profile><A>x</A></flat-profile>", "x", 0},
        {"no header at all", "\n\t<flat-profile><A>x</A></flat-profile>\n", "x", 0},
    };
    for (const auto& row : rows) {
        const auto read = syntax.read(row.text);
        ASSERT_TRUE(read) << row.what << ": " << read.error().text();
        EXPECT_EQ(read->parameters, (std::vector<Parameter>{{"A", row.value}})) << row.what;
        EXPECT_EQ(read->notes.size(), row.notes) << row.what;
    }
    EXPECT_EQ(syntax.read("\n<?xml version=\"1.0\"?>\n<flat-profile>\n<A>1</B></flat-profile>").error().where,
              "line 4, column 7")
        << "blanks and the header count as lines";
}

TEST(SpaXml, RefusesWhatIsNoProfile) {
    for (const std::string_view text :
         {"", "junk", "<flat-profile>", "<html></html>", "<Flat-Profile/>", "<flat-profile><A>1</B></flat-profile>",
          "<!DOCTYPE x [<!ENTITY a \"b\">]><flat-profile><A>&a;</A></flat-profile>", "Salted__\x01\x02"})
        EXPECT_EQ(syntax.read(text).error().code, ErrorCode::invalid) << text;
    std::string many = "<flat-profile>";
    for (std::size_t i = 0; i <= limits::document_parameters_max; ++i) many += "<A>1</A>";
    EXPECT_EQ(syntax.read(many + "</flat-profile>").error().code, ErrorCode::too_large);
}

TEST(SpaXml, LeavesOutAnOverlongValueAndSaysSo) {
    const auto profile = [](std::size_t bytes) {
        return fmt::format("<flat-profile><A>{}</A><B>1</B></flat-profile>", std::string(bytes, 'v'));
    };
    EXPECT_EQ(syntax.read(profile(limits::value_bytes_max))->parameters.size(), 2U);
    const auto read = syntax.read(profile(limits::value_bytes_max + 1));
    ASSERT_TRUE(read);
    EXPECT_EQ(read->parameters, (std::vector<Parameter>{{"B", "1"}}));
    EXPECT_EQ(read->notes.size(), 1U);
}

TEST(SpaXml, RefusesToWriteWhatItCannotCarry) {
    const Parameter refused[] = {{"A", " x"}, {"A", "x "}, {"A", "x\ny"}, {"A", "\x01"}, {"A", "\xc3"},
                                 {"", "1"},   {"1A", "1"}, {"A B", "1"},  {"A>", "1"},   {"flat-profile", "1"}};
    for (const Parameter& parameter : refused)
        EXPECT_FALSE(syntax.write(std::vector{parameter})) << parameter.name << " = " << parameter.value;
}

} // namespace
} // namespace offhook::config
