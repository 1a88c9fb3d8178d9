#include "generated_catalogue.hpp"

#include "base/text.hpp"

#include <algorithm>
#include <array>
#include <fstream>
#include <gtest/gtest.h>
#include <set>

namespace offhook::round_trip {
namespace {

using config::LayerKind;
using config::SettingKey;
using config::SettingSpec;
using config::SettingType;

constexpr std::array layer_kinds{LayerKind::fleet, LayerKind::site, LayerKind::model, LayerKind::group,
                                 LayerKind::device};

bool happens(Random& random, unsigned percent) { return random.below(100) < percent; }

template <class Range>
auto one_of(const Range& range, Random& random) {
    return range[random.below(std::size(range))];
}

/// Every zone of the database that a phone could be told.
const std::vector<std::string>& zones() {
    static const auto all = [] {
        std::vector<std::string> out{"Etc/UTC"};
        std::ifstream tab("/usr/share/zoneinfo/zone1970.tab");
        for (std::string line; std::getline(tab, line);) {
            if (line.empty() || line.front() == '#') continue;
            const auto columns = split(line, '\t');
            const auto key = config::find_setting("time.zone");
            if (columns.size() >= 3 && config::check_value(*key, columns[2])) out.emplace_back(columns[2]);
        }
        EXPECT_GT(out.size(), 200U);
        return out;
    }();
    return all;
}

std::string any_text(std::size_t bytes_max, Random& random) {
    static constexpr std::array<std::string_view, 22> pool{
        "Reception", "A <b> & 'c'", "]]>",  "<!-- x -->", "&#x41;",      "&amp;",         "Ünïcödé 電話", "{mac}",
        "{MAC}",     "{{x}}",       "%s%n", "$PN",        "#",           "# Panasonic",   "a=b",          "a;b|c,d",
        "a\\b\\",    "'",           "/>",   "~!*()@",     "😀 telephone", "http://h/a?b&c"};
    if (happens(random, 3)) return std::string("say \"hello\"").substr(0, bytes_max);
    if (happens(random, 5)) return std::string(bytes_max, 'x');
    if (happens(random, 30)) {
        const std::string_view text = one_of(pool, random);
        if (text.size() <= bytes_max) return std::string(text);
    }
    static constexpr std::array<std::string_view, 14> letters{"a", "B",  "7", " ", "é", "<", "&",
                                                              "'", "電", ".", "_", "-", "@", ":"};
    std::string out;
    for (auto left = 1 + random.below(20); left > 0; --left) {
        const std::string_view letter = one_of(letters, random);
        if (out.size() + letter.size() <= bytes_max) out += letter;
    }
    return std::string(trim(out)).empty() ? "x" : std::string(trim(out));
}

std::string any_user(Random& random) {
    static constexpr std::array<std::string_view, 6> pool{"1003",  "eva.muster", "+49301234567",
                                                          "a:b;c", "o'brien&co", "früh"};
    return happens(random, 50) ? std::string(one_of(pool, random)) : std::to_string(1000 + random.below(9000));
}

std::string any_number(const SettingSpec& spec, Random& random) {
    const auto width = static_cast<std::uint64_t>(spec.most - spec.least) + 1;
    switch (random.below(4)) {
    case 0:
        return std::to_string(spec.least);
    case 1:
        return std::to_string(spec.most);
    case 2: { // what whole minutes and hours can say
        const auto round = spec.least + static_cast<std::int64_t>(random.below(width));
        return std::to_string(std::max(spec.least, round - round % (happens(random, 50) ? 60 : 3600)));
    }
    default:
        return std::to_string(spec.least + static_cast<std::int64_t>(random.below(width)));
    }
}

std::string any_list(const SettingSpec& spec, Random& random) {
    auto words = split(spec.choices, ' ');
    std::vector<std::string> out;
    for (auto left = 1 + random.below(4); left > 0 && !words.empty(); --left) {
        const auto at = words.begin() + static_cast<std::ptrdiff_t>(random.below(words.size()));
        out.emplace_back(*at);
        words.erase(at);
    }
    return join(out, " ");
}

std::string any_time_of_day(Random& random) {
    const auto two = [&](std::uint64_t number) { return (number < 10 ? "0" : "") + std::to_string(number); };
    return two(random.below(24)) + ":" + two(happens(random, 50) ? 0 : random.below(60));
}

/// Settings whose type says less than is valid.
std::string special_value(std::string_view name, Random& random) {
    static constexpr std::array<std::string_view, 3> keys{"00112233445566778899aabbccddeeff", "0123456789abcdef",
                                                          "fedcba9876543210fedcba9876543210"};
    static constexpr std::array<std::string_view, 4> releases{"2.2.0", "3.1.8", "3.2.0", "4.0.1"};
    static constexpr std::array<std::string_view, 4> paths{"sip.ld", "fw/HDV130.fw",
                                                           "https://fw.example.net/{MODEL}.fw", "a & b.ld"};
    if (name == "provisioning.file_key") return std::string(keys.front());
    if (name == "firmware.version") return std::string(one_of(releases, random));
    if (name == "firmware.path") return std::string(one_of(paths, random));
    return {};
}

} // namespace

std::string any_value(SettingKey setting, Random& random) {
    static constexpr std::array<std::string_view, 5> hosts{"sip.example.net", "192.0.2.5", "2001:db8::5",
                                                           "_sip._udp.example.net", "h"};
    static constexpr std::array<std::string_view, 6> urls{
        "http://prov.example.net/", "https://prov.example.net:8443/a/b",
        "ftp://192.0.2.5/",         "http://[2001:db8::1]:80/x",
        "tftp://192.0.2.5/x",       "https://h/a?b=c&d='e'<f>"};
    static constexpr std::array<std::string_view, 9> languages{"de", "en", "en-GB", "en-US", "no",
                                                               "nb", "zh", "pt-BR", "cs"};
    static constexpr std::array<std::string_view, 5> plans{"xxT", "[2-9]11|0T|011xxx.T|*xx", "x.T", "[1-9]xx|00x.T|+x.",
                                                           "#x"};
    const SettingSpec& spec = config::spec_of(setting);
    if (auto special = special_value(spec.name, random); !special.empty()) return special;
    switch (spec.type) {
    case SettingType::text:
        return any_text(spec.most == 0 ? 255 : static_cast<std::size_t>(spec.most), random);
    case SettingType::user_part:
        return any_user(random);
    case SettingType::number:
        return any_number(spec, random);
    case SettingType::boolean:
        return happens(random, 50) ? "yes" : "no";
    case SettingType::choice:
        return std::string(one_of(split(spec.choices, ' '), random));
    case SettingType::list:
        return any_list(spec, random);
    case SettingType::host:
        return std::string(one_of(hosts, random));
    case SettingType::url:
        return std::string(one_of(urls, random));
    case SettingType::zone:
        return one_of(zones(), random);
    case SettingType::language:
        return std::string(one_of(languages, random));
    case SettingType::time_of_day:
        return any_time_of_day(random);
    case SettingType::dial_plan:
        return std::string(one_of(plans, random));
    }
    return {};
}

GeneratedCatalogue generate(const config::Family& family, std::uint64_t seed) {
    SeededRandom random(seed);
    GeneratedCatalogue out;
    out.family = &family;
    out.model = &family.models()[random.below(family.models().size())];
    out.wire = happens(random, 50) ? config::Wire::clear : config::Wire::tls;
    const unsigned percent = happens(random, 50) ? 5 : 25; // most faults need two settings, or two layers, not all
    for (const LayerKind layer : layer_kinds) {
        if (happens(random, 25)) continue;
        for (std::uint16_t id = 0; id < config::vocabulary().size(); ++id) {
            const SettingSpec& spec = config::vocabulary()[id];
            if (spec.name.starts_with("provisioning.previous")) continue; // a rotation is a state, not a wish
            // How a file is served is no phone's own affair, and the file that says so is its model's.
            if (spec.name == "provisioning.sealed" && layer != LayerKind::site) continue;
            std::set<std::uint16_t> indexes;
            if (spec.index_max == 0) indexes.insert(0);
            while (spec.index_max != 0 && indexes.size() < 2)
                indexes.insert(static_cast<std::uint16_t>(
                    1 + random.below(happens(random, 5) ? std::uint64_t{spec.index_max} : 3)));
            for (const std::uint16_t index : indexes) {
                if (!happens(random, percent)) continue;
                const SettingKey key{id, index};
                const auto value = config::check_value(key, happens(random, 6) ? "" : any_value(key, random));
                EXPECT_TRUE(value) << name_of(key) << ": " << (value ? "" : value.error().text());
                if (value) out.statements.push_back({layer, key, *value});
            }
        }
    }
    return out;
}

std::string to_text(const GeneratedCatalogue& catalogue) {
    std::string out = std::string(catalogue.family->name()) + " " + catalogue.model->name +
                      (catalogue.wire == config::Wire::tls ? " over TLS\n" : " in clear\n");
    for (const Statement& each : catalogue.statements)
        out += "  " + std::string(to_text(each.layer)) + " " + name_of(each.setting) + " = " + each.value + "\n";
    return out;
}

} // namespace offhook::round_trip
