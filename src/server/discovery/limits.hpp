#pragma once
/// @file  Bounds of what discovery listeners do for whoever asks.
#include <chrono>
#include <cstddef>

namespace offhook::server::limits {

inline constexpr std::size_t pnp_sources_max = 4'096; ///< whose rate is remembered; another takes an older one's place
inline constexpr unsigned pnp_stranger_sends_max = 3; ///< of a NOTIFY to a phone that is in no catalogue
inline constexpr unsigned pnp_legacy_sends_max = 3;   ///< of the loose form, whose answer rarely finds us
inline constexpr std::size_t pnp_evict_search_max = 64; ///< how many of the oldest are looked at for one to give up
/// A MAC-less phone's place in the neighbour table: asked again after so long, once the kernel had a reason to ask.
inline constexpr std::chrono::milliseconds pnp_neighbour_wait{60};

} // namespace offhook::server::limits
