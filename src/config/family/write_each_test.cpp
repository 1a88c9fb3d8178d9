// Parameters whose names follow no rule: named one by one, written and read by their place.
#include "config/family/check.hpp"
#include "config/family/loader.hpp"
#include "config/family/pack_case_test.hpp"

#include <algorithm>
#include <gtest/gtest.h>

namespace offhook::config {
namespace {

PackText numbered(const std::string& parameters, const std::string& settings) {
    return {"p",
            "schema = 1\nname = \"p\"\ntitle = \"P\"\nouis = [\"000b82\"]\n"
            "[[request]]\nuser_agent = \"P {model}\"\nsource = \"made up\"\n"
            "[[document]]\nkind = \"phone\"\npath = \"{mac}.xml\"\nsyntax = \"grandstream-xml\"\nsummary = \"all\"\n",
            "[model.M4]\nlines = 4\n[model.M2]\nlines = 2\n",
            "\"P35\" = { type = \"text\", each = [\"P404\", \"P504\"], source = \"s\", confidence = \"C\" }\n"
            "\"P47\" = { type = \"text\", source = \"s\", confidence = \"C\" }\n"
            "\"P402\" = { type = \"text\", source = \"s\", confidence = \"C\" }\n"
            "\"P57\" = { type = \"text\", each = [\"P451\", \"P551\"], source = \"s\", confidence = \"C\" }\n"
            "\"P64\" = { type = \"text\", source = \"s\", confidence = \"C\" }\n" +
                parameters,
            "[\"line.{n}.user\"]\nwrite_each = \"P35\"\n"
            "[[text]]\nwrite_each = [\"P47\", \"P402\"]\n"
            "with = { host = \"line.{n}.registrar.host\", port = \"line.{n}.registrar.port\" }\n"
            "forms = [\"{host}:{port}\", \"{host}\"]\n"
            "[\"audio.codecs/place.1\"]\nwrite_each = \"P57\"\nvalues = { pcmu = \"0\", pcma = \"8\" }\n" +
                settings};
}

std::vector<std::string> errors_of(const PackText& text) {
    std::vector<std::string> out;
    if (const auto loaded = load_family(text); !loaded)
        for (const Error& error : loaded.error()) out.push_back(error.text());
    return out;
}

std::shared_ptr<const Family> family_of(const PackText& text) {
    const auto loaded = load_family(text);
    EXPECT_TRUE(loaded) << loaded.error().front().text();
    return loaded ? *loaded : nullptr;
}

PackCase written(const Family& family, const char* model, std::vector<std::pair<std::string, std::string>> settings) {
    PackCase given;
    given.model = model;
    given.settings = std::move(settings);
    return run_pack_case(family, given);
}

using Lines = std::vector<std::string>;

TEST(WriteEach, IndexNHasTheNthNameAndReadsBack) {
    const auto family = family_of(numbered("", ""));
    const auto result = written(*family, "M4",
                                {{"line.1.user", "201"},
                                 {"line.3.user", "203"},
                                 {"line.2.registrar.host", "pbx.example.net"},
                                 {"line.2.registrar.port", "5061"}});
    EXPECT_EQ(result.parameters, (Lines{"P35 = 201", "P402 = pbx.example.net:5061", "P504 = 203"}));
    EXPECT_EQ(result.notes, Lines());
    EXPECT_EQ(result.reads, Lines()) << "the same again";
}

TEST(WriteEach, TheListsEndIsTold) {
    const auto family = family_of(numbered("", ""));
    const auto result = written(*family, "M4", {{"line.3.registrar.host", "a.example.net"}, {"line.4.user", "204"}});
    EXPECT_EQ(result.parameters, Lines());
    EXPECT_EQ(result.notes, (Lines{"line.3.registrar.host: left out: what carries it is known for the first 2 only",
                                   "line.4.user: left out: what carries it is known for the first 3 only"}));
}

TEST(WriteEach, ASettingOfThePhoneStandsForEachOfItsLinesAsFarAsTheListGoes) {
    const auto family = family_of(numbered("", ""));
    EXPECT_EQ(written(*family, "M2", {{"audio.codecs", "pcma"}}).parameters, (Lines{"P57 = 8", "P451 = 8"}));
    const auto all = written(*family, "M4", {{"audio.codecs", "pcma"}});
    EXPECT_EQ(all.parameters, (Lines{"P57 = 8", "P451 = 8", "P551 = 8"}));
    EXPECT_EQ(all.notes, Lines()) << "nobody named a fourth line";
    EXPECT_EQ(all.reads, Lines());
}

TEST(WriteEach, EveryNameHasTheFactsOfItsParameter) {
    const auto family = family_of(numbered("", ""));
    for (const char* name : {"P35", "P404", "P504"}) {
        ASSERT_NE(family->facts(name), nullptr) << name;
        EXPECT_EQ(family->facts(name)->name, name);
        EXPECT_EQ(family->facts(name)->confidence, "C");
    }
    EXPECT_EQ(family->facts("P604"), nullptr);
    const auto coverage = coverage_of(*family);
    EXPECT_EQ(coverage.parameters, 9U);
    const auto mapped = std::find_if(coverage.columns.begin(), coverage.columns.end(),
                                     [](const Coverage::Column& column) { return column.name == "mapped"; });
    ASSERT_NE(mapped, coverage.columns.end());
    EXPECT_EQ(mapped->missing, Lines{"P64"});
}

TEST(WriteEach, RefusesListsThatCannotBeMeant) {
    const struct {
        const char* what;
        std::string parameters, settings;
        const char* error;
    } rows[] = {
        {"with `write`", "", "[\"time.server\"]\nwrite = \"P64\"\nwrite_each = \"P64\"\n",
         "`write` and `write_each` exclude each other"},
        {"an unknown name", "", "[\"line.{n}.label\"]\nwrite_each = [\"P64\", \"P65\"]\n",
         "parameter 'P65' is not in parameters.toml"},
        {"a name of another row", "", "[\"line.{n}.label\"]\nwrite_each = [\"P64\", \"P404\"]\n",
         "is written by two rows"},
        {"a placeholder", "\"a.{n}\" = { type = \"text\", source = \"s\", confidence = \"C\" }\n",
         "[\"line.{n}.label\"]\nwrite_each = [\"P64\", \"a.{n}\"]\n",
         "a name in a list has no placeholder: its place is the index"},
        {"twice", "", "[\"line.{n}.label\"]\nwrite_each = [\"P64\", \"P64\"]\n", "it stands twice in its list"},
        {"none", "", "[\"line.{n}.label\"]\nwrite_each = []\n", "a list of names has 1 to 999"},
        {"with `inherit`", "", "[\"line.{n}.label\"]\nwrite_each = [\"P64\"]\ninherit = { from = \"P64\" }\n",
         "`inherit` and `write_each` exclude each other"},
        {"a parameter of two lists",
         "\"P3\" = { type = \"text\", each = [\"P404\"], source = \"s\", confidence = \"C\" }\n", "",
         "parameter 'P404' is there already"},
        {"a list with a bad name",
         "\"P3\" = { type = \"text\", each = [\"P{x}\"], source = \"s\", confidence = \"C\" }\n", "",
         "no placeholder '{x}'"},
    };
    for (const auto& row : rows) {
        const auto errors = errors_of(numbered(row.parameters, row.settings));
        const bool told = std::any_of(errors.begin(), errors.end(), [&](const std::string& error) {
            return error.find(row.error) != std::string::npos;
        });
        EXPECT_TRUE(told) << row.what << ": " << testing::PrintToString(errors);
    }
}

} // namespace
} // namespace offhook::config
