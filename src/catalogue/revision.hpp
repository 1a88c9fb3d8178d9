#pragma once
/// @file  Revision, and the small names by which rows of the catalogue refer to each other.
#include <cstdint>

namespace offhook::catalogue {

/// Counts the catalogue's committed changes, from 1, and never goes back. What was changed last by change n carries n:
/// a stamp for caches. 0: never changed.
using Revision = std::uint64_t;

enum class SiteId : std::uint32_t {};
inline constexpr SiteId default_site{1}; ///< "default": always there, found when nothing else is said

enum class GroupId : std::uint32_t { none = 0 };

} // namespace offhook::catalogue
