// Nothing that an operator types breaks out of its place in a file: it stands there whole, or is left out with a note.
#include "two_ends.hpp"

#include "config/family/loader.hpp"

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <gtest/gtest.h>
#include <map>
#include <unistd.h>

namespace offhook::round_trip {
namespace {

using config::Family;
using config::LayerKind;
using config::Parameter;
using config::SettingKey;
using config::SettingType;

const Family& family_of(std::string_view name) {
    static const auto families = config::load_families(OFFHOOK_SOURCE_DIR "/families");
    EXPECT_TRUE(families) << families.error().front().text();
    return *find_family(*families, name);
}

struct Nasty {
    const char* name;
    std::string text;
};

const std::vector<Nasty>& nasty_texts() {
    using namespace std::string_literals;
    static const std::vector<Nasty> all{
        {"double quote", "a\"b"},
        {"closes an attribute", "\" reg.1.auth.password=\"x"},
        {"closes an element", "\"/><reg reg.1.address=\"evil\"/><x y=\""},
        {"closes a line", "x\"\r\nADMIN_PASS=\"evil"},
        {"apostrophe", "o'brien"},
        {"carriage return, line feed", "a\r\nb=c"},
        {"line feed alone", "a\nb"},
        {"carriage return alone", "a\rb"},
        {"tab", "a\tb"},
        {"end of CDATA", "a]]>b"},
        {"comment", "<!-- a --><b/>"},
        {"open comment", "<!--"},
        {"processing instruction", "<?xml version=\"1.0\"?>"},
        {"document type", "<!DOCTYPE a [<!ENTITY b SYSTEM \"file:///etc/passwd\">]>&b;"},
        {"NUL", "a\0b"s},
        {"other control characters", "a\x01\x1b\x7f"},
        {"lone high surrogate", "a\xed\xa0\x80z"},
        {"lone low surrogate", "a\xed\xb0\x80z"},
        {"overlong slash", "a\xc0\xafz"},
        {"overlong quote", "a\xe0\x80\xa2z"},
        {"beyond Unicode", "a\xf4\x90\x80\x80"},
        {"cut off", "a\xe2\x82"},
        {"Latin-1", "M\xfcller"},
        {"no character", "a\xef\xbf\xbfz"},
        {"byte order mark", "\xef\xbb\xbf"
                            "a"},
        {"line separator", "a\xe2\x80\xa8z"},
        {"next line", "a\xc2\x85z"},
        {"character reference", "&#x0;&#34;&quot;&amp;&lt;"},
        {"entity", "&xxe;"},
        {"ampersand", "a & b && c"},
        {"angle brackets", "<reg reg.1.address=x>"},
        {"magic line", "# Panasonic SIP Phone Standard Format File # DO NOT CHANGE THIS LINE!"},
        {"comment sign", "#ADMIN_PASS"},
        {"semicolons", "a; b ;c"},
        {"our own variables", "{mac} {MAC} {model} {origin} {setting:line.1.password} {path:site} {{MAC}} {"},
        {"a phone's variables", "$MA $PN [PHONE_MAC_ADDRESS] {MODEL}"},
        {"format", "%s%n%1$s {0} {}"},
        {"backslashes", "\\\\a\\\"\\"},
        {"blanks at its ends", "  a  "},
        {"only blanks", "   "},
        {"right to left", "a\xe2\x80\xaez"},
        {"beyond the basic plane", "\xf0\x9f\x98\x80"},
        {"10,000 characters", std::string(10'000, 'x')},
        {"4,096 ampersands", std::string(4096, '&')},
        {"501 characters", std::string(501, 'x')},
    };
    return all;
}

bool is_text(const config::SettingSpec& spec) {
    return spec.type == SettingType::text || spec.type == SettingType::user_part || spec.type == SettingType::url ||
           spec.type == SettingType::host || spec.type == SettingType::language ||
           spec.type == SettingType::dial_plan || spec.type == SettingType::zone;
}

/// A line and a key to go with whatever is tried, so that rows which need company are written.
GeneratedCatalogue company(const Family& family) {
    GeneratedCatalogue out;
    out.family = &family;
    out.model = &family.models().front();
    out.wire = config::Wire::tls; // credentials of the boot server stand only there
    for (const auto& [name, value] : {std::pair{"line.1.user", "1003"},
                                      {"line.1.password", "s3cret"},
                                      {"line.1.registrar.host", "pbx.example.net"},
                                      {"key.1.type", "blf"},
                                      {"key.1.value", "1004"},
                                      {"key.1.label", "Desk"}})
        out.statements.push_back({LayerKind::device, *config::find_setting(name), value});
    return out;
}

/// By eye and not by our reader: comments, empty lines and NAME="value" with two quotes, each ended by CR LF.
bool is_plain_list(std::string_view text) {
    while (!text.empty()) {
        const auto end = text.find("\r\n");
        if (end == std::string_view::npos) return false;
        const auto line = text.substr(0, end);
        text.remove_prefix(end + 2);
        if (line.find_first_of("\r\n") != std::string_view::npos) return false;
        const bool is_parameter = !line.empty() && line.front() != '#';
        if (is_parameter && (std::count(line.begin(), line.end(), '"') != 2 || line.back() != '"')) return false;
    }
    return true;
}

/// What its files are like.
struct Shape {
    enum class Order : std::uint8_t { as_written, its_own } order; ///< lines of a section stand together
    enum class Grammar : std::uint8_t {
        xml,
        xml_trimmed,
        lines
    } grammar;            ///< `xml_trimmed`: blanks at ends have no place
    const char* raw_name; ///< a parameter that the pack does not know
};

Shape shape_of(const Family& family) {
    using enum Shape::Order;
    using enum Shape::Grammar;
    static const std::map<std::string_view, Shape> shapes{{"polycom", {as_written, xml, "VOICE_EXTRA"}},
                                                          {"panasonic", {as_written, lines, "VOICE_EXTRA"}},
                                                          {"linksys-spa", {as_written, xml_trimmed, "VOICE_EXTRA"}},
                                                          {"genband-ip88", {its_own, lines, "VOIP.voice_extra"}},
                                                          {"yealink", {as_written, lines, "voice_extra"}},
                                                          {"snom", {its_own, xml, "voice_extra"}},
                                                          {"grandstream", {its_own, xml, "P9999"}},
                                                          {"cisco-mpp", {as_written, xml_trimmed, "VOICE_EXTRA"}}};
    return shapes.at(family.name());
}

/// What the server says it wrote is what a reader of the grammar finds, and no more.
void expect_whole(const TwoEnds& ends, const Family& family, std::string_view what) {
    const Shape shape = shape_of(family);
    for (const auto& [name, text] : ends.files) {
        const auto match = family.match_path(name);
        ASSERT_TRUE(match && match->document != nullptr) << name;
        auto read = match->document->syntax->read(text);
        ASSERT_TRUE(read) << what << ": " << name << ": " << read.error().text() << "\n" << text;
        EXPECT_TRUE(read->notes.empty()) << what << ": " << name << ": " << read->notes.front().text;
        if (family.name() == "panasonic") {
            EXPECT_TRUE(is_plain_list(text)) << what << "\n" << text;
        }
        auto wanted = ends.written.contains(name) ? ends.written.at(name) : std::vector<Parameter>();
        if (shape.order == Shape::Order::its_own) {
            const auto by_name = [](const Parameter& a, const Parameter& b) { return a.name < b.name; };
            std::sort(wanted.begin(), wanted.end(), by_name);
            std::sort(read->parameters.begin(), read->parameters.end(), by_name);
        }
        EXPECT_EQ(read->parameters, wanted) << what << "\n" << text;
    }
}

/// Whether xmllint takes every file of the directory.
bool is_well_formed(const std::filesystem::path& directory) {
    const std::string command =
        "cd '" + directory.string() + "' && find . -name '*.xml' -print0 | xargs -0 xmllint --noout";
    return std::system(command.c_str()) == 0;
}

class NastyText : public testing::TestWithParam<const char*> {};

TEST_P(NastyText, StandsWholeInItsPlaceOrIsLeftOut) {
    const Family& family = family_of(GetParam());
    const auto directory =
        std::filesystem::temp_directory_path() / ("nasty-" + std::to_string(::getpid()) + std::string(GetParam()));
    std::filesystem::remove_all(directory);
    std::filesystem::create_directories(directory);
    std::size_t taken = 0, refused = 0, files = 0;
    for (std::uint16_t id = 0; id < config::vocabulary().size(); ++id) {
        const auto& spec = config::vocabulary()[id];
        if (!is_text(spec) || spec.name == "provisioning.file_key") continue;
        const SettingKey key{id, std::uint16_t(spec.index_max == 0 ? 0 : 1)};
        for (const Nasty& nasty : nasty_texts()) {
            const auto value = check_value(key, nasty.text);
            if (!value) continue; // refused where it was typed
            GeneratedCatalogue catalogue = company(family);
            std::erase_if(catalogue.statements, [&](const Statement& each) { return each.setting == key; });
            catalogue.statements.push_back({LayerKind::site, key, *value});
            const TwoEnds ends(catalogue);
            const std::string what = name_of(key) + ", " + nasty.name;
            expect_whole(ends, family, what);
            ASSERT_FALSE(HasFailure());
            ASSERT_FALSE(ends.refusal) << what << ": " << ends.refusal->text();
            ++(ends.left_out.empty() ? taken : refused);
            for (const auto& [name, text] : ends.files)
                std::ofstream(directory / (std::to_string(++files) + ".xml"), std::ios::binary) << text;
        }
    }
    EXPECT_GT(taken, 300U);
    using enum Shape::Grammar;
    const auto grammar = shape_of(family).grammar;
    EXPECT_EQ(refused > 0, grammar != xml) << refused << ": XML carries whatever a setting may hold, lines do not";
    if (grammar != lines) {
        EXPECT_TRUE(is_well_formed(directory)) << "xmllint --noout " << directory;
    }
    std::filesystem::remove_all(directory);
}

TEST_P(NastyText, OfARawParameterStandsWholeOrIsLeftOut) {
    const Family& family = family_of(GetParam());
    std::size_t taken = 0;
    for (const Nasty& nasty : nasty_texts()) {
        GeneratedCatalogue catalogue = company(family);
        catalogue.raw.emplace_back(shape_of(family).raw_name, nasty.text);
        const TwoEnds ends(catalogue);
        expect_whole(ends, family, nasty.name);
        EXPECT_FALSE(ends.refusal) << nasty.name;
        taken += ends.left_out.empty() ? 1 : 0;
    }
    EXPECT_GT(taken, 15U);
}

TEST_P(NastyText, NamesNoParameter) {
    const Family& family = family_of(GetParam());
    for (const Nasty& nasty : nasty_texts()) {
        GeneratedCatalogue catalogue = company(family);
        catalogue.raw.emplace_back("X" + nasty.text, "value");
        const TwoEnds ends(catalogue);
        expect_whole(ends, family, nasty.name);
        EXPECT_FALSE(ends.refusal) << nasty.name;
        EXPECT_FALSE(ends.left_out.empty()) << nasty.name;
    }
}

INSTANTIATE_TEST_SUITE_P(Families, NastyText,
                         testing::Values("polycom", "panasonic", "linksys-spa", "genband-ip88", "yealink", "snom",
                                         "grandstream", "cisco-mpp"),
                         [](const auto& family) {
                             std::string name = family.param;
                             std::replace(name.begin(), name.end(), '-', '_');
                             return name;
                         });

} // namespace
} // namespace offhook::round_trip
