#pragma once
/// @file  Difference of two texts, line by line, as a unified diff shows it.
///
/// Limits  4,000 lines that differ; beyond that the differing middle is shown as replaced whole.
/// Source  Myers, "An O(ND) difference algorithm", 1986: work grows with what differs, not with the texts.
#include <string>
#include <string_view>

namespace offhook::config {

/// Empty where both are the same. `old_name` and `new_name` head it.
[[nodiscard]] std::string unified_diff(std::string_view old_text, std::string_view new_text, std::string_view old_name,
                                       std::string_view new_name);

} // namespace offhook::config
