#include "config/settings/setting.hpp"

#include "base/ip_address.hpp"
#include "base/limits.hpp"
#include "base/text.hpp"
#include "config/settings/dial_plan.hpp"
#include "config/settings/zone.hpp"

#include <algorithm>
#include <vector>

namespace offhook::config {
namespace {

tl::unexpected<Error> wrong(SettingKey key, std::string message) {
    return fail(ErrorCode::invalid, std::move(message), name_of(key));
}

Result<std::string> check_number(SettingKey key, std::string_view value) {
    const SettingSpec& spec = spec_of(key);
    const auto number = to_number<std::int64_t>(value);
    if (!number || *number < spec.least || *number > spec.most) {
        std::string message =
            "expected a number from " + std::to_string(spec.least) + " to " + std::to_string(spec.most);
        if (!spec.unit.empty()) message += " (" + std::string(spec.unit) + ")";
        return wrong(key, message + ", not '" + printable(value, 40) + "'");
    }
    return std::to_string(*number);
}

Result<std::string> check_boolean(SettingKey key, std::string_view value) {
    for (const std::string_view yes : {"yes", "true", "on", "1"})
        if (equal_ignoring_case(value, yes)) return "yes";
    for (const std::string_view no : {"no", "false", "off", "0"})
        if (equal_ignoring_case(value, no)) return "no";
    return wrong(key, "expected yes or no, not '" + printable(value, 40) + "'");
}

bool is_choice(std::string_view choices, std::string_view word) {
    const auto all = split(choices, ' ');
    return std::find(all.begin(), all.end(), word) != all.end();
}

Result<std::string> check_choice(SettingKey key, std::string_view value) {
    const std::string lower = to_lower(value);
    if (!is_choice(spec_of(key).choices, lower))
        return wrong(key,
                     "expected one of: " + std::string(spec_of(key).choices) + "; not '" + printable(value, 40) + "'");
    return lower;
}

Result<std::string> check_list(SettingKey key, std::string_view value) {
    std::string lower = to_lower(value);
    std::replace(lower.begin(), lower.end(), ',', ' ');
    std::vector<std::string> words;
    for (const std::string_view word : split(lower, ' ')) {
        if (word.empty()) continue;
        if (!is_choice(spec_of(key).choices, word))
            return wrong(key, "'" + printable(word, 40) + "' is none of: " + std::string(spec_of(key).choices));
        if (std::find(words.begin(), words.end(), word) != words.end())
            return wrong(key, "'" + std::string(word) + "' stands twice");
        words.emplace_back(word);
    }
    return join(words, " ");
}

bool is_host_name(std::string_view text) {
    if (text.empty() || text.size() > 253) return false;
    if (text.ends_with('.')) text.remove_suffix(1);
    for (const std::string_view label : split(text, '.')) {
        if (label.empty() || label.size() > 63 || label.front() == '-' || label.back() == '-') return false;
        // The underscore is no host name by RFC 952, but _sip labels and plenty of site names have it.
        const auto fits = [](char c) {
            return ascii_digit(c) || (ascii_lower(c) >= 'a' && ascii_lower(c) <= 'z') || c == '-' || c == '_';
        };
        if (!std::all_of(label.begin(), label.end(), fits)) return false;
    }
    return true;
}

Result<std::string> check_host(SettingKey key, std::string_view value) {
    if (value.starts_with('[') && value.ends_with(']')) value = value.substr(1, value.size() - 2);
    if (const auto address = IpAddress::from_text(value)) return address->text();
    const bool all_numeric = std::all_of(value.begin(), value.end(), [](char c) { return ascii_digit(c) || c == '.'; });
    if (all_numeric || !is_host_name(value))
        return wrong(key, "expected a host name or an IP address (a port has its own setting), not '" +
                              printable(value, 80) + "'");
    return std::string(value);
}

/// An address that names an account would show it wherever an open setting is shown.
Result<void> check_no_account(SettingKey key, std::string_view value) {
    const auto colon = value.find("://");
    if (colon == std::string_view::npos) return {};
    const auto authority = value.substr(colon + 3, value.find('/', colon + 3) - colon - 3);
    if (authority.find('@') == std::string_view::npos) return {};
    return wrong(key, "an address holds no user and password: provisioning.user and provisioning.password are "
                      "secrets of their own");
}

Result<std::string> check_url(SettingKey key, std::string_view value) {
    const auto colon = value.find("://");
    const std::string scheme = to_lower(value.substr(0, colon == std::string_view::npos ? 0 : colon));
    const bool known = scheme == "http" || scheme == "https" || scheme == "ftp" || scheme == "tftp" || scheme == "ftps";
    if (const auto ok = check_no_account(key, value); !ok) return tl::unexpected(ok.error());
    const bool clean = std::none_of(value.begin(), value.end(), [](char c) { return ascii_blank(c) || c == '\\'; });
    if (!known || !clean || value.size() <= colon + 3 || value[colon + 3] == '/')
        return wrong(key, "expected an address such as https://prov.example.net/path/, without blanks");
    return scheme + std::string(value.substr(colon));
}

Result<std::string> check_language(SettingKey key, std::string_view value) {
    const auto letters = [](std::string_view text) {
        return text.size() == 2 && std::all_of(text.begin(), text.end(),
                                               [](char c) { return ascii_lower(c) >= 'a' && ascii_lower(c) <= 'z'; });
    };
    const bool region = value.size() == 5 && (value[2] == '-' || value[2] == '_') && letters(value.substr(3));
    if (!letters(value.substr(0, 2)) || !(value.size() == 2 || region))
        return wrong(key, "expected a language such as de or en-GB, not '" + printable(value, 40) + "'");
    std::string out = to_lower(value.substr(0, 2));
    if (region)
        for (const char c : {'-', value[3], value[4]})
            out += c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
    return out;
}

Result<std::string> check_time_of_day(SettingKey key, std::string_view value) {
    const bool shape = value.size() == 5 && value[2] == ':';
    const auto hour = to_number<unsigned>(value.substr(0, shape ? 2 : 0));
    const auto minute = to_number<unsigned>(shape ? value.substr(3) : std::string_view());
    if (!hour || !minute || *hour > 23 || *minute > 59)
        return wrong(key, "expected HH:MM from 00:00 to 23:59, not '" + printable(value, 40) + "'");
    return std::string(value);
}

Result<std::string> check_text(SettingKey key, std::string_view value) {
    const SettingSpec& spec = spec_of(key);
    const std::size_t most = spec.most == 0 ? limits::value_bytes_max : static_cast<std::size_t>(spec.most);
    if (value.size() > most)
        return fail(ErrorCode::too_large, "longer than " + std::to_string(most) + " bytes", name_of(key));
    if (!is_printable_utf8(value))
        return wrong(key, "control characters, line breaks and bytes that are not UTF-8 are not allowed");
    if (spec.type == SettingType::user_part && std::any_of(value.begin(), value.end(), [](char c) {
            return ascii_blank(c) || c == '@' || c == '<' || c == '>';
        }))
        return wrong(key, "expected only what stands before the '@' of the SIP address, without blanks");
    // Some open texts may be addresses, firmware.path for one, and they stand in files that phones share.
    if (spec.secrecy == Secrecy::open)
        if (const auto ok = check_no_account(key, value); !ok) return tl::unexpected(ok.error());
    return std::string(value);
}

Result<std::string> check_zone(SettingKey key, std::string_view value) {
    const auto rules = load_zone(value);
    if (!rules) return wrong(key, rules.error().text());
    return std::string(value);
}

Result<std::string> check_dial_plan(SettingKey key, std::string_view value) {
    const auto plan = parse_dial_plan(value);
    if (!plan) return fail(plan.error().code, plan.error().text(), name_of(key));
    return to_text(*plan);
}

} // namespace

Result<std::string> check_value(SettingKey key, std::string_view value) {
    if (value.size() > limits::value_bytes_max)
        return fail(ErrorCode::too_large, "longer than 4096 bytes", name_of(key));
    const SettingType type = spec_of(key).type;
    if (type == SettingType::text) return check_text(key, value); // blanks at the ends of a password count
    value = trim(value);
    if (value.empty()) return std::string();
    switch (type) {
    case SettingType::text:
    case SettingType::user_part:
        return check_text(key, value);
    case SettingType::number:
        return check_number(key, value);
    case SettingType::boolean:
        return check_boolean(key, value);
    case SettingType::choice:
        return check_choice(key, value);
    case SettingType::list:
        return check_list(key, value);
    case SettingType::host:
        return check_host(key, value);
    case SettingType::url:
        return check_url(key, value);
    case SettingType::zone:
        return check_zone(key, value);
    case SettingType::language:
        return check_language(key, value);
    case SettingType::time_of_day:
        return check_time_of_day(key, value);
    case SettingType::dial_plan:
        return check_dial_plan(key, value);
    }
    return wrong(key, "unknown type");
}

} // namespace offhook::config
