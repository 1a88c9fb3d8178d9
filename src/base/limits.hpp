#pragma once
/// @file  Bounds that several rooms share; a room's own are in its limits.hpp.
#include <cstddef>

namespace offhook::limits {

inline constexpr std::size_t path_bytes_max = 1024;        ///< a requested name, any transport
inline constexpr std::size_t value_bytes_max = 4096;       ///< one setting's or parameter's value
inline constexpr std::size_t name_bytes_max = 255;         ///< one setting's or parameter's name
inline constexpr std::size_t user_agent_bytes_max = 256;   ///< kept of a User-Agent; more is cut
inline constexpr std::size_t document_bytes_max = 1 << 20; ///< one rendered or parsed configuration file

} // namespace offhook::limits
