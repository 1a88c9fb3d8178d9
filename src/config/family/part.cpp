#include "config/family/part.hpp"

#include "base/text.hpp"
#include "config/family/zone_part.hpp"
#include "config/settings/dial_plan.hpp"

#include <algorithm>
#include <map>

namespace offhook::config {
namespace {

constexpr std::size_t places_max = 16;

tl::unexpected<Error> no_part(const SettingSpec& spec, std::string_view part) {
    return fail(ErrorCode::not_found,
                "'" + std::string(spec.name) + "' has no part '" + printable(part, 40) + "' (docs/packs.md, Parts)");
}

std::size_t place_of_choice(std::string_view choices, std::string_view word) {
    const auto all = split(choices, ' ');
    return static_cast<std::size_t>(std::find(all.begin(), all.end(), word) - all.begin());
}

bool list_part(SettingPart& out, std::string_view name) {
    const std::string_view choices = out.spec().choices;
    const auto dot = name.find('.');
    if (dot == std::string_view::npos) return false;
    const auto head = name.substr(0, dot), rest = name.substr(dot + 1);
    if (head == "place") {
        const auto place = to_number<unsigned>(rest);
        if (!place || *place == 0 || *place > places_max) return false;
        out.part = {PartKind::list_place, static_cast<std::uint8_t>(*place - 1)};
        out.type = SettingType::choice;
        out.choices = choices;
        return true;
    }
    const std::size_t choice = place_of_choice(choices, rest);
    if (choice == split(choices, ' ').size() || (head != "rank" && head != "on")) return false;
    out.part = {head == "rank" ? PartKind::list_rank : PartKind::list_on, static_cast<std::uint8_t>(choice)};
    out.type = head == "rank" ? SettingType::number : SettingType::boolean;
    out.least = 1;
    out.most = places_max;
    return true;
}

struct NamedPart {
    SettingType of;
    std::string_view name;
    PartKind kind;
    SettingType type;
    std::int64_t least, most;
    std::string_view choices;
};
constexpr NamedPart named_parts[] = {
    {SettingType::url, "scheme", PartKind::url_scheme, SettingType::choice, 0, 0, "http https ftp tftp ftps"},
    {SettingType::url, "address", PartKind::url_address, SettingType::text, 0, 0, ""},
    {SettingType::time_of_day, "hour", PartKind::clock_hour, SettingType::number, 0, 23, ""},
    {SettingType::time_of_day, "minute", PartKind::clock_minute, SettingType::number, 0, 59, ""},
    {SettingType::dial_plan, "s0", PartKind::plan_s0, SettingType::text, 0, 0, ""},
    {SettingType::text, "bits", PartKind::text_bits, SettingType::number, 8, 32768, ""},
    {SettingType::text, "url", PartKind::text_url, SettingType::text, 0, 0, ""},
};

Taken take_from_list(const SettingPart& part, std::string_view value, std::string& out) {
    const auto words = split(value, ' ');
    if (part.part.kind == PartKind::list_place) {
        if (part.part.argument >= words.size()) return Taken::nothing;
        out = words[part.part.argument];
        return Taken::value;
    }
    const auto wanted = split(part.spec().choices, ' ')[part.part.argument];
    const auto at = static_cast<std::size_t>(std::find(words.begin(), words.end(), wanted) - words.begin());
    if (part.part.kind == PartKind::list_on) {
        out = at < words.size() ? "yes" : "no";
        return Taken::value;
    }
    if (at == words.size()) return Taken::nothing;
    out = std::to_string(at + 1);
    return Taken::value;
}

/// (2xxxS0|9,xx.): without S0 the phone waits for more digits. Source linksys-spa 15 (Dial_Plan_1_).
std::string s0_of(std::string_view value) {
    const auto plan = parse_dial_plan(value);
    std::string out = "(";
    for (const DialRule& rule : *plan) {
        if (out.size() > 1) out += '|';
        std::vector<DialRule> one{rule};
        one.front().waits = false;
        out += to_text(one);
        if (!rule.waits) out += "S0";
    }
    return out + ")";
}

Result<std::string> plan_of_s0(std::string_view text) {
    if (text.size() < 2 || text.front() != '(' || text.back() != ')')
        return fail(ErrorCode::invalid, "a dial plan of this family stands in ( )");
    std::string out;
    for (std::string_view rule : split(text.substr(1, text.size() - 2), '|')) {
        if (!out.empty()) out += '|';
        const bool at_once = rule.ends_with("S0");
        if (at_once) rule.remove_suffix(2);
        out += rule;
        if (!at_once) out += 'T';
    }
    return out;
}

/// How often the timeout is repeated; a plan that nobody states is one rule.
std::size_t rule_count(const Effective& settings) {
    static const std::uint16_t rules = find_pattern("dial_plan.rules").value();
    const auto* plan = settings.find({rules, 0});
    if (plan == nullptr) return 1;
    return 1 + static_cast<std::size_t>(std::count(plan->value.begin(), plan->value.end(), '|'));
}

Result<std::string> join_list(SettingKey key, std::span<const PartValue> parts) {
    const auto choices = split(spec_of(key).choices, ' ');
    std::map<std::pair<long, std::size_t>, std::string_view> by_rank; // ties: the vocabulary's order
    std::vector<std::string_view> off;
    bool ranked = false;
    for (const PartValue& part : parts) {
        if (part.part.kind == PartKind::list_place)
            by_rank[{part.part.argument, 0}] = part.value;
        else if (part.part.kind == PartKind::list_rank)
            by_rank[{to_number<long>(part.value).value_or(0), part.part.argument}] = choices[part.part.argument];
        else if (part.value == "no")
            off.push_back(choices[part.part.argument]);
        ranked = ranked || part.part.kind != PartKind::list_on;
    }
    if (!ranked)
        for (const PartValue& part : parts) by_rank[{0, part.part.argument}] = choices[part.part.argument];
    std::vector<std::string> words;
    for (const auto& [rank, word] : by_rank)
        if (std::find(off.begin(), off.end(), word) == off.end() &&
            std::find(words.begin(), words.end(), word) == words.end())
            words.emplace_back(word);
    return join(words, " ");
}

std::string two_digits(std::string_view number) {
    return number.size() == 1 ? "0" + std::string(number) : std::string(number);
}

Result<std::string> join_named(std::span<const PartValue> parts) {
    std::string first, second;
    PartKind kind = PartKind::whole;
    for (const PartValue& part : parts) {
        const bool leads = part.part.kind == PartKind::url_scheme || part.part.kind == PartKind::clock_hour;
        (leads ? first : second) = part.value;
        kind = part.part.kind;
    }
    if (kind == PartKind::url_scheme || kind == PartKind::url_address) {
        if (second.find("://") != std::string::npos) return second; // a whole address in the place of the server's name
        if (first.empty() || second.empty())
            return fail(ErrorCode::invalid, "an address needs its scheme and its host");
        return first + "://" + second;
    }
    if (kind == PartKind::plan_s0) return plan_of_s0(second);
    if (kind == PartKind::timeout_per_rule || kind == PartKind::text_url) return second;
    return two_digits(first.empty() ? "0" : first) + ":" + two_digits(second.empty() ? "0" : second);
}

} // namespace

Result<SettingPart> find_part(std::string_view name) {
    const auto slash = name.find('/');
    const auto id = find_pattern(name.substr(0, slash));
    if (!id) return tl::unexpected(id.error());
    SettingPart out;
    out.setting = *id;
    const SettingSpec& spec = out.spec();
    if (slash == std::string_view::npos) {
        out.type = spec.type;
        out.unit = spec.unit;
        out.least = spec.least;
        out.most = spec.most;
        out.choices = spec.choices;
        return out;
    }
    const auto part = name.substr(slash + 1);
    if (spec.type == SettingType::zone) {
        if (find_zone_part(part, out)) return out;
    } else if (spec.type == SettingType::list) {
        if (list_part(out, part)) return out;
    } else if (spec.name == "dial_plan.timeout" && part == "per_rule") {
        out.part.kind = PartKind::timeout_per_rule;
        out.type = SettingType::text;
        return out;
    }
    for (const NamedPart& row : named_parts)
        if (row.of == spec.type && row.name == part) {
            out.part.kind = row.kind;
            out.type = row.type;
            out.least = row.least;
            out.most = row.most;
            out.choices = row.choices;
            return out;
        }
    return no_part(spec, part);
}

Taken take_part(const SettingPart& part, std::string_view value, const Effective& settings, std::string& out) {
    const auto colon = value.find("://");
    switch (part.part.kind) {
    case PartKind::whole:
        out = value;
        return Taken::value;
    case PartKind::list_rank:
    case PartKind::list_place:
    case PartKind::list_on:
        return take_from_list(part, value, out);
    case PartKind::url_scheme:
        out = value.substr(0, colon);
        return colon == std::string_view::npos ? Taken::cannot : Taken::value;
    case PartKind::url_address:
        if (colon == std::string_view::npos) return Taken::cannot;
        out = value.substr(colon + 3);
        return Taken::value;
    case PartKind::clock_hour:
    case PartKind::clock_minute: {
        if (value.size() != 5) return Taken::cannot;
        const auto digits = part.part.kind == PartKind::clock_hour ? value.substr(0, 2) : value.substr(3);
        out = digits.front() == '0' ? digits.substr(1) : digits;
        return Taken::value;
    }
    case PartKind::text_bits:
        out = std::to_string(value.size() * 8);
        return Taken::value;
    case PartKind::text_url:
        if (colon == std::string_view::npos) return Taken::nothing;
        out = value;
        return Taken::value;
    case PartKind::plan_s0:
        if (!parse_dial_plan(value)) return Taken::cannot;
        out = s0_of(value);
        return Taken::value;
    case PartKind::timeout_per_rule: {
        out = value;
        for (std::size_t i = 1; i < rule_count(settings); ++i) (out += '|') += value;
        return Taken::value;
    }
    default:
        return take_zone_part(part.part, value, out);
    }
}

Result<std::string> check_part(const SettingPart& part, std::uint16_t index, std::string_view value) {
    if (part.part.kind == PartKind::whole) return check_value({part.setting, index}, value);
    const auto wrong = [&] {
        return fail(ErrorCode::invalid, "'" + printable(value, 40) + "' does not fit", std::string(part.spec().name));
    };
    if (part.part.kind == PartKind::timeout_per_rule) {
        const auto all = split(value, '|');
        if (std::any_of(all.begin(), all.end(), [&](auto one) { return one != all.front(); }))
            return fail(ErrorCode::invalid, "differs from rule to rule", std::string(part.spec().name));
        return check_value({part.setting, index}, all.front());
    }
    switch (part.type) {
    case SettingType::number: {
        const auto number = to_number<std::int64_t>(value.starts_with('+') ? value.substr(1) : value);
        if (!number || *number < part.least || *number > part.most) return wrong();
        return std::to_string(*number);
    }
    case SettingType::boolean:
        if (value != "yes" && value != "no") return wrong();
        return std::string(value);
    case SettingType::choice:
        if (place_of_choice(part.choices, value) == split(part.choices, ' ').size()) return wrong();
        return std::string(value);
    default:
        return std::string(value);
    }
}

Result<std::string> join_parts(SettingKey key, std::span<const PartValue> parts) {
    const PartValue *whole = nullptr, *bits = nullptr;
    for (const PartValue& part : parts) {
        if (part.part.kind == PartKind::whole && whole == nullptr) whole = &part;
        if (part.part.kind == PartKind::text_bits) bits = &part;
    }
    if (bits != nullptr && (whole == nullptr || bits->value != std::to_string(whole->value.size() * 8)))
        return fail(ErrorCode::invalid, "its length is stated, and is another");
    if (whole != nullptr) return whole->value;
    Result<std::string> value = fail(ErrorCode::invalid, "nothing to join");
    if (spec_of(key).type == SettingType::zone)
        value = join_zone(parts);
    else if (spec_of(key).type == SettingType::list)
        value = join_list(key, parts);
    else
        value = join_named(parts);
    if (!value) return value;
    return check_value(key, *value);
}

std::string loss_of(SettingKey key, std::string_view value, std::span<const Part> parts) {
    const auto told = [&](Part part) { return std::find(parts.begin(), parts.end(), part) != parts.end(); };
    const SettingSpec& spec = spec_of(key);
    if (parts.empty() || told({})) return {};
    if (spec.type == SettingType::zone) return zone_loss(value, parts);
    if (spec.type == SettingType::time_of_day && !told({PartKind::clock_minute, 0}) && !value.ends_with(":00"))
        return "this family counts in whole hours";
    if (spec.type != SettingType::list) return {};
    std::size_t place = 0;
    std::string lost;
    for (const std::string_view word : split(value, ' ')) {
        const auto choice = static_cast<std::uint8_t>(place_of_choice(spec.choices, word));
        const bool said = told({PartKind::list_place, static_cast<std::uint8_t>(place++)}) ||
                          told({PartKind::list_rank, choice}) || told({PartKind::list_on, choice});
        if (!said)
            lost += (lost.empty() ? "left out, this family has no place for '" : ", '") + std::string(word) + "'";
    }
    return lost;
}

} // namespace offhook::config
