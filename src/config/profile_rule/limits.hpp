#pragma once
/// @file  Bounds of the profile rule language.
#include "base/limits.hpp"

#include <cstddef>
#include <cstdint>

namespace offhook::config::limits {

inline constexpr std::size_t rule_bytes_max = offhook::limits::value_bytes_max; ///< as it stands in the parameter
inline constexpr std::size_t expanded_bytes_max = 4 * rule_bytes_max;           ///< macros hold values of that size
inline constexpr std::size_t alternatives_max = 32;
inline constexpr std::size_t comparisons_max = 32; ///< of one condition
inline constexpr std::size_t assignments_max = 64; ///< of one alternative
inline constexpr std::size_t delays_max = 32;      ///< of one list
inline constexpr std::uint32_t delay_seconds_max = 10 * 365 * 86'400U;

} // namespace offhook::config::limits
