#include "config/syntax/ip88_phonebook.hpp"

#include "base/limits.hpp"

#include <gtest/gtest.h>

namespace offhook::config {
namespace {

const Ip88Phonebook syntax;

Contact contact(std::string first, std::string last, std::string number, std::string label = "", unsigned place = 0) {
    Contact out;
    out.first_name = std::move(first), out.last_name = std::move(last), out.number = std::move(number);
    out.label = std::move(label), out.speed_dial = place;
    return out;
}

TEST(Ip88Phonebook, WritesItsHeaderAndAContactALine) {
    const std::vector<Contact> contacts{contact("Eva", "Muster", "1003", "Sales", 3), contact("", "Gate \"B\"", "17"),
                                        contact("Doe, J.", "", "+49 30")};
    const auto written = syntax.write(contacts);
    EXPECT_EQ(written.text, "SpeedNumber,Name,PhoneNumber,Information\r\n3,Eva Muster,1003,Sales\r\n"
                            ",\"Gate \"\"B\"\"\",17,\r\n,\"Doe, J.\",+49 30,\r\n");
    EXPECT_TRUE(written.notes.empty());
    const auto read = syntax.read(written.text);
    ASSERT_TRUE(read) << read.error().text();
    EXPECT_EQ(read->contacts, (std::vector<Contact>{contact("", "Eva Muster", "1003", "Sales", 3), contacts[1],
                                                    contact("", "Doe, J.", "+49 30")}));
    EXPECT_EQ(read->lines, (std::vector<std::size_t>{2, 3, 4}));
    EXPECT_EQ(syntax.write(read->contacts).text, written.text);
    EXPECT_EQ(syntax.write({}).text, "SpeedNumber,Name,PhoneNumber,Information\r\n");
}

TEST(Ip88Phonebook, LeavesOutWhatALineCannotCarry) {
    auto watching = contact("", "b", "2");
    watching.watch = Contact::Watch::on;
    for (const Contact& each : {contact("a", "", ""), contact("a\nb", "", "1"), contact("", "b", "\x01"),
                                contact("", std::string(limits::value_bytes_max + 1, 'x'), "1")}) {
        const auto written = syntax.write(std::vector{each});
        EXPECT_EQ(written.text, "SpeedNumber,Name,PhoneNumber,Information\r\n");
        EXPECT_EQ(written.notes.size(), 1U);
    }
    const auto written = syntax.write(std::vector{watching, contact("", "c", "3", "", 10000)});
    EXPECT_EQ(written.text, "SpeedNumber,Name,PhoneNumber,Information\r\n,b,2,\r\n,c,3,\r\n");
    EXPECT_EQ(written.notes.size(), 2U);
}

TEST(Ip88Phonebook, ReadsWhatPeopleWrite) {
    const struct {
        const char* what;
        std::string text;
        std::vector<Contact> expected;
        std::size_t notes;
    } rows[] = {
        {"nothing", "", {}, 0},
        {"small letters and LF",
         "\xef\xbb\xbfspeednumber,name,phonenumber,information\n1, a ,2\n",
         {contact("", "a", "2", "", 1)},
         0},
        {"more fields", "SpeedNumber,Name,PhoneNumber,Information\r\n,a,2,b,c\r\n", {contact("", "a", "2", "b")}, 0},
        {"no number", "SpeedNumber,Name,PhoneNumber,Information\n,a\n", {}, 1},
        {"no place", "SpeedNumber,Name,PhoneNumber,Information\nx,a,2\n", {contact("", "a", "2")}, 1},
        {"open quotes", "SpeedNumber,Name,PhoneNumber,Information\n,\"a,2\n,\"a\"b,2\n", {}, 2},
    };
    for (const auto& row : rows) {
        const auto read = syntax.read(row.text);
        ASSERT_TRUE(read) << row.what;
        EXPECT_EQ(read->contacts, row.expected) << row.what;
        EXPECT_EQ(read->notes.size(), row.notes) << row.what;
    }
    for (const std::string& text : {std::string("Name,Number\n"), std::string("<html>"), std::string("\x92\x01"),
                                    std::string(limits::document_bytes_max + 1, '\n')})
        EXPECT_FALSE(syntax.read(text));
}

TEST(Ip88Phonebook, IsFoundByItsName) {
    EXPECT_NE(find_directory_syntax("ip88-phonebook"), nullptr);
    EXPECT_EQ(find_directory_syntax("Ip88-phonebook"), nullptr);
    EXPECT_EQ(directory_syntax_names(), "polycom-directory, ip88-phonebook");
}

} // namespace
} // namespace offhook::config
