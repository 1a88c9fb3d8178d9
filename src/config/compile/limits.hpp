#pragma once
/// @file  Bounds of the profile compiler; those that rooms share are in base/limits.hpp.
#include <cstddef>

namespace offhook::limits {

inline constexpr unsigned import_depth_max = 8;            ///< files that import one another
inline constexpr std::size_t source_files_max = 64;        ///< read for one profile, each import counted
inline constexpr std::size_t source_bytes_max = 4U << 20U; ///< of all of them together
inline constexpr std::size_t profile_warnings_max = 100;   ///< kept; more are dropped
inline constexpr std::size_t profile_problems_max = 100;   ///< reported in one go
inline constexpr std::size_t compiled_profile_bytes_max = 2U << 20U;

} // namespace offhook::limits
