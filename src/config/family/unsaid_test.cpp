// What a text row's chosen form has no place for is told, unless another row says it.
#include "config/family/loader.hpp"
#include "config/family/pack_case_test.hpp"

#include <gtest/gtest.h>

namespace offhook::config {
namespace {

constexpr const char* function_row =
    "[[text]]\nwrite = \"F{n}\"\nalso = { \"E{n}\" = \"off\" }\nwithout = \";\"\n"
    "with = { type = \"key.{n}.type\", value = \"key.{n}.value\", label = \"key.{n}.label\" }\n"
    "forms = [{ text = \"blf={value};{label}\", when = { type = \"blf\" } }, "
    "{ text = \"blf={value}\", when = { type = \"blf\" } }, { text = \"\", when = { type = \"none\" } }]\n";
constexpr const char* line_row =
    "[[text]]\nwrite = \"E{n}\"\nwith = { type = \"key.{n}.type\", line = \"key.{n}.line\" }\n"
    "forms = [{ text = \"{line}\", when = { type = \"line\" } }, { text = \"off\", when = { type = \"none\" } }]\n";
constexpr const char* label_row =
    "[[text]]\nwrite = \"S{n}\"\n"
    "with = { type = \"key.{n}.type\", label = \"key.{n}.label\", other = \"line.{n}.label\" }\n"
    "forms = [{ text = \"{label}\", when = { type = \"line\" }, read = false }, \"{other}\"]\n";

PackText keys_pack(const std::string& settings) {
    std::string parameters;
    for (const char* name : {"F{n}", "E{n}", "S{n}", "P", "Q"})
        parameters += "\"" + std::string(name) + "\" = { type = \"text\", source = \"made up\", confidence = \"B\" }\n";
    return {"p",
            "schema = 1\nname = \"p\"\ntitle = \"P\"\nouis = [\"000b82\"]\n"
            "[[request]]\nuser_agent = \"P {model}\"\nsource = \"made up\"\n"
            "[[document]]\nkind = \"phone\"\npath = \"{mac}.xml\"\nsyntax = \"grandstream-xml\"\nsummary = \"all\"\n",
            "[model.M4]\nlines = 4\nkeys = 4\n", parameters, settings};
}

PackCase keys_of(const std::string& rows, std::vector<std::pair<std::string, std::string>> settings) {
    const auto family = load_family(keys_pack(rows));
    EXPECT_TRUE(family) << family.error().front().text();
    PackCase given;
    given.model = "M4";
    given.settings = std::move(settings);
    return family ? run_pack_case(**family, given) : given;
}

using KeyLines = std::vector<std::string>;

TEST(UnsaidInputs, AreToldWithWhatLeftThemNoPlace) {
    const std::string rows = std::string(function_row) + line_row;
    const struct {
        std::vector<std::pair<std::string, std::string>> settings;
        KeyLines parameters, notes;
    } cases[] = {
        {{{"key.1.type", "line"}, {"key.1.line", "3"}}, {"E1 = 3"}, {}},
        {{{"key.1.type", "blf"}, {"key.1.value", "20"}, {"key.1.line", "3"}},
         {"E1 = off", "F1 = blf=20"},
         {"key.1.line: left out: with key.1.type = blf there is no place for it"}},
        {{{"key.1.type", "line"}, {"key.1.line", "3"}, {"key.1.value", "20"}, {"key.1.label", "Joe"}},
         {"E1 = 3"},
         {"key.1.label: left out: with key.1.type = line there is no place for it",
          "key.1.value: left out: with key.1.type = line there is no place for it"}},
        {{{"key.1.line", "3"}}, {}, {"key.1.line: left out: what goes with it is not stated"}},
        {{{"key.1.type", "line"}}, {}, {"key.1.type: left out: what goes with it is not stated"}},
        // Of a type that the family does not have the rest goes without saying, and of what has a note already.
        {{{"key.1.type", "park"}, {"key.1.value", "20"}, {"key.1.line", "1"}},
         {},
         {"key.1.type: this family has no 'park'"}},
        {{{"key.1.type", "blf"}, {"key.1.value", "20"}, {"key.1.label", "a;b"}},
         {"E1 = off", "F1 = blf=20"},
         {"key.1.label: left out of F1: a ';' would end its place there"}},
    };
    for (const auto& row : cases) {
        const auto result = keys_of(rows, row.settings);
        EXPECT_EQ(result.parameters, row.parameters) << row.settings.back().first;
        EXPECT_EQ(result.notes, row.notes) << row.settings.back().first;
    }
}

TEST(UnsaidInputs, AnotherRowMaySayThem) {
    const std::string plain = "[\"key.{n}.value\"]\nwrite = \"S{n}\"\nsecond = true\n";
    const std::vector<std::pair<std::string, std::string>> stated = {
        {"key.1.type", "line"}, {"key.1.line", "3"}, {"key.1.value", "20"}};
    EXPECT_EQ(keys_of(std::string(function_row) + line_row, stated).notes.size(), 1U);
    EXPECT_EQ(keys_of(std::string(function_row) + line_row + plain, stated).notes, KeyLines());
    const auto labelled = keys_of(std::string(function_row) + line_row + label_row,
                                  {{"key.1.type", "line"}, {"key.1.line", "3"}, {"key.1.label", "Fax"}});
    EXPECT_EQ(labelled.notes, KeyLines());
    EXPECT_EQ(labelled.parameters, (KeyLines{"E1 = 3", "S1 = Fax"}));
}

TEST(UnsaidInputs, AValueWithoutASpellingIsToldWhy) {
    const std::string row = "[[text]]\nwrite = \"P\"\nwith = { host = \"syslog.server\", "
                            "level = { setting = \"syslog.level\", values = { info = \"2\" } } }\n"
                            "forms = [\"{host},{level}\", \"{host}\"]\n";
    const auto result = keys_of(row, {{"syslog.server", "192.0.2.1"}, {"syslog.level", "debug"}});
    EXPECT_EQ(result.parameters, KeyLines{"P = 192.0.2.1"});
    EXPECT_EQ(result.notes, KeyLines{"syslog.level: left out of P: this family cannot say 'debug'"});
}

TEST(Forms, OneThatIsNotReadIsAnothersText) {
    const auto result = keys_of(std::string(function_row) + line_row + label_row,
                                {{"key.1.type", "line"}, {"key.1.line", "3"}, {"key.1.label", "Fax"}});
    EXPECT_EQ(result.reads, (KeyLines{"line.1.label = Fax", "key.1.type = line", "key.1.line = 3"}));
}

TEST(Forms, WithoutATextEmptiesTheParameter) {
    const auto result = keys_of(std::string(function_row) + line_row, {{"key.2.type", "none"}});
    EXPECT_EQ(result.parameters, (KeyLines{"F2 = ", "E2 = off"}));
    EXPECT_EQ(result.notes, KeyLines());
    EXPECT_EQ(result.reads, KeyLines()) << "as it was";
}

TEST(Rows, ShareAParameterOrASettingOnlyWhereTheyAreNeverWrittenTogether) {
    const auto error_of = [](const std::string& rows) {
        const auto family = load_family(keys_pack(rows));
        return family ? std::string() : family.error().front().text();
    };
    EXPECT_EQ(error_of(std::string(function_row) + line_row + label_row), "");
    std::string both = line_row; // its `off` is now for blf, which the companion is written with
    both.replace(both.find("\"none\""), 6, "\"blf\"");
    EXPECT_NE(error_of(std::string(function_row) + both).find("'E{n}' is written by two rows"), std::string::npos);
    std::string twice = label_row;
    twice.replace(twice.find("\"line\""), 6, "\"blf\"");
    EXPECT_NE(error_of(std::string(function_row) + line_row + twice).find("'key.{n}.label' is mapped twice"),
              std::string::npos);
    const std::string plain = "[\"key.{n}.line\"]\nwrite = \"E{n}\"\n";
    EXPECT_NE(error_of(std::string(function_row) + plain).find("'E{n}' is written by two rows"), std::string::npos);
}

} // namespace
} // namespace offhook::config
