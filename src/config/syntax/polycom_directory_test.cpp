#include "config/syntax/polycom_directory.hpp"

#include "base/limits.hpp"
#include "config/syntax/limits.hpp"

#include <cstdio>
#include <filesystem>
#include <fmt/format.h>
#include <fstream>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

namespace offhook::config {
namespace {

const PolycomDirectory syntax;

Contact contact(std::string number, std::string last = {}, std::string first = {}) {
    Contact out;
    out.number = std::move(number), out.last_name = std::move(last), out.first_name = std::move(first);
    return out;
}

std::string with_item(std::string_view item) {
    return fmt::format("<directory><item_list><item>{}</item></item_list></directory>", item);
}

TEST(PolycomDirectory, IsFoundByItsName) {
    ASSERT_NE(find_directory_syntax("polycom-directory"), nullptr);
    EXPECT_EQ(find_directory_syntax("polycom-directory")->name(), "polycom-directory");
    EXPECT_EQ(find_directory_syntax("polycom-attributes"), nullptr);
}

TEST(PolycomDirectory, ReadsAFactoryStyleFile) {
    const auto read = syntax.read("\xef\xbb\xbf<?xml version=\"1.0\" standalone=\"yes\" ?>\n<directory><item_list>\n"
                                  "<item><lb>Dr</lb><ln>Muster</ln><fn>Eva</fn><ct> 1003 </ct><sd>3</sd><rt>3</rt>"
                                  "<dc/><ad>0</ad><bw>1</bw><bb>0</bb></item>\n"
                                  "<item><ct>sip:a&amp;b@example.com</ct><sd/><bw>0</bw></item>"
                                  "</item_list><other><item><ct>1</ct></item></other></directory>");
    ASSERT_TRUE(read) << read.error().text();
    Contact eva = contact("1003", "Muster", "Eva");
    eva.label = "Dr", eva.speed_dial = 3, eva.watch = Contact::Watch::on;
    eva.further = {{"rt", "3"}, {"ad", "0"}, {"bb", "0"}};
    EXPECT_THAT(read->contacts, testing::ElementsAre(eva, contact("sip:a&b@example.com")));
    EXPECT_TRUE(read->notes.empty());
}

TEST(PolycomDirectory, ReadsAnEmptyDirectory) {
    for (const char* text : {"<directory/>", "<directory><item_list/></directory>"}) {
        const auto read = syntax.read(text);
        ASSERT_TRUE(read) << text;
        EXPECT_TRUE(read->contacts.empty());
    }
}

TEST(PolycomDirectory, LeavesOutWhatAPhoneWouldNotTakeAndSaysSo) {
    const struct {
        std::string item;
        std::string_view note;
        std::size_t contacts;
    } cases[] = {
        {"<ln>Muster</ln>", "without <ct>", 0},
        {"<ct>  </ct>", "without <ct>", 0},
        {"<ct>1</ct><sd>many</sd>", "<sd> is no speed dial", 1},
        {"<ct>1</ct><sd>10000</sd>", "<sd> is no speed dial", 1},
        {"<ct>1</ct><sd>-1</sd>", "<sd> is no speed dial", 1},
        {"<ct>1</ct><ln><b>x</b></ln>", "<ln> holds elements", 1},
        {"<ct>1</ct><x:y>z</x:y>", "<x:y> is left out", 1},
        {"<ct>1</ct><ln>" + std::string(limits::value_bytes_max + 1, 'n') + "</ln>", "<ln> is longer", 1},
    };
    for (const auto& c : cases) {
        const auto read = syntax.read(with_item(c.item));
        ASSERT_TRUE(read) << c.note << read.error().text();
        EXPECT_EQ(read->contacts.size(), c.contacts) << c.note;
        ASSERT_EQ(read->notes.size(), 1U) << c.note;
        EXPECT_THAT(read->notes[0].text, testing::HasSubstr(std::string(c.note)));
        if (c.contacts != 0) {
            EXPECT_EQ(read->contacts[0], contact("1")) << c.note;
        }
    }
}

TEST(PolycomDirectory, RefusesWhatIsNoDirectory) {
    for (const char* text : {"", "sorry", "<directory>", "<html><body/></html>", "<!DOCTYPE directory><directory/>",
                             "<directory><item_list><item><ct>\xff</ct></item></item_list></directory>"}) {
        const auto read = syntax.read(text);
        ASSERT_FALSE(read) << text;
        EXPECT_EQ(read.error().code, ErrorCode::invalid) << text;
        EXPECT_TRUE(read.error().where.starts_with("line 1")) << read.error().text();
    }
}

TEST(PolycomDirectory, BoundsTheContactsThatItReads) {
    const auto many = [](std::size_t count) {
        std::string text = "<directory><item_list>";
        for (std::size_t i = 0; i < count; ++i) text += "<item><ct>1</ct></item>";
        return text + "</item_list></directory>";
    };
    EXPECT_EQ(syntax.read(many(DirectorySyntax::contacts_max))->contacts.size(), DirectorySyntax::contacts_max);
    EXPECT_EQ(syntax.read(many(DirectorySyntax::contacts_max + 1)).error().code, ErrorCode::too_large);
}

TEST(PolycomDirectory, WritesOneValueALine) {
    Contact eva = contact("1003", "Muster & Söhne", "Eva");
    eva.speed_dial = 3, eva.watch = Contact::Watch::on, eva.further = {{"rt", "3"}};
    const auto written = syntax.write(std::vector<Contact>{eva});
    EXPECT_EQ(written.text, "<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"yes\"?>\n"
                            "<directory>\n"
                            "  <item_list>\n"
                            "    <item>\n"
                            "      <ln>Muster &amp; Söhne</ln>\n"
                            "      <fn>Eva</fn>\n"
                            "      <ct>1003</ct>\n"
                            "      <sd>3</sd>\n"
                            "      <rt>3</rt>\n"
                            "      <bw>1</bw>\n"
                            "    </item>\n"
                            "  </item_list>\n"
                            "</directory>\n");
    EXPECT_TRUE(written.notes.empty());
}

/// Texts that try to break out of their place.
std::vector<Contact> hard_contacts() {
    std::string every_ascii = "1";
    for (char c = '!'; c < 0x7f; ++c) every_ascii += c;
    Contact hard = contact(every_ascii, "</ln></item><item><ct>666</ct>", " é\n\t漢 ");
    hard.label = "]]>&amp;<!--", hard.speed_dial = 9999, hard.further = {{"dc", "'\"/><x>"}, {"rt", " "}};
    return {hard, contact("2", "<![CDATA["), contact("2")};
}

TEST(PolycomDirectory, ReadsBackExactlyWhatItWrote) {
    const auto written = syntax.write(hard_contacts());
    EXPECT_TRUE(written.notes.empty());
    const auto read = syntax.read(written.text);
    ASSERT_TRUE(read) << read.error().text();
    EXPECT_EQ(read->contacts, hard_contacts());
}

TEST(PolycomDirectory, XmllintAcceptsWhatIsWritten) {
    const auto file = std::filesystem::path(testing::TempDir()) / fmt::format("directory-{}.xml", getpid());
    std::ofstream(file) << syntax.write(hard_contacts()).text;
    const int status = std::system(fmt::format("xmllint --noout --nonet '{}'", file.string()).c_str());
    std::filesystem::remove(file);
    EXPECT_EQ(status, 0) << "xmllint is in package libxml2-utils";
}

TEST(PolycomDirectory, LeavesOutOfAFileWhatItCannotHoldAndSaysSo) {
    Contact beyond = contact("1");
    beyond.speed_dial = 10'000;
    Contact odd = contact("1");
    odd.further = {{"a b", "1"}, {"ct", "2"}};
    Contact cut = contact("1", std::string(39, 'n') + "ü");
    const struct {
        Contact contact;
        std::string_view note;
        std::vector<Contact> read;
    } cases[] = {
        {contact("", "Muster"), "<ct> is empty", {}},
        {contact("1\x1b"), "<ct> holds what XML", {}},
        {contact("1", "\x1b"), "<ln> holds what XML", {contact("1")}},
        {contact("1", "\xff"), "<ln> holds what XML", {contact("1")}},
        {contact(std::string(limits::value_bytes_max + 1, '1')), "<ct> is longer", {}},
        {cut, "<ln> is cut at 40 bytes", {contact("1", std::string(39, 'n'))}},
        {beyond, "<sd> is beyond", {contact("1")}},
        {odd, "<a b> is no element", {contact("1")}},
    };
    for (const auto& c : cases) {
        const auto written = syntax.write(std::vector<Contact>{c.contact});
        ASSERT_FALSE(written.notes.empty()) << c.note;
        EXPECT_THAT(written.notes[0].text, testing::HasSubstr(std::string(c.note)));
        EXPECT_EQ(written.notes[0].line, 1U);
        const auto read = syntax.read(written.text);
        ASSERT_TRUE(read) << c.note;
        EXPECT_EQ(read->contacts, c.read) << c.note;
    }
}

TEST(PolycomDirectory, WritesAsManyContactsAsOneFileHolds) {
    const std::vector<Contact> many(DirectorySyntax::contacts_max + 1, contact("1"));
    const auto written = syntax.write(many);
    ASSERT_EQ(written.notes.size(), 1U);
    EXPECT_LE(written.text.size(), limits::document_bytes_max);
    EXPECT_EQ(syntax.read(written.text)->contacts.size(), DirectorySyntax::contacts_max);

    const std::vector<Contact> large(1000, contact("1" + std::string(2000, '2')));
    const auto cut = syntax.write(large);
    EXPECT_EQ(cut.notes.size(), 1U);
    EXPECT_LE(cut.text.size(), limits::document_bytes_max);
    EXPECT_TRUE(syntax.read(cut.text));
}

} // namespace
} // namespace offhook::config
