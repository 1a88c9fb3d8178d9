#include "config/compile/profile_check.hpp"

#include "base/edit_distance.hpp"
#include "base/limits.hpp"
#include "base/text.hpp"
#include "config/compile/limits.hpp"
#include "config/family/number_range.hpp"

#include <algorithm>
#include <fmt/format.h>

namespace offhook::config {
namespace {

/// With the index of `name`, its first digits: "Proxy_{n}_" for Proxi_2_ is Proxy_2_.
std::string with_index_of(std::string pattern, std::string_view name) {
    const auto open = pattern.find('{');
    const auto close = pattern.find('}', open == std::string::npos ? pattern.size() : open);
    if (open == std::string::npos || close == std::string::npos) return pattern;
    const auto begin = std::find_if(name.begin(), name.end(), ascii_digit);
    const auto end = std::find_if_not(begin, name.end(), ascii_digit);
    return pattern.replace(open, close - open + 1, begin == end ? "1" : std::string(begin, end));
}

/// Empty: none is near.
std::string nearest(const Family& family, const std::string& name) {
    std::string best;
    std::size_t best_distance = name.size() / 4 + 2; // to be beaten
    for (const ParameterFacts& facts : family.all_facts()) {
        std::string known = with_index_of(facts.name, name);
        if (const auto far = edit_distance(name, known, LetterCase::ignored); far < best_distance) {
            best_distance = far;
            best = std::move(known);
        }
    }
    return best;
}

std::optional<std::int64_t> whole_number(std::string_view text) {
    const bool negative = text.starts_with('-');
    if (negative || text.starts_with('+')) text.remove_prefix(1);
    std::int64_t out = 0;
    const bool hex = text.starts_with("0x") || text.starts_with("0X");
    if (hex) text.remove_prefix(2);
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), out, hex ? 16 : 10);
    if (text.empty() || error != std::errc{} || end != text.data() + text.size() || out < 0) // a second sign
        return std::nullopt;
    return negative ? -out : out;
}

/// Seconds with decimals: "30", ".5", "1.25".
bool is_time(std::string_view text) {
    const auto dot = text.find('.');
    const std::string_view whole = text.substr(0, dot);
    const std::string_view part = dot == std::string_view::npos ? std::string_view() : text.substr(dot + 1);
    const auto digits = [](std::string_view digit) { return std::all_of(digit.begin(), digit.end(), ascii_digit); };
    return digits(whole) && digits(part) && (!whole.empty() || !part.empty());
}

/// What is wrong with a value; empty: nothing.
std::string fault_of(std::string_view value, const ParameterFacts& facts) {
    if (value.empty() || value.find('$') != std::string_view::npos) return {};
    const std::string shown = facts.secret.value_or(false) ? "the value" : "'" + printable(value, 40) + "'";
    if (facts.type == "boolean") {
        for (const std::string_view word : {"yes", "no", "1", "0"})
            if (equal_ignoring_case(value, word)) return {};
        return shown + " is neither Yes nor No";
    }
    if (facts.type == "time") return is_time(value) ? "" : shown + " is no time in seconds";
    if (facts.type == "choice" && !facts.range.empty()) {
        for (const std::string_view option : split(facts.range, '|'))
            if (value == option) return {};
        return fmt::format("{} is none of {}", shown, facts.range);
    }
    if (facts.type != "number") return {};
    const auto number = whole_number(value);
    if (!number) return shown + " is no number";
    const auto range = facts.range.empty() ? std::nullopt : parse_range(facts.range);
    if (range && (*number < range->least || *number > range->most))
        return fmt::format("{} is not in {}", shown, facts.range);
    return {};
}

} // namespace

std::vector<Error> check_profile(const Profile& profile, const Family& family, UnknownNames unknown) {
    std::vector<Error> problems;
    for (const ProfileEntry& entry : profile.entries) {
        if (problems.size() >= limits::profile_problems_max) break;
        const std::string name = element_name(entry.name);
        const auto* facts = family.facts(name);
        if (facts == nullptr) {
            if (unknown == UnknownNames::allowed) continue;
            const std::string near = nearest(family, name);
            problems.push_back({ErrorCode::not_found,
                                fmt::format("the pack knows no parameter {}{}; --allow-unknown takes it as it is",
                                            printable(entry.name, 80),
                                            near.empty() ? "" : "; the nearest is " + source_name(family, near)),
                                entry.where});
        } else if (const std::string fault = entry.value ? fault_of(*entry.value, *facts) : ""; !fault.empty()) {
            problems.push_back({ErrorCode::invalid, fmt::format("{}: {}", entry.name, fault), entry.where});
        }
    }
    return problems;
}

} // namespace offhook::config
