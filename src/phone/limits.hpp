#pragma once
/// @file  Bounds of the virtual phone.
#include "base/limits.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>

namespace offhook::phone::limits {

inline constexpr std::size_t configuration_bytes_max = offhook::limits::document_bytes_max;
inline constexpr std::uint64_t image_bytes_max = 256ULL << 20U; ///< combined images of late releases pass 100 MB
inline constexpr std::size_t image_head_bytes = 4096;           ///< kept of an image, and where a transfer may be cut
inline constexpr std::size_t flash_file_bytes_max = 64U << 20U; ///< the flash as it is stored
inline constexpr std::size_t cached_bytes_max = 8U << 20U; ///< of all files in flash; what does not fit is not kept
inline constexpr std::size_t cached_files_max = 300;
inline constexpr std::size_t listed_files_max = 256;                 ///< followed of CONFIG_FILES or MISC_FILES
inline constexpr std::size_t digests_max = 2 * listed_files_max + 8; ///< of files that a phone remembers
inline constexpr std::size_t log_bytes_max = 64 * 1024;
inline constexpr unsigned reboots_max = 8; ///< of one run; a loop is found long before
inline constexpr unsigned redirects_max = 5;
inline constexpr std::size_t fixed_hosts_max = 64;               ///< names by hand, and addresses of one
inline constexpr unsigned servers_max = 8;                       ///< Polycom's: addresses of a redundant boot server
inline constexpr unsigned attempts_max = 10;                     ///< Polycom's own bound of File Transmit Tries
inline constexpr std::chrono::seconds retry_wait_max{300};       ///< and of Retry Wait
inline constexpr std::chrono::milliseconds lookup_time{10'000};  ///< for a name, or the registrars' names together
inline constexpr unsigned lookups_left_max = 8;                  ///< that run, with those that nobody waits for
inline constexpr std::chrono::milliseconds connect_time{10'000}; ///< to get a connection
inline constexpr std::chrono::milliseconds silence_time{30'000}; ///< without a byte before a transfer has timed out

} // namespace offhook::phone::limits
