#include "config/render/directory.hpp"

#include "config/family/loader.hpp"

#include <gtest/gtest.h>

namespace offhook::config {
namespace {

const Family& polycom() {
    static const auto family = load_family(OFFHOOK_SOURCE_DIR "/families/polycom");
    EXPECT_TRUE(family) << family.error().front().text();
    return **family;
}

const Document& document(std::string_view kind) {
    for (const Document& each : polycom().documents())
        if (each.kind == kind) return each;
    ADD_FAILURE() << "no document " << kind;
    return polycom().documents().front();
}

Contact contact(std::string first, std::string last, std::string number) {
    Contact out;
    out.first_name = std::move(first), out.last_name = std::move(last), out.number = std::move(number);
    return out;
}

struct Phone {
    std::vector<std::pair<std::string, std::string>> settings;
    std::vector<Contact> site, fleet;
    std::optional<std::string> sent;
    std::string kind = "contacts";

    void sends(std::span<const Contact> contacts) {
        sent = find_directory_syntax("polycom-directory")->write(contacts).text;
    }
    [[nodiscard]] Rendered rendered() const {
        LayerBuilder builder;
        for (const auto& [name, value] : settings) EXPECT_TRUE(builder.set(name, value)) << name;
        const Layer device = builder.build();
        const LayerRef refs[] = {{LayerKind::vendor_default, &polycom().defaults()}, {LayerKind::device, &device}};
        Subject subject;
        subject.family = &polycom();
        subject.shared = std::span(refs).first(1);
        subject.all = refs;
        DirectorySources sources{site, fleet, {}};
        if (sent) sources.phone = *sent;
        auto out = render_directory(document(kind), subject, sources);
        EXPECT_TRUE(out) << out.error().text();
        return std::move(*out);
    }
    [[nodiscard]] std::vector<Contact> contacts() const {
        const auto read = find_directory_syntax("polycom-directory")->read(rendered().text);
        EXPECT_TRUE(read) << read.error().text();
        return read->contacts;
    }
};

std::vector<std::string> numbers(const std::vector<Contact>& contacts) {
    std::vector<std::string> out;
    for (const Contact& each : contacts) out.push_back(each.number);
    return out;
}
using Numbers = std::vector<std::string>;

bool notes(const Rendered& rendered, std::string_view text) {
    for (const MapNote& note : rendered.notes)
        if (note.text.find(text) != std::string::npos) return true;
    return false;
}

TEST(Directory, IsNoFileWhereThereIsNothingInIt) {
    EXPECT_EQ(Phone().rendered().text, "");
    Phone seed;
    seed.kind = "seed contacts";
    EXPECT_EQ(seed.rendered().text, "");
}

TEST(Directory, HoldsKeysThenTheSiteThenTheFleetThenThePhonesOwn) {
    Phone phone;
    phone.settings = {{"key.2.type", "speed_dial"}, {"key.2.value", "1003"}, {"key.2.label", "Eva"}};
    phone.site = {contact("Ada", "Lovelace", "+49 (30) 12-34")};
    phone.fleet = {contact("", "Reception", "0")};
    phone.sends(std::vector{contact("My", "Mother", "555")});
    EXPECT_EQ(numbers(phone.contacts()), (Numbers{"1003", "+49301234", "0", "555"}));
    const auto first = phone.contacts().front();
    EXPECT_EQ(first.speed_dial, 2U);
    EXPECT_EQ(first.label, "Eva");
    EXPECT_EQ(first.first_name, "Eva");
    const auto rendered = phone.rendered();
    ASSERT_EQ(rendered.parameters.size(), 4U);
    EXPECT_EQ(name_of(rendered.parameters[0].setting), "key.2.type");
    EXPECT_EQ(rendered.parameters[0].parameter.value, "Eva, speed dial 2");
    EXPECT_EQ(rendered.parameters[1].origin, LayerKind::site);
    EXPECT_EQ(rendered.parameters[2].origin, LayerKind::fleet);
    EXPECT_EQ(rendered.parameters[3].origin, LayerKind::local);
}

TEST(Directory, TakesAContactOnceByItsNumberAndKeepsWhatOnlyThePhoneKnows) {
    Phone phone;
    phone.settings = {{"key.1.type", "speed_dial"}, {"key.1.value", "1003"}};
    phone.site = {contact("Eva", "Muster", "1003"), contact("Ada", "Lovelace", "10 04")};
    phone.fleet = {contact("Another", "Eva", "1003")};
    Contact ada = contact("Ade", "Lovelass", "1004");
    ada.speed_dial = 7;
    ada.further = {{"rt", "3"}};
    Contact thief = contact("A", "Thief", "555");
    thief.speed_dial = 1;
    phone.sends(std::vector{ada, thief});
    const auto contacts = phone.contacts();
    ASSERT_EQ(numbers(contacts), (Numbers{"1003", "1004", "555"}));
    EXPECT_EQ(contacts[0].last_name, "Muster");
    EXPECT_EQ(contacts[1].first_name, "Ada");
    EXPECT_EQ(contacts[1].speed_dial, 7U);
    EXPECT_EQ(contacts[1].further, ada.further);
    EXPECT_EQ(contacts[2].speed_dial, 0U);
    EXPECT_TRUE(notes(phone.rendered(), "is speed dial 1 no more"));
}

TEST(Directory, IsWhoseTheSettingSays) {
    const struct {
        const char* source;
        Numbers numbers;
    } cases[] = {{"merged", {"1003", "555"}}, {"server", {"1003"}}, {"phone", {"555"}}};
    for (const auto& each : cases) {
        Phone phone;
        phone.settings = {{"directory.source", each.source}};
        phone.site = {contact("Eva", "Muster", "1003")};
        phone.sends(std::vector{contact("My", "Mother", "555")});
        EXPECT_EQ(numbers(phone.contacts()), each.numbers) << each.source;
        phone.sent.reset();
        EXPECT_EQ(numbers(phone.contacts()), Numbers{"1003"}) << each.source << ", nothing was sent";
    }
    Phone as_sent;
    as_sent.settings = {{"directory.source", "phone"}};
    as_sent.sent = "bytes that no grammar reads";
    EXPECT_EQ(as_sent.rendered().text, *as_sent.sent);
}

TEST(Directory, GivesBackWhatItCannotRead) {
    Phone phone;
    phone.site = {contact("Eva", "Muster", "1003")};
    phone.sent = "Digest=0123;\nciphertext";
    EXPECT_EQ(phone.rendered().text, *phone.sent);
    EXPECT_TRUE(notes(phone.rendered(), "cannot be read"));
}

TEST(Directory, HasWatchedKeysForReleasesWithoutAnAttendantList) {
    const struct {
        const char* version;
        bool watched;
    } cases[] = {{"", true},     {"2.2.0", true},      {"3.1.8.0070", true},
                 {"3.2", false}, {"SIP 3.2.1", false}, {"4.0", false}};
    for (const auto& each : cases) {
        Phone phone;
        phone.settings = {{"key.3.type", "blf"},
                          {"key.3.value", "1004"},
                          {"key.4.type", "speed_dial"},
                          {"key.4.value", "1005"},
                          {"firmware.version", each.version}};
        const auto contacts = phone.contacts();
        EXPECT_EQ(numbers(contacts), each.watched ? (Numbers{"1004", "1005"}) : Numbers{"1005"}) << each.version;
        EXPECT_EQ(contacts.front().watch, each.watched ? Contact::Watch::on : Contact::Watch::off) << each.version;
        if (each.watched) {
            EXPECT_EQ(contacts.front().speed_dial, 3U);
        }
    }
}

TEST(Directory, LeavesAKeyOutThatDialsNothing) {
    Phone phone;
    phone.settings = {{"key.1.type", "speed_dial"}};
    EXPECT_EQ(phone.rendered().text, "");
    EXPECT_TRUE(notes(phone.rendered(), "nothing says what the key dials"));
}

TEST(Directory, SeedHoldsThePhonebookAlone) {
    Phone phone;
    phone.kind = "seed contacts";
    phone.settings = {{"key.1.type", "speed_dial"}, {"key.1.value", "1003"}};
    phone.fleet = {contact("", "Reception", "0")};
    phone.sends(std::vector{contact("My", "Mother", "555")});
    EXPECT_EQ(numbers(phone.contacts()), Numbers{"0"});
}

TEST(Directory, CutsThePhonebookAndSaysSoWhereThePhoneWouldNotKeepIt) {
    Phone phone;
    phone.settings = {{"key.1.type", "speed_dial"}, {"key.1.value", "9"}};
    for (int i = 0; i < 12'000; ++i)
        phone.site.push_back(contact("Name", std::to_string(i), std::to_string(100'000 + i)));
    phone.sends(std::vector{contact("My", "Mother", "555")});
    const auto rendered = phone.rendered();
    EXPECT_LE(rendered.text.size(), document("contacts").directory_bytes_max);
    EXPECT_GT(rendered.text.size(), document("contacts").directory_bytes_max - 300);
    EXPECT_TRUE(notes(rendered, "phonebook entries are left out: the phone keeps a directory of 102400 bytes"));
    const auto contacts = phone.contacts();
    EXPECT_EQ(contacts.front().number, "9");
    EXPECT_EQ(contacts.back().number, "555");
    EXPECT_EQ(contacts[1].number, "100000");
    const auto left_out = std::to_string(12'000 - (contacts.size() - 2)) + " phonebook";
    EXPECT_TRUE(notes(rendered, left_out)) << left_out;
    EXPECT_EQ(rendered.contacts_left_out, 12'000 - (contacts.size() - 2));
}

TEST(Directory, LooksAtNoMoreOfAPhonebookThanThePhoneKeeps) {
    std::size_t made = 0;
    DirectorySources sources;
    sources.fleet = {1'000'000, [&](std::size_t place) {
                         ++made;
                         return contact("Name", std::string(30, 'x'), std::to_string(100'000 + place));
                     }};
    const LayerRef layers[] = {{LayerKind::vendor_default, &polycom().defaults()}};
    Subject subject;
    subject.family = &polycom();
    subject.shared = subject.all = layers;
    const auto rendered = render_directory(document("seed contacts"), subject, sources);
    ASSERT_TRUE(rendered);
    EXPECT_GT(rendered->text.size(), document("seed contacts").directory_bytes_max - 300);
    EXPECT_LE(made, rendered->parameters.size() + 3);
    EXPECT_TRUE(notes(*rendered, std::to_string(1'000'000 - rendered->parameters.size()) + " phonebook entries"));
}

TEST(Directory, CutsThePhonesOwnOnlyWhenThatAloneIsTooMuch) {
    Phone phone;
    phone.site = {contact("Eva", "Muster", "1003")};
    std::vector<Contact> own;
    for (int i = 0; i < 3'000; ++i) own.push_back(contact("Name", std::to_string(i), std::to_string(100'000 + i)));
    phone.sends(own);
    const auto rendered = phone.rendered();
    EXPECT_LE(rendered.text.size(), document("contacts").directory_bytes_max);
    EXPECT_TRUE(notes(rendered, "1 phonebook entries are left out"));
    EXPECT_TRUE(notes(rendered, "of the phone's own entries are left out"));
}

} // namespace
} // namespace offhook::config
