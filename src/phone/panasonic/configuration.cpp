#include "phone/panasonic/configuration.hpp"

#include "base/text.hpp"
#include "config/family/number_range.hpp"
#include "protocol/url.hpp"

#include <algorithm>
#include <fmt/format.h>

namespace offhook::phone::panasonic {
namespace {

constexpr std::size_t address_bytes_max = 384; // G
constexpr std::size_t key_bytes_max = 32;      // R
constexpr std::string_view over = " over ";

tl::unexpected<Error> no(const config::Parameter& parameter, std::string_view what) {
    return fail(ErrorCode::invalid, std::string(what), parameter.name);
}

bool is_time_of_day(std::string_view text) {
    if (text.size() != 5 || text[2] != ':') return false;
    const auto hours = to_number<unsigned>(text.substr(0, 2));
    const auto minutes = to_number<unsigned>(text.substr(3));
    return hours && minutes && *hours < 24 && *minutes < 60;
}

bool is_one_of(std::string_view value, std::string_view choices) {
    const auto all = split(choices, '|');
    return std::find(all.begin(), all.end(), value) != all.end();
}

bool is_within(std::string_view value, std::int64_t least, std::int64_t most) {
    const auto number = to_number<std::int64_t>(value);
    return number && *number >= least && *number <= most;
}

Result<void> check_own(const OwnParameter& own, const config::Parameter& parameter) {
    using Kind = OwnParameter::Kind;
    const std::string& value = parameter.value;
    const bool may_be_empty = own.kind != Kind::yes_no && own.kind != Kind::number && own.kind != Kind::choice;
    if (value.empty()) return may_be_empty ? Result<void>() : no(parameter, "it may not be empty");
    switch (own.kind) {
    case Kind::yes_no:
        if (!is_one_of(value, "Y|N|y|n")) return no(parameter, "it is Y or N");
        break;
    case Kind::choice:
        if (!is_one_of(value, own.choices)) return no(parameter, fmt::format("it is one of {}", own.choices));
        break;
    case Kind::number:
        if (!is_within(value, own.least, own.most))
            return no(parameter, fmt::format("it is a number from {} to {}", own.least, own.most));
        break;
    case Kind::time_of_day:
        if (!is_time_of_day(value)) return no(parameter, "it is a time from 00:00 to 23:59");
        break;
    case Kind::address:
        if (value.size() > address_bytes_max)
            return no(parameter,
                      fmt::format("it is {} characters long, the phone takes {}", value.size(), address_bytes_max));
        break;
    case Kind::key:
        if (value.size() > key_bytes_max) return no(parameter, fmt::format("a key has at most {} characters", 32));
        break;
    case Kind::text:
        break;
    }
    return {};
}

Result<void> check_by_facts(const config::ParameterFacts& facts, const config::Parameter& parameter) {
    const std::string& value = parameter.value;
    const bool is_strict = facts.type == "number" || facts.type == "choice" || facts.type == "boolean";
    if (value.empty()) return is_strict ? Result<void>(no(parameter, "it may not be empty")) : Result<void>();
    if (facts.type == "choice" && !facts.range.empty() && !is_one_of(value, facts.range))
        return no(parameter, fmt::format("it is one of {}", facts.range));
    if (facts.type == "time" && !is_time_of_day(value)) return no(parameter, "it is a time from 00:00 to 23:59");
    if (facts.type != "number") return {};
    if (!to_number<std::int64_t>(value)) return no(parameter, "it is a number");
    const auto range = config::parse_range(facts.range);
    if (range && !is_within(value, range->least, range->most))
        return no(parameter, fmt::format("it is a number of {}", facts.range));
    return {};
}

std::optional<std::string_view> next_word(std::string_view& text) {
    const auto blank = text.find(' ');
    const auto word = text.substr(0, blank);
    text.remove_prefix(blank == std::string_view::npos ? text.size() : blank + 1);
    return word.empty() ? std::nullopt : std::optional(word);
}

/// "standard 1767225600" off the front.
bool take_stamp(std::string_view& text, Origin& origin, std::int64_t& at_s) {
    const auto name = next_word(text);
    const auto time = next_word(text);
    const auto known = name ? origin_text.from_text(*name) : std::nullopt;
    const auto number = time ? to_number<std::int64_t>(*time) : std::nullopt;
    if (!known || !number) return false;
    origin = *known, at_s = *number;
    return true;
}

bool is_device_file(Origin origin) {
    return origin == Origin::standard || origin == Origin::product || origin == Origin::master;
}

} // namespace

std::string to_text(const Provenance& provenance) {
    std::string out = fmt::format("{} {}", origin_text.to_text(provenance.origin), provenance.at_s);
    if (const auto& covered = provenance.covered)
        out += fmt::format("{}{} {} {}", over, origin_text.to_text(covered->origin), covered->at_s, covered->value);
    return out;
}

Result<Provenance> provenance_from_text(std::string_view text) {
    Provenance out;
    if (!take_stamp(text, out.origin, out.at_s)) return fail(ErrorCode::invalid, "not an origin and a time");
    if (text.empty()) return out;
    Provenance::Covered covered;
    if (next_word(text) != trim(over) || !take_stamp(text, covered.origin, covered.at_s))
        return fail(ErrorCode::invalid, "not an origin over another");
    covered.value = text;
    out.covered = std::move(covered);
    return out;
}

Result<void> check_value(const config::Parameter& parameter, const config::Family& family) {
    if (const auto* own = find_own_parameter(parameter.name)) return check_own(*own, parameter);
    if (const auto* facts = family.facts(parameter.name)) return check_by_facts(*facts, parameter);
    return {};
}

Configuration::Configuration(Flash& flash, UserPolicy policy, WallTime now)
    : flash_(flash), policy_(policy),
      now_s_(std::chrono::duration_cast<std::chrono::seconds>(now.time_since_epoch()).count()) {}

Provenance Configuration::provenance(std::string_view name) const {
    const auto found = flash_.origins.find(name);
    if (found == flash_.origins.end()) return {};
    return provenance_from_text(found->second).value_or(Provenance());
}

/// Whether what is there makes way for what `file` says.
bool Configuration::yields(const config::Parameter& parameter, const Provenance& old, Origin file) {
    const std::string& name = parameter.name;
    const auto stays = [&](std::string_view why) {
        if (flash_.parameter(name) == parameter.value) return false; // nothing is lost
        passed_over_.push_back(
            fmt::format("{} of the {} file does not count: {}", name, origin_text.to_text(file), why));
        return false;
    };
    if (old.origin == Origin::user && policy_ == UserPolicy::user_wins) return stays("a user has set it");
    if (file == Origin::pre_provisioning) {
        if (old.origin <= Origin::pre_provisioning) return true;
        return stays(fmt::format("the {} has set it, and a pre-provisioning file is below that",
                                 old.origin == Origin::user ? "user" : "provisioning"));
    }
    if (is_device_file(old.origin) && old.origin > file && !read_.contains(old.origin))
        return stays(
            fmt::format("it is from a {} file, which was not read this time", origin_text.to_text(old.origin)));
    return true;
}

void Configuration::set(const std::string& name, const std::string& value, Provenance provenance) {
    const auto found = flash_.parameters.find(name);
    if (!before_.contains(name) && !added_.contains(name)) {
        if (found == flash_.parameters.end())
            added_.insert(name);
        else
            before_.emplace(name, found->second);
    }
    flash_.parameters[name] = value;
    if (provenance.origin == Origin::user)
        flash_.changes[name] = value;
    else if (const auto change = flash_.changes.find(name); change != flash_.changes.end())
        flash_.changes.erase(change);
    flash_.origins[name] = to_text(provenance);
}

void Configuration::take(Origin file, std::span<const config::Parameter> parameters) {
    read_.insert(file);
    std::set<std::string, std::less<>> here;
    for (const auto& parameter : parameters) {
        const auto& [name, value] = parameter;
        if (!here.insert(name).second) continue; // the first of a file counts
        if (is_device_file(file) && !named_.insert(name).second) continue;
        Provenance old = provenance(name);
        if (yields(parameter, old, file)) {
            set(name, value, {file, now_s_, std::nullopt});
        } else if (old.origin == Origin::user && is_device_file(file)) {
            old.covered = Provenance::Covered{file, now_s_, value};
            flash_.origins[name] = to_text(old);
        }
    }
}

void Configuration::change(const config::Parameter& parameter) {
    const auto& [name, value] = parameter;
    const Provenance old = provenance(name);
    if (value.empty()) {
        if (!old.covered) return;
        set(name, old.covered->value, {old.covered->origin, old.covered->at_s, std::nullopt});
        if (old.covered->origin == Origin::factory) flash_.origins.erase(name);
        return;
    }
    auto covered = old.covered;
    if (old.origin != Origin::user)
        covered = Provenance::Covered{old.origin, old.at_s, std::string(in_force(flash_, name))};
    set(name, value, {Origin::user, now_s_, std::move(covered)});
}

std::vector<std::string> Configuration::changed() const {
    std::vector<std::string> out;
    for (const auto& [name, value] : flash_.parameters) {
        const auto old = before_.find(name);
        const bool differs = old != before_.end() ? old->second != value : added_.contains(name);
        if (differs) out.push_back(name);
    }
    return out;
}

std::vector<config::Parameter> Configuration::fresh() const {
    std::vector<config::Parameter> out;
    for (const auto& [name, value] : flash_.parameters) {
        const bool is_of_this_run = before_.contains(name) || added_.contains(name);
        if (is_of_this_run || provenance(name).origin == Origin::user) out.push_back({name, value});
    }
    return out;
}

} // namespace offhook::phone::panasonic
