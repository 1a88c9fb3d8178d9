// Rows whose forms hold several settings: what no form has a place for is said, and never lost in silence.
#include "config/family/loader.hpp"
#include "config/family/pack_case_test.hpp"

#include <gtest/gtest.h>

namespace offhook::config {
namespace {

std::shared_ptr<const Family> family_of_text_rows() {
    const auto loaded = load_family(
        PackText{"p",
                 "schema = 1\nname = \"p\"\ntitle = \"P\"\nouis = [\"000b82\"]\n"
                 "[[request]]\nuser_agent = \"P {model}\"\nsource = \"made up\"\n"
                 "[[document]]\nkind = \"phone\"\npath = \"{mac}.xml\"\nsyntax = \"snom-xml\"\nsummary = \"all\"\n",
                 "[model.M4]\nlines = 4\nkeys = 4\n",
                 "\"active.{n}\" = { type = \"text\", source = \"s\", confidence = \"C\" }\n"
                 "\"user.{n}\" = { type = \"text\", source = \"s\", confidence = \"C\" }\n"
                 "\"host.{n}\" = { type = \"text\", source = \"s\", confidence = \"C\" }\n"
                 "\"context.{n}\" = { type = \"text\", source = \"s\", confidence = \"C\" }\n"
                 "\"key.{n}\" = { type = \"text\", source = \"s\", confidence = \"C\" }\n",
                 "[[text]]\nwrite = \"active.{n}\"\n"
                 "with = { enabled = \"line.{n}.enabled\", user = \"line.{n}.user\" }\n"
                 "forms = [{ text = \"off\", when = { enabled = \"no\" } }, "
                 "{ text = \"on\", when = { enabled = \"yes\" } }, { text = \"on\", when = { user = \"*\" } }]\n"
                 "[\"line.{n}.user\"]\nwrite = \"user.{n}\"\n"
                 "[values.transport]\nudp = \"udp\"\ntcp = \"tcp\"\n"
                 "[[text]]\nwrite = \"host.{n}\"\n"
                 "with = { host = \"line.{n}.registrar.host\", port = \"line.{n}.registrar.port\", "
                 "transport = { setting = \"line.{n}.registrar.transport\", values = \"transport\" } }\n"
                 "forms = [\"{host}:{port};transport={transport}\", \"{host}:{port}\", \"{host}\"]\n"
                 "[[text]]\nwrite = \"context.{n}\"\n"
                 "with = { line = \"key.{n}.line\", type = \"key.{n}.type\" }\n"
                 "forms = [\"{line}\", { text = \"active\", when = { type = \"*\" } }]\n"
                 "[[text]]\nwrite = \"key.{n}\"\n"
                 "with = { type = \"key.{n}.type\", value = \"key.{n}.value\" }\n"
                 "forms = [{ text = \"none\", when = { type = \"none\" } }, "
                 "{ text = \"blf {value}\", when = { type = \"blf\" } }]\n"});
    EXPECT_TRUE(loaded) << loaded.error().front().text();
    return loaded ? *loaded : nullptr;
}

TEST(TextRow, WhatNoFormHasAPlaceForIsSaid) {
    using Lines = std::vector<std::string>;
    const struct {
        const char* what;
        std::vector<std::pair<std::string, std::string>> settings;
        Lines parameters, notes;
    } rows[] = {
        {"all of it",
         {{"line.1.registrar.host", "a"}, {"line.1.registrar.port", "5061"}, {"line.1.registrar.transport", "tcp"}},
         {"host.1 = a:5061;transport=tcp"},
         {}},
        {"a word that the family has not, and a form without it",
         {{"line.1.registrar.host", "a"}, {"line.1.registrar.transport", "tls"}},
         {"host.1 = a"},
         {"line.1.registrar.transport: left out of host.1: this family cannot say 'tls'"}},
        {"a word that it has, and no form with it",
         {{"line.1.registrar.host", "a"}, {"line.1.registrar.transport", "tcp"}},
         {"host.1 = a"},
         {"line.1.registrar.transport: left out: what goes with it is not stated"}},
        {"a choice whose form has no place for it",
         {{"key.2.type", "none"}, {"key.2.value", "204"}},
         {"context.2 = active", "key.2 = none"},
         {"key.2.value: left out: with key.2.type = none there is no place for it"}},
        {"a choice that no form of a value is for, beside a row that is for any",
         {{"key.2.type", "headset"}},
         {"context.2 = active"},
         {"key.2.type: this family has no 'headset'"}},
        {"a choice without what goes with it, beside a row that is for any",
         {{"key.2.type", "blf"}},
         {"context.2 = active"},
         {"key.2.type: left out: what goes with it is not stated"}},
        {"what stands in another row",
         {{"line.1.user", "1003"}, {"line.1.enabled", "no"}},
         {"active.1 = off", "user.1 = 1003"},
         {}},
    };
    const auto family = family_of_text_rows();
    ASSERT_NE(family, nullptr);
    for (const auto& row : rows) {
        PackCase given;
        given.model = "M4";
        given.settings = row.settings;
        const auto result = run_pack_case(*family, given);
        EXPECT_EQ(result.parameters, row.parameters) << row.what;
        EXPECT_EQ(result.notes, row.notes) << row.what;
    }
}

} // namespace
} // namespace offhook::config
