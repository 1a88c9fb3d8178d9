#include "config/profile_rule/rule_check.hpp"

#include "base/text.hpp"
#include "config/profile_rule/rule_place.hpp"

#include <fmt/format.h>

namespace offhook::config {
namespace {

/// Macros of other values than rules, left as they are (5.2).
Macros macros_with(const MacroValues& known) {
    Macros out{known};
    out.values.insert(example_macros().begin(), example_macros().end());
    for (char letter = 'A'; letter <= 'P'; ++letter) out.values.try_emplace(std::string(1, letter), "x");
    for (char letter = 'A'; letter <= 'D'; ++letter) out.secrets.try_emplace(fmt::format("S{}", letter), "secret");
    return out;
}

std::vector<std::string> notes_of(const Expansion& expansion) {
    std::vector<std::string> notes;
    for (const auto& name : expansion.unknown)
        notes.push_back(fmt::format("${} is no macro here and stays as it is", printable(name, 40)));
    return notes;
}

/// What a register may hold that nobody knows: a word, a number, a version.
constexpr std::string_view register_values[] = {"x", "0", "1.0.0"};

/// `check` with each of these in the registers that are not known; the first that it is content with, else the first
/// error.
template <class Check>
Result<std::vector<std::string>> check_with_any(const MacroValues& known, const Check& check) {
    Result<std::vector<std::string>> first = std::vector<std::string>();
    for (const auto value : register_values) {
        MacroValues values = known;
        for (char letter = 'A'; letter <= 'P'; ++letter) values.try_emplace(std::string(1, letter), value);
        auto checked = check(values);
        if (checked) return checked;
        if (first) first = std::move(checked);
    }
    return first;
}

} // namespace

const MacroValues& example_macros() {
    static const MacroValues values{{"MA", "000e08012345"},
                                    {"MAU", "000E08012345"},
                                    {"MAC", "00:0e:08:01:23:45"},
                                    {"PN", "SPA-942"},
                                    {"PSN", "942"},
                                    {"SN", "88019FA42805"},
                                    {"SWVER", "5.1.8"},
                                    {"HWVER", "1.0.2(63e6)"},
                                    {"CCERT", "Installed"},
                                    {"IP", "192.0.2.50"},
                                    {"EXTIP", ""},
                                    {"PRVST", "0"},
                                    {"UPGST", "1"},
                                    {"UPGERR", ""},
                                    {"PRVTMR", "0"},
                                    {"UPGTMR", "0"},
                                    {"REGTMR1", "0"},
                                    {"REGTMR2", "0"},
                                    {"UPGCOND", "true"},
                                    {"SCHEME", "tftp"},
                                    {"METH", "tftp"},
                                    {"SERV", "192.0.2.10"},
                                    {"SERVIP", "192.0.2.10"},
                                    {"PORT", "69"},
                                    {"PATH", "/spa942.cfg"},
                                    {"ERR", ""},
                                    {"UID1", "1001"},
                                    {"UID2", ""},
                                    {"ISCUST", "0"}};
    return values;
}

Result<std::vector<std::string>> check_rule(std::string_view rule, RuleForm form, const MacroValues& known,
                                            const RuleReading& reading) {
    const Expansion expansion = expand_rule(rule, macros_with(known), reading);
    const auto parsed = parse_profile_rule(expansion, form, reading);
    if (!parsed) return tl::unexpected(parsed.error());
    auto notes = notes_of(expansion);
    notes.insert(notes.end(), parsed->notes.begin(), parsed->notes.end());
    const RuleServer server{{}, "192.0.2.10", {}, "", "/x"};
    for (const auto& alternative : parsed->alternatives) {
        if (!alternative.url) continue;
        if (const auto place = complete_url(alternative, form, server, reading); !place)
            notes.push_back("it would fail: " + place.error().message);
    }
    return notes;
}

Result<std::vector<std::string>> check_trigger(std::string_view trigger, const MacroValues& known,
                                               const RuleReading& reading) {
    Macros macros = macros_with(known);
    macros.secrets.clear();
    const Expansion expansion = expand_rule(trigger, macros, reading);
    const auto parsed = parse_trigger(expansion, reading);
    if (!parsed) return tl::unexpected(parsed.error());
    return notes_of(expansion);
}

Result<std::vector<std::string>> check_rule_with_any_registers(std::string_view rule, RuleForm form,
                                                               const MacroValues& known) {
    return check_with_any(known, [&](const MacroValues& values) { return check_rule(rule, form, values); });
}

Result<std::vector<std::string>> check_trigger_with_any_registers(std::string_view trigger, const MacroValues& known) {
    return check_with_any(known, [&](const MacroValues& values) { return check_trigger(trigger, values); });
}

} // namespace offhook::config
