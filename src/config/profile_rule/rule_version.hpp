#pragma once
/// @file  RuleVersion: a firmware version as conditions compare it.
///
/// Shape   "5.1.8", "6.1.5(a)", "5.1.10(GW)", and the forms of public rules and of old conditions: "7.5.2b", "1.1".
/// Source  reference: Linksys 5.3, 19.
#include "config/profile_rule/rule_reading.hpp"

#include <array>
#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace offhook::config {

struct RuleVersion {
    std::array<std::uint32_t, 3> numbers{};
    std::string suffix; ///< without its parentheses

    friend bool operator==(const RuleVersion&, const RuleVersion&) = default;
};

[[nodiscard]] std::optional<RuleVersion> parse_rule_version(std::string_view text);
/// By the three numbers, then by the suffix as the reading has it.
[[nodiscard]] std::strong_ordering compare_versions(const RuleVersion& a, const RuleVersion& b,
                                                    const RuleReading& reading = {});

} // namespace offhook::config
