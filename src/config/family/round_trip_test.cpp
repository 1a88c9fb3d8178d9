// Every row of every pack: a value of ours, to the vendor's, and back.
#include "config/family/pack.hpp"
#include "config/family/pack_case_test.hpp"

#include "base/text.hpp"

#include <gtest/gtest.h>
#include <set>

namespace offhook::config {
namespace {

std::vector<std::string> values_for(const SettingSpec& spec) {
    std::vector<std::string> out;
    switch (spec.type) {
    case SettingType::text:
        return {"a",
                "A \"b\" <c> & 'd'",
                "Ünïcödé 電話",
                "1003@vm.example.net",
                "[x]",
                "0",
                "00112233445566778899aabbccddeeff",
                "http://fw.example.net/x.fw"};
    case SettingType::user_part:
        return {"1003", "eva.muster", "+49301234567", "a:b"};
    case SettingType::number:
        for (const std::int64_t number : {spec.least, spec.least + 1, std::int64_t{60}, std::int64_t{300},
                                          std::int64_t{3600}, std::int64_t{20000}, std::int64_t{86400}, spec.most})
            if (number >= spec.least && number <= spec.most) out.push_back(std::to_string(number));
        return out;
    case SettingType::boolean:
        return {"yes", "no"};
    case SettingType::choice:
        for (const auto word : split(spec.choices, ' ')) out.emplace_back(word);
        return out;
    case SettingType::list: {
        const auto all = split(spec.choices, ' ');
        for (std::size_t i = 0; i < all.size(); ++i) {
            out.emplace_back(all[i]);
            if (i + 1 < all.size()) out.push_back(std::string(all[i + 1]) + " " + std::string(all[i]));
        }
        out.emplace_back("pcma g729 pcmu");
        return out;
    }
    case SettingType::host:
        return {"sip.example.net", "192.0.2.5", "2001:db8::5"};
    case SettingType::url:
        return {"http://prov.example.net/", "https://prov.example.net:8443/a/b", "ftp://192.0.2.5/",
                "tftp://192.0.2.5/x", "http://[2001:db8::1]:80/"};
    case SettingType::zone:
        return {"Europe/Berlin", "America/New_York",  "Asia/Kolkata", "Australia/Sydney",
                "Etc/UTC",       "America/Sao_Paulo", "Asia/Tokyo"};
    case SettingType::language:
        return {"de", "en", "en-GB", "fr", "sv", "zh", "nb"};
    case SettingType::time_of_day:
        return {"00:00", "03:30", "23:59", "04:00"};
    case SettingType::dial_plan:
        return {"xxT", "[2-9]11|0T|011xxx.T|*xx", "x.T"};
    }
    return out;
}

/// What the same pack reads from what it wrote; nullopt where it noted that it cannot say the value.
std::optional<std::string> there_and_back(const Family& family, SettingKey key, const std::string& value) {
    LayerBuilder builder;
    builder.put(key, value);
    const Layer layer = builder.build();
    const LayerRef refs[] = {{LayerKind::device, &layer}};
    const auto written = family.write(Effective(refs), nullptr);
    if (!written.notes.empty()) return std::nullopt;
    std::vector<Parameter> parameters;
    for (const auto& row : written.parameters) parameters.push_back(row.parameter);
    const auto read = family.read(parameters, nullptr);
    EXPECT_TRUE(read.not_understood.empty())
        << name_of(key) << " = " << value << ": " << read.not_understood.front().name;
    const auto found = read.settings.find(key);
    return found ? std::string(*found) : "(nothing)";
}

TEST(PackRoundTrip, EveryRowReadsBackWhatItWrote) {
    for (const auto& folder : pack_folders()) {
        const auto family = load_or_fail(folder);
        ASSERT_NE(family, nullptr);
        const auto& pack = dynamic_cast<const Pack&>(*family);
        std::set<std::uint16_t> settings;
        for (const Row& row : pack.content().rows)
            for (std::size_t i = 0; i < row.sources.size(); ++i)
                if (!row.only_chooses(i)) settings.insert(row.sources[i].what.setting);
        for (const std::uint16_t id : settings) {
            const SettingKey key{id, std::uint16_t(spec_of({id, 0}).index_max == 0 ? 0 : 1)};
            std::size_t said = 0;
            for (const std::string& given : values_for(spec_of(key))) {
                const auto value = check_value(key, given);
                ASSERT_TRUE(value) << name_of(key) << " = " << given;
                const auto back = there_and_back(*family, key, *value);
                if (!back) continue;
                // Needs another setting beside it to be written at all (a key's number without its type).
                if (*back == "(nothing)") continue;
                ++said;
                const bool many_to_one = (name_of(key) == "phone.language" && *value == "en-US") ||
                                         *value == "emergency" || *value == "alert";
                if (!many_to_one) {
                    EXPECT_EQ(*back, *value) << folder.filename() << " " << name_of(key);
                }
            }
            const bool needs_company = spec_of(key).name.starts_with("key.") ||
                                       spec_of(key).name == "line.{n}.domain" || spec_of(key).name.ends_with(".port");
            // Snom's stands behind the server's name, and not without it.
            const bool behind_host = folder.filename() == "snom" && spec_of(key).name.ends_with(".transport");
            if (!needs_company && !behind_host) {
                EXPECT_GT(said, 0U) << folder.filename() << " " << name_of(key);
            }
        }
    }
}

} // namespace
} // namespace offhook::config
