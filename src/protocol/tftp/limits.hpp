#pragma once
/// @file  Bounds of TFTP.
#include <cstddef>
#include <cstdint>

namespace offhook::protocol::tftp::limits {

inline constexpr std::size_t file_name_bytes_max = 255;
inline constexpr std::size_t options_max = 16;          ///< of one packet; more make it malformed
inline constexpr std::size_t request_bytes_max = 1024;  ///< RFC 2347 says 512; some clients pad
inline constexpr std::size_t error_text_bytes_max = 64; ///< that we send; a peer's is only bounded by its datagram
inline constexpr std::uint32_t block_bytes_default = 512;
inline constexpr std::uint32_t block_bytes_min = 8; ///< RFC 2348
inline constexpr std::uint32_t block_bytes_max = 65464;
inline constexpr std::uint32_t block_bytes_ethernet = 1468;   ///< always granted: 1500 less IP, UDP and TFTP headers
inline constexpr std::uint32_t window_blocks_max = 64;        ///< granted, whatever is asked: what one send can carry
inline constexpr std::uint32_t window_bytes_max = 128 * 1024; ///< of a window, unless it is one block
inline constexpr unsigned retransmissions_max = 5;            ///< to a peer that says nothing

} // namespace offhook::protocol::tftp::limits
