#include "config/profile_rule/rule_version.hpp"

#include "base/text.hpp"

#include <algorithm>

namespace offhook::config {
namespace {

constexpr std::size_t version_bytes_max = 64;

bool is_letter_or_digit(char c) {
    const char lower = ascii_lower(c);
    return ascii_digit(c) || (lower >= 'a' && lower <= 'z');
}

} // namespace

std::optional<RuleVersion> parse_rule_version(std::string_view text) {
    if (text.size() > version_bytes_max) return std::nullopt;
    RuleVersion version;
    const auto end_of_numbers =
        std::find_if_not(text.begin(), text.end(), [](char c) { return ascii_digit(c) || c == '.'; });
    const auto size = static_cast<std::size_t>(end_of_numbers - text.begin());
    const auto numbers = split(text.substr(0, size), '.');
    if (numbers.size() < 2 || numbers.size() > 3) return std::nullopt;
    for (std::size_t i = 0; i < numbers.size(); ++i) {
        const auto number = to_number<std::uint32_t>(numbers[i]);
        if (!number) return std::nullopt;
        version.numbers[i] = *number;
    }
    auto suffix = text.substr(size);
    if (suffix.starts_with('(')) {
        if (!suffix.ends_with(')')) return std::nullopt;
        suffix = suffix.substr(1, suffix.size() - 2);
        if (suffix.empty()) return std::nullopt;
    }
    if (!std::all_of(suffix.begin(), suffix.end(), is_letter_or_digit)) return std::nullopt;
    version.suffix = suffix;
    return version;
}

std::strong_ordering compare_versions(const RuleVersion& a, const RuleVersion& b, const RuleReading& reading) {
    if (const auto order = a.numbers <=> b.numbers; order != 0) return order;
    if (reading.suffixes == RuleReading::Suffixes::ignored) return std::strong_ordering::equal;
    return to_lower(a.suffix) <=> to_lower(b.suffix);
}

} // namespace offhook::config
