#include "server/local_layer.hpp"

#include "server/test_house.hpp"

#include <algorithm>
#include <gtest/gtest.h>

namespace offhook::server {
namespace {

const config::OtherFile& upload_file(std::string_view kind) {
    for (const auto& file : config::find_family(house_families(), "polycom")->other_files())
        if (file.kind == kind) return file;
    throw std::runtime_error("the pack has no such upload");
}

/// Reads uploads of a phone for which fleet and device state what is given.
class Phone {
public:
    Phone(const SettingRows& fleet, const SettingRows& device) : fleet_(layer_of(fleet)), device_(layer_of(device)) {}

    Phone& sent(std::string_view kind, std::string bytes) {
        texts_.push_back(std::make_unique<std::string>(std::move(bytes)));
        uploads_.push_back({&upload_file(kind), *texts_.back(), WallTime(std::chrono::seconds(7))});
        return *this;
    }
    [[nodiscard]] LocalLayer read() const {
        const auto* family = config::find_family(house_families(), "polycom");
        const config::LayerRef layers[] = {{config::LayerKind::vendor_default, &family->defaults()},
                                           {config::LayerKind::fleet, &fleet_},
                                           {config::LayerKind::device, &device_}};
        return read_local({family, family->find_model("SPIP650"), layers, keys_}, uploads_);
    }
    Phone& with_key(std::string_view key) {
        keys_.push_back(key);
        return *this;
    }

private:
    config::Layer fleet_, device_;
    std::vector<std::unique_ptr<std::string>> texts_;
    std::vector<LocalUpload> uploads_;
    std::vector<std::string_view> keys_;
};

std::string overrides(const std::string& attributes) {
    return "<?xml version=\"1.0\" standalone=\"yes\"?>\n<PHONE_CONFIG>\n  <OVERRIDES " + attributes +
           "/>\n</PHONE_CONFIG>\n";
}

const LocalEntry* find(const LocalLayer& local, std::string_view name) {
    for (const auto& entry : local.entries)
        if (entry.name == name) return &entry;
    return nullptr;
}

TEST(LocalLayer, AChangeIsASettingWithWhatItShadowsAndWhoSaysThat) {
    const auto local = Phone({{"time.server", "ntp.example.net"}}, line_rows("1001"))
                           .sent("overrides", overrides("reg.1.label=\"Desk\" tcpIpApp.sntp.address=\"10.0.0.9\""))
                           .read();
    const auto* label = find(local, "line.1.label");
    ASSERT_NE(label, nullptr);
    EXPECT_EQ(label->value, "Desk");
    EXPECT_EQ(label->file, "overrides");
    EXPECT_FALSE(label->shadows);
    const auto* server = find(local, "time.server");
    ASSERT_NE(server, nullptr);
    ASSERT_TRUE(server->shadows);
    EXPECT_EQ(server->shadows->value, "ntp.example.net");
    EXPECT_EQ(server->shadows->layer, config::LayerKind::fleet);
    EXPECT_EQ(local.entries.size(), 2U);
    EXPECT_TRUE(local.problems.empty());
    ASSERT_NE(local.find("reg.1.label"), nullptr);
    EXPECT_EQ(local.find("reg.1.address"), nullptr);
}

TEST(LocalLayer, AnUnknownParameterIsKeptRawAndCountsAsASecret) {
    const auto local = Phone({}, {}).sent("overrides", overrides("no.such.parameter=\"x\"")).read();
    const auto* raw = find(local, "raw:no.such.parameter");
    ASSERT_NE(raw, nullptr);
    EXPECT_EQ(raw->value, "x");
    EXPECT_EQ(raw->secrecy, config::Secrecy::secret);
}

TEST(LocalLayer, APasswordIsASecret) {
    const auto local =
        Phone({}, line_rows("1001")).sent("overrides", overrides("reg.1.auth.password=\"other\"")).read();
    const auto* password = find(local, "line.1.password");
    ASSERT_NE(password, nullptr);
    EXPECT_EQ(password->secrecy, config::Secrecy::secret);
    EXPECT_EQ(password->shadows->value, "secret-of-1001");
}

TEST(LocalLayer, OfTwoFilesTheFirstOfThePackCounts) {
    const auto local = Phone({}, {})
                           .sent("overrides", overrides("reg.1.label=\"keys\""))
                           .sent("web overrides", overrides("reg.1.label=\"web\" reg.1.displayName=\"Anna\""))
                           .read();
    EXPECT_EQ(find(local, "line.1.label")->value, "keys");
    EXPECT_EQ(local.entries.size(), 2U);
    EXPECT_EQ(local.layer.find(*config::find_setting("line.1.label")), "keys");
    EXPECT_EQ(find(local, "line.1.display_name")->file, "web overrides");
    EXPECT_EQ(*local.find("reg.1.label"), "keys");
}

TEST(LocalLayer, OfTwoEqualNamesTheFirstCountsAndIsNoted) {
    const auto local =
        Phone({}, {}).sent("overrides", "<A><B reg.1.label=\"one\"/><C reg.1.label=\"two\"/></A>").read();
    EXPECT_EQ(find(local, "line.1.label")->value, "one");
    EXPECT_EQ(local.parameters.size(), 1U);
    EXPECT_EQ(local.problems.size(), 1U);
}

TEST(LocalLayer, WhatCannotBeReadIsAProblemThatNamesThePlace) {
    struct Row {
        const char *name, *bytes;
    };
    for (const Row& row : {Row{"empty", ""}, Row{"text", "hello"}, Row{"cut", "<A reg.1.label=\"x\""},
                           Row{"binary", "\x01\x02\xff"}, Row{"unclosed", "<A><B reg.1.label=\"x\"/>"}}) {
        const auto local =
            Phone({}, {}).sent("overrides", row.bytes).sent("web overrides", overrides("reg.1.label=\"web\"")).read();
        ASSERT_EQ(local.problems.size(), 1U) << row.name;
        EXPECT_EQ(local.problems[0].file, "overrides") << row.name;
        EXPECT_NE(local.problems[0].where.find("line "), std::string::npos) << row.name << local.problems[0].where;
        EXPECT_NE(find(local, "line.1.label"), nullptr) << row.name << ": the other file still counts";
    }
}

TEST(LocalLayer, AnEmptyOverrideFileIsNoChange) {
    const auto local = Phone({}, line_rows("1001")).sent("overrides", overrides("")).read();
    EXPECT_TRUE(local.entries.empty());
    EXPECT_TRUE(local.problems.empty());
    EXPECT_TRUE(local.layer.empty());
}

TEST(LocalLayer, ASealedFileIsReadWithTheDevicesKeyAndWithoutOneSaysSo) {
    const auto* seal = config::find_seal("polycom-project");
    ASSERT_NE(seal, nullptr);
    constexpr std::string_view key = "0123456789abcdef0123456789abcdef", other = "ffffffffffffffffffffffffffffffff";
    const auto sealed = seal->seal(overrides("reg.1.label=\"Desk\""), key, "salt");
    ASSERT_TRUE(sealed) << sealed.error().text();
    const auto read = Phone({}, {}).with_key(other).with_key(key).sent("overrides", *sealed).read();
    ASSERT_NE(find(read, "line.1.label"), nullptr) << "the former key opens it, too";
    EXPECT_TRUE(read.problems.empty());
    const auto without = Phone({}, {}).sent("overrides", *sealed).read();
    ASSERT_EQ(without.problems.size(), 1U);
    EXPECT_NE(without.problems[0].text.find("set provisioning.file_key"), std::string::npos);
    const auto wrong = Phone({}, {}).with_key(other).sent("overrides", *sealed).read();
    ASSERT_EQ(wrong.problems.size(), 1U);
    EXPECT_NE(wrong.problems[0].text.find("does not open"), std::string::npos);
    EXPECT_EQ(wrong.problems[0].text.find(other), std::string::npos);
}

TEST(LocalLayer, WhatDiscardingWritesIsReadAsNoChange) {
    const auto* syntax = upload_file("overrides").upload.syntax;
    const auto nothing = syntax->write({});
    ASSERT_TRUE(nothing);
    const auto read = syntax->read(*nothing);
    ASSERT_TRUE(read) << *nothing;
    EXPECT_TRUE(read->parameters.empty());
}

TEST(LocalLayer, OfVeryManyChangesAPartIsShownAndSaidSo) {
    std::string many;
    for (unsigned i = 0; i < 19'999; ++i) many += "no.such.parameter." + std::to_string(i) + "=\"1\"\n";
    const auto local = Phone({}, line_rows("1001")).sent("overrides", overrides("reg.1.label=\"Desk\" " + many)).read();
    ASSERT_EQ(local.entries.size(), 2'000U);
    EXPECT_NE(find(local, "line.1.label"), nullptr);
    EXPECT_EQ(std::distance(local.layer.begin(), local.layer.end()), 2'000);
    ASSERT_EQ(local.problems.size(), 1U);
    EXPECT_EQ(local.problems[0].text, "only 2000 changes of one phone are shown; 18000 of this file are left out");
    EXPECT_EQ(local.parameters.size(), 20'000U) << "what the phone says is compared in full";
}

} // namespace
} // namespace offhook::server
