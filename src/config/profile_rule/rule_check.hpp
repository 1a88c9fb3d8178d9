#pragma once
/// @file  rule_check: what is wrong with a rule, before any phone has read it.
///
/// Macros get the values of an example phone. A condition that compares a register can only be judged with that
/// register's value, so callers give those they know.
/// Source  reference: Linksys 5.
#include "config/profile_rule/profile_rule.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace offhook::config {

/// What every phone knows of itself: an SPA942 with firmware 5.1.8 (2.1), its first resync (5.2).
[[nodiscard]] const MacroValues& example_macros();

/// What the rule would do, and what is doubtful about it: unknown macros, alternatives that are never reached, schemes
/// that fail. Values of `known` count before the example's. Errors: as parse_profile_rule().
[[nodiscard]] Result<std::vector<std::string>>
check_rule(std::string_view rule, RuleForm form, const MacroValues& known = {}, const RuleReading& reading = {});
/// The same of Resync_Trigger_1 and _2.
[[nodiscard]] Result<std::vector<std::string>> check_trigger(std::string_view trigger, const MacroValues& known = {},
                                                             const RuleReading& reading = {});
/// The same where nobody knows what all registers hold: an error only if no number, version or word in those that
/// `known` lacks makes the rule one that can be read.
[[nodiscard]] Result<std::vector<std::string>> check_rule_with_any_registers(std::string_view rule, RuleForm form,
                                                                             const MacroValues& known = {});
[[nodiscard]] Result<std::vector<std::string>> check_trigger_with_any_registers(std::string_view trigger,
                                                                                const MacroValues& known = {});

} // namespace offhook::config
