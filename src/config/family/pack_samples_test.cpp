// What every family's recorded requests say, and that no family takes another's names.
#include "config/family/pack_samples_test.hpp"

#include "config/family/loader.hpp"
#include "config/family/pack_case_test.hpp"

#include "base/text.hpp"

#include <fstream>
#include <gtest/gtest.h>

namespace offhook::config {

std::vector<Sample> read_samples(const std::filesystem::path& path) {
    std::vector<Sample> out;
    std::ifstream file(path);
    EXPECT_TRUE(file) << path;
    Sample next;
    for (std::string line; std::getline(file, line);) {
        if (line.starts_with("#") || line.empty()) continue;
        if (line.starts_with("=> ")) {
            next.verdict = line.substr(3);
            out.push_back(next);
            next = {};
        } else if (line.starts_with("User-Agent: ")) {
            next.agent = line.substr(12);
        } else {
            next.path = line.substr(line.find(' ') + 2); // "GET /x": a listener hands paths in without the slash
        }
    }
    return out;
}

std::string verdict(const Family& family, std::string_view path, std::string_view agent) {
    std::string out;
    const auto add = [&](std::string_view name, std::string_view value) {
        if (!value.empty()) (((out += out.empty() ? "" : "; ") += name) += ' ') += value;
    };
    std::optional<MacAddress> mac;
    if (const auto match = family.match_path(path)) {
        constexpr std::string_view roles[] = {"firmware", "upload", "asset"};
        if (match->document != nullptr) add("document", match->document->kind);
        if (match->other != nullptr) add(roles[static_cast<std::size_t>(match->other->role)], match->other->kind);
        mac = match->mac;
    } else {
        out = "nothing";
    }
    if (const auto match = family.match_user_agent(agent)) {
        const Model* model = family.find_model(match->model);
        add("model", model != nullptr ? model->name : "unknown " + std::string(match->model));
        add("version", match->version);
        add("stage", match->stage);
        if (match->mac) mac = match->mac;
    }
    if (mac) add("mac", mac->text());
    return out;
}

namespace {

const Families& all() {
    static const auto loaded = load_families(std::filesystem::path(OFFHOOK_SOURCE_DIR) / "families");
    EXPECT_TRUE(loaded) << loaded.error().front().text();
    return *loaded;
}

std::vector<Sample> samples_of(std::string_view family) {
    return read_samples(std::filesystem::path(OFFHOOK_SOURCE_DIR) / "families" / family / "samples/requests.txt");
}

TEST(PackSamples, SayWhatTheirFilesSay) {
    ASSERT_GE(all().size(), 4U);
    for (const auto& family : all()) {
        const auto samples = samples_of(family->name());
        EXPECT_GE(samples.size(), 8U) << family->name();
        for (const Sample& sample : samples)
            EXPECT_EQ(verdict(*family, sample.path, sample.agent), sample.verdict)
                << family->name() << ": " << sample.path << "\n"
                << sample.agent;
    }
}

TEST(PackSamples, NoFamilyTakesAnothers) {
    for (const auto& family : all())
        for (const Sample& sample : samples_of(family->name()))
            for (const auto& other : all()) {
                if (other == family) continue;
                EXPECT_FALSE(sample.agent.empty() ? false : other->match_user_agent(sample.agent).has_value())
                    << other->name() << " takes " << sample.agent;
                const auto own = family->match_path(sample.path);
                const auto others = other->match_path(sample.path);
                // Names with a MAC are told apart by whose it is; that of 000000000000.cfg is nobody's.
                if (own && !own->mac) {
                    EXPECT_FALSE(others && !others->mac)
                        << other->name() << " takes " << sample.path << " of " << family->name();
                }
            }
}

TEST(PackSamples, EveryFamilyIsKnownByItsOuiAlone) {
    for (const auto& family : all()) {
        const Discovery& found = family->discovery();
        const bool told_by_name = !found.dhcp_classes.empty() && !samples_of(family->name()).empty();
        EXPECT_TRUE(!family->ouis().empty() || told_by_name) << family->name();
        for (const std::uint32_t oui : family->ouis()) EXPECT_EQ(family_of_oui(all(), oui), family.get());
        EXPECT_FALSE(family->discovery().offers.empty()) << family->name();
        for (const OfferRule& rule : family->discovery().offers) {
            // What the phones of one family are told must be possible with what a server knows of a stranger.
            const OfferValues values{"http://192.0.2.1/p", "192.0.2.1", IpAddress::v4(0xc0000201), "http", "", ""};
            if (rule.method != OfferMethod::dhcp6 || rule.form != OfferForm::addresses) {
                EXPECT_TRUE(expand(rule, values)) << family->name() << " " << rule.value;
            }
        }
    }
}

TEST(PackSamples, ModelsAreKnownWithTheLettersOfTheirRegion) {
    const Family& panasonic = *find_family(all(), "panasonic");
    for (const char* name : {"KX-HDV130", "kx-hdv130n", "KX-HDV130NE", "KX-HDV130X01"})
        EXPECT_NE(panasonic.find_model(name), nullptr) << name;
    for (const char* name : {"KX-HDV1300", "KX-HDV13", "KX-HDV130_N", "KX-HDV130ABCDE", "N", ""})
        EXPECT_EQ(panasonic.find_model(name), nullptr) << name;
    EXPECT_EQ(find_family(all(), "linksys-spa")->find_model("SPA942N"), nullptr);
}

TEST(PackSamples, AModelIsReadFromANameToo) {
    for (const auto& [family, path, model] : {std::tuple{"panasonic", "KX-HDV130N.cfg", "KX-HDV130"},
                                              {"linksys-spa", "spa942.cfg", "SPA942"},
                                              {"genband-ip88", "SYSCONF_8830_sip.cfg", "IP8830"}}) {
        const Family& its = *find_family(all(), family);
        const auto match = its.match_path(path);
        ASSERT_TRUE(match) << path;
        const Model* found = model_of(its, *match);
        ASSERT_NE(found, nullptr) << path;
        EXPECT_EQ(found->name, model);
    }
    const Family& linksys = *find_family(all(), "linksys-spa");
    EXPECT_EQ(model_of(linksys, *linksys.match_path("spa999.cfg")), nullptr);
    EXPECT_EQ(model_of(linksys, *linksys.match_path("000e08aabbcc.xml")), nullptr);
}

TEST(PackSamples, AnAgentTellsASerialNumberWithoutAMacOrBoth) {
    const Family& linksys = *find_family(all(), "linksys-spa");
    const struct {
        const char* agent;
        const char* serial;
        std::optional<MacAddress> mac;
    } rows[] = {
        {"Linksys/SPA-942-5.1.8 (88019FA42805)", "88019FA42805", std::nullopt},
        {"Linksys/SPA-942-5.1.8(a) (88019FA42805)", "88019FA42805", std::nullopt},
        {"Cisco/SPA504G-7.5.2 (000e08aabbcc)(CBT000000AA)", "CBT000000AA", MacAddress(0x000e08aabbccULL)},
        {"Linksys/SPA942-5.1.8", "", std::nullopt},
    };
    for (const auto& row : rows) {
        const auto match = linksys.match_user_agent(row.agent);
        ASSERT_TRUE(match) << row.agent;
        EXPECT_EQ(match->serial, row.serial) << row.agent;
        EXPECT_EQ(match->mac, row.mac) << row.agent;
    }
}

} // namespace
} // namespace offhook::config
