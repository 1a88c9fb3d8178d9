#pragma once
/// @file  Bounds of an import: what a directory may hold, so that a wrong one (/, a backup disk) ends soon.
#include <cstddef>
#include <cstdint>

namespace offhook::limits {

inline constexpr std::size_t tree_files_max = 200'000;
inline constexpr std::uint64_t tree_bytes_max = 512ULL << 20U; ///< of the files that are read at all
inline constexpr std::size_t tree_depth_max = 16;              ///< folders below the one that is named
inline constexpr std::size_t tree_chain_max = 64;              ///< configuration files of one phone
inline constexpr std::size_t tree_notes_max = 50;              ///< listed of one file
inline constexpr std::size_t tree_conflicts_max = 10'000;      ///< listed; beyond that only counted

} // namespace offhook::limits
