#pragma once
/// @file  Expansion: the macros of a rule or a message put in, once, before it is read.
///
/// Shape   $NAME (as many letters and digits as follow: I), $(NAME), $(NAME:p), $(NAME:p:q), $$ for a dollar. What is
///         in a macro is not expanded again; what is no macro stays as it is, dollar and all.
/// Limits  limits::rule_bytes_max in, limits::expanded_bytes_max out; more is cut, and said in `is_cut`.
/// Source  reference: Linksys 5.2.
#include "config/profile_rule/rule_reading.hpp"

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace offhook::config {

/// By name, without the dollar.
using MacroValues = std::map<std::string, std::string, std::less<>>;

struct Macros {
    MacroValues values;
    MacroValues secrets = {}; ///< SA to SD: of an option's secret argument alone (--key, later --uid and --pwd)
};

struct Expansion {
    std::string text;
    std::vector<std::uint32_t> columns; ///< from 1, in the source: of each character, and of the end
    std::vector<std::string> unknown;   ///< names that stand behind a dollar and are none, each once
    enum class Length : std::uint8_t { whole, is_cut } length = Length::whole;

    /// Of this offset in `text`.
    [[nodiscard]] std::uint32_t column(std::size_t offset) const;
};

/// A rule: secrets are known inside the secret argument of an option.
[[nodiscard]] Expansion expand_rule(std::string_view text, const Macros& macros, const RuleReading& reading = {});
/// A message, the body of a POST, a trigger: secrets are not known at all.
[[nodiscard]] std::string expand(std::string_view text, const MacroValues& values, const RuleReading& reading = {});

} // namespace offhook::config
