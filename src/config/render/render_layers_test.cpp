// What a family's documents say together is what the layers say, whichever layer says it; and nobody's secret is
// shared.
#include "config/render/render.hpp"

#include "base/random.hpp"
#include "base/text.hpp"
#include "config/family/loader.hpp"

#include <array>
#include <gtest/gtest.h>
#include <map>
#include <set>

namespace offhook::config {
namespace {

const Family& family_of(std::string_view name) {
    static const auto families = load_families(OFFHOOK_SOURCE_DIR "/families");
    EXPECT_TRUE(families) << families.error().front().text();
    return *find_family(*families, name);
}

constexpr std::string_view secret_mark = "sEcReT";

Layer layer(std::initializer_list<std::pair<std::string_view, std::string_view>> rows) {
    LayerBuilder builder;
    for (const auto& [name, value] : rows) EXPECT_TRUE(builder.set(name, value)) << name;
    return builder.build();
}

/// A phone's layers, and its documents as each is rendered for it.
struct Phone {
    const Family& family;
    std::string_view model_name;
    Wire wire = Wire::tls;
    Layer fleet = {}, site = {}, model = {}, group = {}, device = {}, offered = {}, unstated = {};

    enum class Known : std::uint8_t { everything, no_model };
    [[nodiscard]] Subject subject(std::span<const LayerRef> refs, Known known) const {
        Subject out;
        out.family = &family;
        out.model = known == Known::no_model ? nullptr : family.find_model(model_name);
        out.mac = MacAddress(0x0080f0c571ebULL);
        out.model_name = model_name;
        out.site_name = "hq";
        out.wire = wire;
        out.origin = "http://192.0.2.1";
        out.shared = refs.first(3);
        out.all = known == Known::no_model ? out.shared : refs;
        return out;
    }
    [[nodiscard]] std::array<LayerRef, 7> refs() const {
        return {{{LayerKind::vendor_default, &family.defaults()},
                 {LayerKind::fleet, &fleet},
                 {LayerKind::site, &site},
                 {LayerKind::model, &model},
                 {LayerKind::group, &group},
                 {LayerKind::device, &device},
                 {LayerKind::held_back, &offered, &unstated}}};
    }
    [[nodiscard]] Rendered file(std::string_view kind, Known known = Known::everything) const {
        const auto layers = refs();
        for (const Document& document : family.documents()) {
            if (document.kind != kind) continue;
            auto rendered = render(document, subject(layers, known));
            EXPECT_TRUE(rendered) << kind << ": " << rendered.error().text();
            return rendered ? std::move(*rendered) : Rendered();
        }
        ADD_FAILURE() << "no document " << kind;
        return {};
    }
    [[nodiscard]] std::map<std::string, std::string> written(std::size_t layer_count, Known known) const {
        const auto layers = refs();
        const auto whom = subject(layers, known);
        std::map<std::string, std::string> out;
        for (const auto& p : family.write(Effective(std::span(layers).first(layer_count)), whom.model).parameters)
            out.emplace(p.parameter.name, p.parameter.value);
        return out;
    }
};

const WrittenParameter* find(const Rendered& rendered, std::string_view name) {
    for (const WrittenParameter& p : rendered.parameters)
        if (p.parameter.name == name) return &p;
    return nullptr;
}

std::string value_of(const Rendered& rendered, std::string_view name) {
    const auto* found = find(rendered, name);
    return found == nullptr ? "(nothing)" : found->parameter.value;
}

TEST(RenderLayers, EachDocumentSaysWhatItsLayersChange) {
    Phone phone{family_of("panasonic"), "KX-HDV130"};
    phone.fleet = layer({{"time.server", "ntp.fleet.example"}, {"line.1.registrar.host", "pbx.fleet.example"}});
    phone.model = layer({{"time.server", "ntp.model.example"}, {"line.1.registrar.host", "pbx.model.example"}});
    phone.device = layer({{"time.server", "ntp.own.example"}});
    const auto master = phone.file("master", Phone::Known::no_model), product = phone.file("product"),
               standard = phone.file("standard");
    EXPECT_EQ(value_of(master, "NTP_ADDR"), "ntp.fleet.example");
    ASSERT_EQ(value_of(product, "NTP_ADDR"), "ntp.model.example");
    EXPECT_EQ(find(product, "NTP_ADDR")->origin, LayerKind::model);
    EXPECT_EQ(value_of(standard, "NTP_ADDR"), "ntp.own.example");
    EXPECT_EQ(value_of(standard, "SIP_RGSTR_ADDR_1"), "(nothing)") << "the product file says it";
}

TEST(RenderLayers, WithoutAModelsDocumentThePhonesOwnSaysWhatTheModelDoes) {
    Phone phone{family_of("polycom"), "SPIP650"};
    phone.site = layer({{"time.server", "ntp.site.example"}, {"syslog.server", "log.site.example"}});
    phone.model = layer({{"time.server", "ntp.model.example"}, {"syslog.server", ""}});
    phone.device = layer({{"line.1.user", "100"}});
    EXPECT_EQ(value_of(phone.file("site"), "tcpIpApp.sntp.address"), "ntp.site.example");
    const auto own = phone.file("settings");
    EXPECT_EQ(value_of(own, "tcpIpApp.sntp.address"), "ntp.model.example");
    EXPECT_EQ(find(own, "tcpIpApp.sntp.address")->origin, LayerKind::model);
    EXPECT_EQ(value_of(own, "device.syslog.serverName"), "");
    EXPECT_EQ(find(own, "device.syslog.serverName")->origin, LayerKind::model) << "who emptied it";
}

TEST(RenderLayers, WhatIsHeldBackFromAPhoneStandsInItsOwnFileAlone) {
    Phone phone{family_of("polycom"), "SPIP650"};
    phone.site = layer({{"time.server", "ntp.new.example"}, {"syslog.server", "log.new.example"}});
    phone.offered = layer({{"time.server", "ntp.former.example"}});
    phone.unstated = layer({{"syslog.server", ""}});
    EXPECT_EQ(value_of(phone.file("site"), "tcpIpApp.sntp.address"), "ntp.new.example");
    const auto own = phone.file("settings");
    EXPECT_EQ(value_of(own, "tcpIpApp.sntp.address"), "ntp.former.example");
    EXPECT_EQ(find(own, "tcpIpApp.sntp.address")->origin, LayerKind::held_back);
    EXPECT_EQ(value_of(own, "device.syslog.serverName"), "") << "as if nobody had stated it";
    EXPECT_EQ(find(own, "device.syslog.serverName")->origin, LayerKind::held_back);
}

TEST(RenderLayers, WithoutASharedDocumentThePhonesOwnSaysEverything) {
    const std::string row = " = { type = \"text\", source = \"s\", confidence = \"C\" }\n";
    const auto family = load_family(
        PackText{"p",
                 "schema = 1\nname = \"p\"\ntitle = \"P\"\n[[document]]\nkind = \"phone\"\npath = \"cfg{mac}.xml\"\n"
                 "syntax = \"polycom-attributes\"\nsummary = \"the only file that its phones take\"\n",
                 "[model.M1]\nlines = 1\n", "\"t\"" + row + "\"u.{n}\"" + row,
                 "[\"time.server\"]\nwrite = \"t\"\n[\"line.{n}.user\"]\nwrite = \"u.{n}\"\n"});
    ASSERT_TRUE(family) << family.error().front().text();
    Phone phone{**family, "M1"};
    phone.fleet = layer({{"time.server", "ntp.fleet.example"}});
    phone.device = layer({{"line.1.user", "100"}});
    const auto own = phone.file("phone");
    EXPECT_EQ(value_of(own, "t"), "ntp.fleet.example");
    EXPECT_EQ(value_of(own, "u.1"), "100");
}

TEST(RenderLayers, ANarrowerLayerEmptiesWhatABroaderDocumentSays) {
    Phone phone{family_of("panasonic"), "KX-HDV130"};
    phone.fleet = layer({{"time.server", "ntp.fleet.example"}, {"line.1.registrar.host", "pbx.fleet.example"}});
    phone.model = layer({{"time.server", ""}});
    phone.device = layer({{"line.1.registrar.host", ""}});
    EXPECT_EQ(value_of(phone.file("product"), "NTP_ADDR"), "");
    EXPECT_EQ(value_of(phone.file("standard"), "NTP_ADDR"), "(nothing)");
    EXPECT_EQ(value_of(phone.file("standard"), "SIP_RGSTR_ADDR_1"), "");
    EXPECT_EQ(find(phone.file("product"), "NTP_ADDR")->origin, LayerKind::model);
    phone.group = layer({{"line.1.registrar.host", ""}});
    phone.device = {};
    EXPECT_EQ(find(phone.file("standard"), "SIP_RGSTR_ADDR_1")->origin, LayerKind::group) << "who emptied it";
    phone.device = layer({{"time.server", "ntp.fleet.example"}});
    EXPECT_EQ(value_of(phone.file("standard"), "NTP_ADDR"), "ntp.fleet.example")
        << "what the master says counts for nothing behind the product file";
}

TEST(RenderLayers, AModelsSecretIsMovedToThePhonesOwnFile) {
    Phone phone{family_of("panasonic"), "KX-HDV130"};
    phone.model =
        layer({{"line.1.password", "sEcReT-1"}, {"line.2.password", "sEcReT-2"}, {"raw:NO_SUCH", "sEcReT-3"}});
    EXPECT_EQ(phone.file("product").text.find(secret_mark), std::string::npos);
    const auto own = phone.file("standard");
    for (const char* secret : {"sEcReT-1", "sEcReT-2", "sEcReT-3"})
        EXPECT_NE(own.text.find(secret), std::string::npos) << secret;
}

TEST(RenderLayers, AProductFileWithoutAKnownModelOrLayerSaysNothing) {
    Phone phone{family_of("panasonic"), "KX-HDV130"};
    phone.fleet = layer({{"time.server", "ntp.fleet.example"}});
    EXPECT_TRUE(phone.file("product").parameters.empty());
    EXPECT_TRUE(phone.file("product", Phone::Known::no_model).parameters.empty());
}

TEST(RenderLayers, AMasterFileHasTheLinesOfTheLargestModelAndAProductFileThoseOfItsOwn) {
    Phone phone{family_of("panasonic"), "KX-HDV130"};
    phone.fleet = layer({{"audio.codecs", "pcmu"}});
    phone.model = layer({{"audio.codecs", "g729"}});
    const auto master = phone.file("master", Phone::Known::no_model), product = phone.file("product");
    EXPECT_EQ(value_of(master, "CODEC_ENABLE0_16"), "N");
    EXPECT_NE(find(master, "CODEC_ENABLE0_2"), nullptr);
    EXPECT_NE(find(product, "CODEC_ENABLE3_2"), nullptr);
    EXPECT_EQ(find(product, "CODEC_ENABLE3_3"), nullptr);
}

TEST(RenderLayers, APreProvisioningFileLeadsWhereTheModelsLayerSays) {
    Phone phone{family_of("panasonic"), "KX-HDV130"};
    phone.fleet = layer({{"provisioning.server", "https://fleet.example.net"}});
    phone.model = layer({{"provisioning.server", "https://model.example.net"}});
    phone.device = layer({{"provisioning.server", "https://own.example.net"}});
    const auto file = phone.file("pre-provisioning");
    EXPECT_EQ(value_of(file, "CFG_STANDARD_FILE_PATH"), "https://model.example.net/Config{MAC}.cfg");
    EXPECT_EQ(value_of(file, "CFG_PRODUCT_FILE_PATH"), "https://model.example.net/Config{MODEL}.cfg");
    EXPECT_EQ(value_of(file, "CFG_MASTER_FILE_PATH"), "https://model.example.net/ConfigCommon.cfg");
}

std::string some_value(const SettingSpec& spec, Random& random) {
    const auto one_of = [&](std::initializer_list<std::string_view> all) {
        return std::string(all.begin()[random.below(all.size())]);
    };
    if (spec.secrecy == Secrecy::secret && spec.type == SettingType::text)
        return std::string(secret_mark) + std::to_string(random.below(3));
    switch (spec.type) {
    case SettingType::text:
        return one_of({"a", "b", "c d"});
    case SettingType::user_part:
        return one_of({"1003", "eva"});
    case SettingType::number:
        return std::to_string(spec.least + static_cast<std::int64_t>(random.below(2)));
    case SettingType::boolean:
        return one_of({"yes", "no"});
    case SettingType::choice:
    case SettingType::list: {
        const auto words = split(spec.choices, ' ');
        return std::string(words[random.below(words.size())]);
    }
    case SettingType::host:
        return one_of({"a.example", "192.0.2.5"});
    case SettingType::url:
        return one_of({"http://a.example/", "https://b.example/c"});
    case SettingType::zone:
        return one_of({"Europe/Berlin", "Asia/Tokyo"});
    case SettingType::language:
        return one_of({"de", "en"});
    case SettingType::time_of_day:
        return one_of({"03:30", "04:00"});
    case SettingType::dial_plan:
        return one_of({"xxT", "x.T"});
    }
    return {};
}

/// Few names, so that layers meet; every fifth value hides what broader ones say.
Layer random_layer(Random& random) {
    LayerBuilder builder;
    const auto all = vocabulary();
    for (std::uint64_t left = random.below(40); left > 0; --left) {
        const SettingSpec& spec = all[random.below(all.size())];
        if (spec.name == "provisioning.sealed") continue; // it moves a phone's settings elsewhere: sealing_test.cpp
        const SettingKey key{static_cast<std::uint16_t>(&spec - all.data()),
                             static_cast<std::uint16_t>(spec.index_max == 0 ? 0 : 1 + random.below(2))};
        const std::string value = random.below(5) == 0 ? std::string() : some_value(spec, random);
        if (const auto set = builder.set(name_of(key), value); !set) ADD_FAILURE() << set.error().text();
    }
    if (random.below(4) == 0) builder.put_raw("NO_SUCH_THING", std::string(secret_mark) + "-raw");
    return builder.build();
}

struct FamilyCase {
    std::string_view family, model, own, of_model, shared;
};

void expect_documents_mean_the_layers(const FamilyCase& each, std::uint64_t seed) {
    SeededRandom random(seed);
    Phone phone{family_of(each.family), each.model};
    for (Layer* layer : {&phone.fleet, &phone.site, &phone.model, &phone.group, &phone.device})
        *layer = random_layer(random);
    std::vector<Rendered> files{phone.file(each.own)};
    if (!each.of_model.empty()) files.push_back(phone.file(each.of_model));
    files.push_back(phone.file(each.shared, Phone::Known::no_model));
    std::map<std::string, std::string> merged;
    for (std::size_t i = 0; i < files.size(); ++i) {
        if (i != 0) {
            EXPECT_EQ(files[i].text.find(secret_mark), std::string::npos) << each.family << " seed " << seed;
        }
        for (const WrittenParameter& p : files[i].parameters) merged.emplace(p.parameter.name, p.parameter.value);
    }
    const auto wanted = phone.written(6, Phone::Known::everything);
    for (const auto& [name, value] : wanted) {
        const auto got = merged.find(name);
        EXPECT_EQ(got == merged.end() ? std::string() : got->second, value)
            << each.family << " seed " << seed << " " << name;
    }
    // A file for all models names lines and keys that this one has not.
    const auto for_all = phone.written(3, Phone::Known::no_model), for_it = phone.written(3, Phone::Known::everything);
    std::set<std::string_view> fixed; // no layer says these
    for (const Document& document : phone.family.documents())
        for (const Parameter& parameter : document.fixed) fixed.insert(parameter.name);
    for (const auto& [name, value] : merged) {
        if (fixed.contains(name)) continue;
        const bool beyond_the_model = for_all.contains(name) && !for_it.contains(name);
        if (!wanted.contains(name) && !beyond_the_model) {
            const auto nothing = phone.family.nothing_of(name);
            if (nothing) {
                EXPECT_EQ(value, *nothing) << each.family << " seed " << seed << " " << name;
            }
        }
    }
}

TEST(RenderLayers, MergedFirstWinsTheDocumentsMeanWhatTheLayersDo) {
    const FamilyCase families[] = {{"polycom", "SPIP650", "settings", "", "site"},
                                   {"panasonic", "KX-HDV130", "standard", "product", "master"}};
    for (const FamilyCase& each : families)
        for (std::uint64_t seed = 1; seed <= 300; ++seed) expect_documents_mean_the_layers(each, seed);
}

} // namespace
} // namespace offhook::config
