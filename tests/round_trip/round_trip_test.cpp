// What was asked of a phone and what it has after its boot: the same, or a loss that the server or the pack declares.
// OFFHOOK_ROUND_TRIP_SEED=N runs one catalogue, OFFHOOK_ROUND_TRIP_COUNT=N another number of them.
#include "two_ends.hpp"

#include "base/text.hpp"
#include "config/family/loader.hpp"
#include "config/family/pack.hpp"
#include "config/settings/zone.hpp"

#include <algorithm>
#include <cstdlib>
#include <gtest/gtest.h>

namespace offhook::round_trip {
namespace {

using config::Family;
using config::MapNote;
using config::name_of;
using config::Pack;
using config::SettingKey;
using config::spec_of;

constexpr std::uint64_t catalogues = 150;

const Pack& pack_of(std::string_view name) {
    static const auto families = config::load_families(OFFHOOK_SOURCE_DIR "/families");
    EXPECT_TRUE(families) << families.error().front().text();
    return dynamic_cast<const Pack&>(*find_family(*families, name));
}

/// What may never be declared lossy where the family has a parameter for it.
bool is_never_lossy(SettingKey key) {
    static constexpr std::string_view names[] = {"line.{n}.user",
                                                 "line.{n}.auth_user",
                                                 "line.{n}.password",
                                                 "line.{n}.display_name",
                                                 "line.{n}.domain",
                                                 "line.{n}.label",
                                                 "line.{n}.enabled",
                                                 "line.{n}.registrar.host",
                                                 "line.{n}.registrar.port",
                                                 "line.{n}.registrar.transport",
                                                 "line.{n}.registrar.expiry",
                                                 "line.{n}.registrar.register",
                                                 "line.{n}.backup_registrar.host",
                                                 "line.{n}.backup_registrar.port",
                                                 "line.{n}.outbound_proxy.host",
                                                 "line.{n}.outbound_proxy.port",
                                                 "line.{n}.outbound_proxy.transport",
                                                 "line.{n}.voicemail.number",
                                                 "line.{n}.voicemail.mailbox",
                                                 "time.zone",
                                                 "audio.codecs"};
    return std::find(std::begin(names), std::end(names), spec_of(key).name) != std::end(names);
}

/// Of a setting that may never be lossy: what has no parameter in the family, by the words of its note.
bool is_excused(const Family& family, SettingKey key, const MapNote& note) {
    struct Excuse {
        std::string_view family, setting, text;
    };
    static constexpr Excuse excuses[] = {
        // More lines than the model has keys for.
        {"", "line.{n}.", " lines"},
        // Codecs and transports that its phones do not have.
        {"", "audio.codecs", "left out, this family has no"},
        {"", "line.{n}.registrar.transport", "this family cannot say 'auto'"},
        {"genband-ip88", "line.{n}.registrar.port", "the phone takes 1024 to 32000"},
        // As long as the phone's fields are (G).
        {"genband-ip88", "line.{n}.", "it takes at most 50 characters"},
        // Clocks that change at a full hour of a day, or by one hour: no parameter says anything else.
        {"polycom", "time.zone", "summer time that is not one hour cannot be told"},
        {"genband-ip88", "time.zone", "summer time that is not one hour cannot be told"},
        {"polycom", "time.zone", "the hour of a clock change cannot be told"},
        {"linksys-spa", "time.zone", "the hour of a clock change cannot be told"},
        {"cisco-mpp", "time.zone", "the hour of a clock change cannot be told"},
        {"yealink", "time.zone", "the hour of a clock change cannot be told"},
        {"snom", "time.zone", "the hour of a clock change cannot be told"},
        {"genband-ip88", "time.zone", "the hour of a clock change cannot be told"},
        // An index of the phone's own list stands for the offset.
        {"genband-ip88", "time.zone", "this family cannot say '"},
        // The parameter's own range: no offset beyond 13 hours.
        {"polycom", "time.zone", "the phone takes -43200 to 46800 for tcpIpApp.sntp.gmtOffset"},
        // Registrations of less than five minutes (G).
        {"polycom", "line.{n}.registrar.expiry", "the phone takes at least 300"},
        // A port stands behind its host in one parameter.
        {"linksys-spa", "line.{n}.registrar.port", "its value cannot stand in Proxy_{n}_"},
        {"linksys-spa", "line.{n}.outbound_proxy.port", "its value cannot stand in Outbound_Proxy_{n}_"},
        {"cisco-mpp", "line.{n}.registrar.port", "its value cannot stand in Proxy_{n}_"},
        {"cisco-mpp", "line.{n}.outbound_proxy.port", "its value cannot stand in Outbound_Proxy_{n}_"},
        {"grandstream", "line.{n}.registrar.port", "its value cannot stand in P47"},
        {"grandstream", "line.{n}.outbound_proxy.port", "its value cannot stand in P48"},
        // So does a transport.
        {"snom", "line.{n}.registrar.port", "its value cannot stand in user_host.{n}"},
        {"snom", "line.{n}.registrar.port", "this family cannot say 'auto'"},
        {"snom", "line.{n}.registrar.transport", "its value cannot stand in user_host.{n}"},
        {"snom", "line.{n}.outbound_proxy.port", "its value cannot stand in user_outbound.{n}"},
        {"snom", "line.{n}.outbound_proxy.port", "this family cannot say 'auto'"},
        {"snom", "line.{n}.outbound_proxy.transport", "its value cannot stand in user_outbound.{n}"},
        {"snom", "line.{n}.outbound_proxy.transport", "this family cannot say 'auto'"},
        // Registrations are counted in whole minutes (G).
        {"grandstream", "line.{n}.registrar.expiry", "is no whole number in the unit that this family counts in"},
        // A domain stands behind the user in one parameter.
        {"polycom", "line.{n}.domain", "its value cannot stand in reg.{n}.address"},
    };
    const auto setting = spec_of(key).name;
    return std::any_of(std::begin(excuses), std::end(excuses), [&](const Excuse& excuse) {
        return (excuse.family.empty() || excuse.family == family.name()) && setting.starts_with(excuse.setting) &&
               note.text.find(excuse.text) != std::string::npos;
    });
}

/// Whether a note speaks of this setting: by its name, by its line's, or by one that it shares a parameter with.
bool speaks_of(const MapNote& note, SettingKey key, const Pack& pack) {
    const std::string name = name_of(key);
    if (note.setting == name || name.starts_with(note.setting + ".")) return true;
    return std::any_of(pack.content().rows.begin(), pack.content().rows.end(), [&](const config::Row& row) {
        const auto has = [&](SettingKey wanted) {
            return wanted.index == key.index &&
                   std::any_of(row.sources.begin(), row.sources.end(),
                               [&](const config::Source& source) { return source.what.setting == wanted.id; });
        };
        if (row.sources.size() < 2 || !has(key)) return false;
        const auto mate = config::find_setting(note.setting);
        return mate && has(*mate);
    });
}

/// Whether the pack's own table of values spells both with one word.
bool is_one_word(const Pack& pack, SettingKey key, std::string_view a, std::string_view b) {
    return std::any_of(pack.content().rows.begin(), pack.content().rows.end(), [&](const config::Row& row) {
        return std::any_of(row.sources.begin(), row.sources.end(), [&](const config::Source& source) {
            if (source.what.setting != key.id || source.what.part != config::Part{}) return false;
            const auto *one = source.values.vendor_of(a), *other = source.values.vendor_of(b);
            return one != nullptr && other != nullptr && *one == *other;
        });
    });
}

/// Whether the server said that the family has no word for this codec: of one, or of all that were asked.
bool is_left_out(const TwoEnds& ends, SettingKey key, std::string_view word) {
    constexpr std::string_view of_all = "has none of '";
    return std::any_of(ends.notes.begin(), ends.notes.end(), [&](const MapNote& note) {
        if (note.setting != name_of(key)) return false;
        if (note.text.find("'" + std::string(word) + "'") != std::string::npos) return true;
        const auto at = note.text.find(of_all);
        if (at == std::string::npos) return false;
        const auto words = std::string_view(note.text).substr(at + of_all.size());
        const auto all = split(words.substr(0, words.find('\'')), ' ');
        return std::find(all.begin(), all.end(), word) != all.end();
    });
}

/// Codecs of `value` that the family has a parameter for, in its order.
std::string tellable(const TwoEnds& ends, SettingKey key, std::string_view value) {
    std::vector<std::string> words;
    for (const auto word : split(value, ' '))
        if (!is_left_out(ends, key, word)) words.emplace_back(word);
    return join(words, " ");
}

/// Where the family has none of what is asked, the phone keeps its own, or what a document of many tells it.
bool is_as_far_as_told(const TwoEnds& ends, SettingKey key, std::string_view asked, std::string_view got) {
    const auto wanted = tellable(ends, key, asked);
    if (!wanted.empty() || got.empty()) return wanted == got;
    return std::any_of(ends.refs.begin(), ends.refs.end(), [&](const config::LayerRef& layer) {
        const auto value = layer.layer->find(key);
        return layer.kind <= config::LayerKind::model && value && tellable(ends, key, *value) == got;
    });
}

bool is_same(const Pack& pack, const TwoEnds& ends, SettingKey key, std::string_view asked, std::string_view got) {
    if (asked == got) return true;
    // {url:firmware.path}: a file's name stands behind where this server is.
    const bool is_path = spec_of(key).name == "firmware.path" && asked.find("://") == std::string_view::npos;
    if (is_path && got.ends_with("/" + std::string(asked))) return true;
    const auto type = spec_of(key).type;
    if (type == config::SettingType::zone) {
        const auto one = config::load_zone(asked), other = config::load_zone(got);
        return one && other && *one == *other;
    }
    if (type == config::SettingType::list && is_as_far_as_told(ends, key, asked, got)) return true;
    return !is_never_lossy(key) && is_one_word(pack, key, asked, got);
}

/// Whether that is what the phone has by itself: where it takes no empty value, it is told so.
bool is_default(const Pack& pack, SettingKey key, std::string_view got) {
    return std::any_of(pack.content().rows.begin(), pack.content().rows.end(), [&](const config::Row& row) {
        return std::any_of(row.sources.begin(), row.sources.end(), [&](const config::Source& source) {
            if (source.what.setting != key.id || source.what.part != config::Part{}) return false;
            const auto* facts = pack.facts(row.write.front().with(key.index == 0 ? 1 : key.index));
            if (facts == nullptr) return false;
            const auto value = source.unspell(key.index, facts->default_value);
            return value && *value == got;
        });
    });
}

/// What the family's files would say if that were asked for, too.
std::vector<config::Parameter> told(const Pack& pack, const TwoEnds& ends, SettingKey also, std::string_view value) {
    config::LayerBuilder builder;
    for (const auto& each : ends.asked->values())
        if (each.raw_name.empty()) builder.put(each.key, each.value);
    if (!value.empty()) builder.put(also, value);
    const config::Layer layer = builder.build();
    const config::LayerRef stated[]{{config::LayerKind::device, &layer}};
    std::vector<config::Parameter> out;
    for (auto& written : pack.write(config::Effective(stated), ends.model()).parameters)
        out.push_back(std::move(written.parameter));
    return out;
}

/// Whether files say so by themselves as soon as other settings are there: a log server alone means UDP, and a line
/// with a user is on. Then it makes no difference to them whether it is asked for.
bool is_implied(const Pack& pack, const TwoEnds& ends, SettingKey key, std::string_view got) {
    const auto* stated = ends.asked->find(key);
    return (stated == nullptr || stated->value.empty()) && told(pack, ends, key, got) == told(pack, ends, key, "");
}

/// What went wrong with one setting; empty: nothing.
std::string fault_of(const Pack& pack, const TwoEnds& ends, const config::Effective::Value& value) {
    if (value.value.empty()) {
        const auto got = ends.read.settings.find(value.key);
        if (!got || got->empty() || is_default(pack, value.key, *got) || is_implied(pack, ends, value.key, *got))
            return {};
        const auto spoken = std::find_if(ends.notes.begin(), ends.notes.end(),
                                         [&](const MapNote& note) { return speaks_of(note, value.key, pack); });
        if (spoken != ends.notes.end()) return {};
        return "nothing was asked, got '" + std::string(*got) + "'";
    }
    if (!pack.maps(value.key.id)) {
        const bool declared = value.origin == config::LayerKind::vendor_default || pack.is_used(value.key.id) ||
                              is_servers_own(value.key) ||
                              std::any_of(ends.notes.begin(), ends.notes.end(),
                                          [&](const MapNote& note) { // said once, whatever the index
                                              const auto of = config::find_setting(note.setting);
                                              return of && of->id == value.key.id;
                                          });
        return declared ? "" : "no parameter, and the pack gives no reason";
    }
    const auto got = ends.read.settings.find(value.key);
    if ((got || spec_of(value.key).type == config::SettingType::list) &&
        is_same(pack, ends, value.key, value.value, got.value_or("")))
        return {};
    // The grammar has no place for it, or for what shares its parameter, and the server says so.
    if (std::any_of(ends.left_out.begin(), ends.left_out.end(), [&](const config::LeftOut& each) {
            return speaks_of(MapNote{each.setting, each.reason}, value.key, pack);
        }))
        return {};
    const std::string said = "got " + (got ? "'" + std::string(*got) + "'" : std::string("nothing"));
    bool declared = false;
    for (const MapNote& note : ends.notes) {
        if (!speaks_of(note, value.key, pack)) continue;
        if (!is_never_lossy(value.key) || is_excused(pack, value.key, note)) return {};
        declared = true;
    }
    const bool in_directory = spec_of(value.key).name.starts_with("key.");
    if (in_directory) {
        const auto type = config::find_setting("key." + std::to_string(value.key.index) + ".type");
        const auto* stated = ends.asked->find(*type);
        if (stated == nullptr || stated->value.empty()) return {}; // a key that does nothing
        const auto* release = ends.asked->find(config::firmware_version());
        if (pack.is_in_directory(*stated, release == nullptr ? std::nullopt : config::find_release(release->value)))
            return {}; // in the contact directory: directory_test.cpp
    }
    return said + (declared ? ", and may never be declared lossy" : ", and nothing says why");
}

/// The first setting that came out otherwise; empty: none.
std::string fault_in(const Pack& pack, const TwoEnds& ends, std::string& setting) {
    const auto blamed = [&](std::string name, std::string text) {
        setting = std::move(name);
        return text;
    };
    if (ends.refusal) return blamed("refused", ends.refusal->text());
    if (!ends.complaints.empty()) return blamed("phone", ends.complaints.front());
    for (const auto& value : ends.asked->values())
        if (auto fault = fault_of(pack, ends, value); !fault.empty())
            return blamed(name_of(value.key), "asked '" + std::string(value.value) + "' (" +
                                                  std::string(to_text(value.origin)) + "), " + fault);
    for (const auto& entry : ends.read.settings) {
        if (entry.value.empty() || entry.is_raw()) continue;
        if (ends.asked->find(entry.key) == nullptr && !is_implied(pack, ends, entry.key, entry.value))
            return blamed(entry.name(), "nobody asked, got '" + std::string(entry.value) + "'");
    }
    return {};
}

/// There is no key to seal with: the server says so and makes no file.
bool is_fair_refusal(const TwoEnds& ends) {
    const auto* key = ends.asked->find(*config::find_setting("provisioning.file_key"));
    return ends.refusal->code == ErrorCode::not_found && (key == nullptr || key->value.empty());
}

/// Takes statements away as long as the same setting comes out wrong.
GeneratedCatalogue smallest(const Pack& pack, GeneratedCatalogue catalogue, const std::string& setting) {
    for (bool shrunk = true; shrunk;) {
        shrunk = false;
        for (std::size_t i = catalogue.statements.size(); i-- > 0;) {
            GeneratedCatalogue less = catalogue;
            less.statements.erase(less.statements.begin() + static_cast<std::ptrdiff_t>(i));
            std::string again;
            const TwoEnds ends(less);
            if (fault_in(pack, ends, again).empty() || again != setting) continue;
            catalogue = std::move(less);
            shrunk = true;
        }
    }
    return catalogue;
}

std::string files_of(const TwoEnds& ends) {
    std::string out;
    for (const auto& [name, text] : ends.files) out += "-- " + name + "\n" + text + "\n";
    for (const auto& note : ends.notes) out += "note: " + note.setting + ": " + note.text + "\n";
    for (const auto& note : ends.read.notes) out += "reading: " + note.setting + ": " + note.text + "\n";
    return out;
}

/// Whether the catalogue came through; a refusal that is fair is none.
enum class Outcome : std::uint8_t { same, refused, fault };

Outcome round_trip(const Pack& pack, std::uint64_t seed) {
    GeneratedCatalogue catalogue = generate(pack, seed);
    std::string setting, fault;
    {
        const TwoEnds ends(catalogue);
        fault = fault_in(pack, ends, setting);
        if (fault.empty()) return Outcome::same;
        if (ends.refusal && is_fair_refusal(ends)) return Outcome::refused;
    }
    catalogue = smallest(pack, std::move(catalogue), setting);
    const TwoEnds ends(catalogue);
    ADD_FAILURE() << "OFFHOOK_ROUND_TRIP_SEED=" << seed << ", at least\n"
                  << to_text(catalogue) << setting << ": " << fault_in(pack, ends, setting) << "\n"
                  << files_of(ends);
    return Outcome::fault;
}

std::uint64_t number_from(const char* variable, std::uint64_t otherwise) {
    const char* text = std::getenv(variable);
    return text == nullptr ? otherwise : to_number<std::uint64_t>(text).value_or(otherwise);
}

class RoundTrip : public testing::TestWithParam<const char*> {};

TEST_P(RoundTrip, WhatWasAskedIsWhatThePhoneHas) {
    const Pack& pack = pack_of(GetParam());
    const auto only = number_from("OFFHOOK_ROUND_TRIP_SEED", 0);
    const auto count = number_from("OFFHOOK_ROUND_TRIP_COUNT", catalogues);
    std::size_t refused = 0, faults = 0;
    for (std::uint64_t seed = only != 0 ? only : 1; seed <= (only != 0 ? only : count) && faults < 5; ++seed) {
        const Outcome outcome = round_trip(pack, seed);
        refused += outcome == Outcome::refused ? 1 : 0;
        faults += outcome == Outcome::fault ? 1 : 0;
    }
    if (only == 0) {
        EXPECT_LT(refused * 2, count) << "most catalogues are to be carried, not refused";
    }
}

INSTANTIATE_TEST_SUITE_P(Families, RoundTrip,
                         testing::Values("polycom", "panasonic", "linksys-spa", "genband-ip88", "yealink", "snom",
                                         "grandstream", "cisco-mpp"),
                         [](const auto& family) {
                             std::string name = family.param;
                             std::replace(name.begin(), name.end(), '-', '_');
                             return name;
                         });

} // namespace
} // namespace offhook::round_trip
