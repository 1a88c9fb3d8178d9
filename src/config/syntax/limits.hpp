#pragma once
/// @file  Bounds of the grammars; those that rooms share are in base/limits.hpp.
#include <cstddef>

namespace offhook::limits {

inline constexpr std::size_t document_parameters_max = 20'000;
inline constexpr unsigned xml_depth_max = 64;        ///< factory files nest nine deep
inline constexpr std::size_t syntax_notes_max = 100; ///< kept of one document; more are dropped

} // namespace offhook::limits
