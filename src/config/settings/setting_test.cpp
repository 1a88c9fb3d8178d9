#include "config/settings/setting.hpp"

#include "base/text.hpp"

#include <gtest/gtest.h>

namespace offhook::config {
namespace {

TEST(Setting, EveryEntryOfTheVocabularyIsFoundByItsNameAndSaysWhatItIs) {
    for (const SettingSpec& spec : vocabulary()) {
        const auto id = find_pattern(spec.name);
        ASSERT_TRUE(id) << spec.name;
        const SettingKey key{*id, static_cast<std::uint16_t>(spec.index_max == 0 ? 0 : 1)};
        EXPECT_EQ(find_setting(name_of(key)).value(), key) << spec.name;
        EXPECT_FALSE(spec.summary.empty()) << spec.name;
        EXPECT_EQ(spec.index_max != 0, spec.name.find("{n}") != std::string_view::npos) << spec.name;
        const bool choosing = spec.type == SettingType::choice || spec.type == SettingType::list;
        EXPECT_EQ(choosing, !spec.choices.empty()) << spec.name;
        EXPECT_EQ(spec.type == SettingType::number, spec.most > spec.least && spec.type == SettingType::number)
            << spec.name;
    }
}

TEST(Setting, PasswordsAndKeysAreSecret) {
    for (const SettingSpec& spec : vocabulary()) {
        const bool sounds_secret = spec.name.find("password") != std::string_view::npos || spec.name.ends_with("_key");
        if (sounds_secret) {
            EXPECT_EQ(spec.secrecy, Secrecy::secret) << spec.name;
        }
    }
}

TEST(Setting, OnlyTheBootServersOwnAccountIsAProvisioningCredential) {
    for (const SettingSpec& spec : vocabulary()) {
        const SettingKey key{*find_pattern(spec.name), static_cast<std::uint16_t>(spec.index_max == 0 ? 0 : 1)};
        const bool expected = spec.name == "provisioning.user" || spec.name == "provisioning.password" ||
                              spec.name == "provisioning.previous_password";
        EXPECT_EQ(is_provisioning_credential(key), expected) << spec.name;
    }
}

TEST(Setting, AcceptsAndMakesCanonical) {
    const struct {
        const char *name, *value, *canonical;
    } rows[] = {{"line.1.registrar.port", "5060", "5060"},
                {"line.1.registrar.transport", "TLS", "tls"},
                {"line.1.enabled", "TRUE", "yes"},
                {"line.48.shared", "0", "no"},
                {"audio.codecs", "g722, PCMA pcmu", "g722 pcma pcmu"},
                {"time.zone", "Europe/Berlin", "Europe/Berlin"},
                {"phone.language", "en_gb", "en-GB"},
                {"provisioning.time", "03:00", "03:00"},
                {"line.1.registrar.host", "[2001:DB8::1]", "2001:db8::1"},
                {"time.server", "192.0.2.1", "192.0.2.1"},
                {"line.1.password", " p\"<&> ", " p\"<&> "},
                {"line.1.user", "", ""},
                {"dial_plan.rules", "0T|[2-9]xxx", "0T|[2-9]xxx"},
                {"firmware.path", "http://fw.example.net/a@b/x.ld", "http://fw.example.net/a@b/x.ld"},
                {"firmware.path", "fw@2/x.ld", "fw@2/x.ld"},
                {"line.1.password", "http://joe:pw@fw/", "http://joe:pw@fw/"},
                {"provisioning.server", "HTTPS://boot.example.net/p", "https://boot.example.net/p"}};
    for (const auto& row : rows) {
        const auto key = find_setting(row.name);
        ASSERT_TRUE(key) << row.name;
        const auto value = check_value(*key, row.value);
        ASSERT_TRUE(value) << row.name << ": " << value.error().text();
        EXPECT_EQ(*value, row.canonical);
    }
}

TEST(Setting, RejectsAndNamesTheSetting) {
    const struct {
        const char *name, *value;
    } rows[] = {{"line.1.registrar.port", "70000"},
                {"line.1.registrar.port", "0"},
                {"line.1.registrar.port", "x"},
                {"line.1.registrar.transport", "sctp"},
                {"line.1.enabled", "maybe"},
                {"audio.codecs", "pcmu pcmu"},
                {"audio.codecs", "mp3"},
                {"time.zone", "Europe/Atlantis"},
                {"time.zone", "../../etc/passwd"},
                {"phone.language", "german"},
                {"provisioning.time", "24:00"},
                {"provisioning.time", "3:00"},
                {"line.1.registrar.host", "pbx.example.net:5060"},
                {"line.1.registrar.host", "300.1.2.3"},
                {"line.1.registrar.host", "a b"},
                {"line.1.user", "1001@pbx"},
                {"line.1.display_name", "a\nb"},
                {"dial_plan.rules", "S0"},
                {"provisioning.server", "boot.example.net"},
                {"provisioning.server", "http:///x"},
                {"provisioning.server", "http://joe:secret@boot.example.net/"},
                {"firmware.path", "http://joe:pw@fw/x.ld"},
                {"firmware.path", "tftp://joe@fw/x.ld"},
                {"line.1.display_name", "\xff"}};
    for (const auto& row : rows) {
        const auto key = find_setting(row.name);
        ASSERT_TRUE(key) << row.name;
        const auto value = check_value(*key, row.value);
        ASSERT_FALSE(value) << row.name << " = " << row.value;
        EXPECT_EQ(value.error().where, row.name);
    }
}

TEST(Setting, ErrorsNeverRepeatASecret) {
    const auto key = *find_setting("line.1.password");
    const std::string secret = "hunter2\x01";
    const auto value = check_value(key, secret);
    ASSERT_FALSE(value);
    EXPECT_EQ(value.error().text().find("hunter2"), std::string::npos);
}

TEST(Setting, RejectsNamesAndIndexesOutOfTheVocabulary) {
    for (const char* name : {"", "line", "line.0.user", "line.49.user", "line.01.user", "line.user", "line.{n}.user",
                             "line.1.user.2", "Line.1.user", "time.zone.1"})
        EXPECT_FALSE(find_setting(name)) << name;
}

} // namespace
} // namespace offhook::config
