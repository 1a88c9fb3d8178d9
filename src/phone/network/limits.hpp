#pragma once
/// @file  Bounds of the phone's discovery clients.
#include <chrono>
#include <cstddef>

namespace offhook::phone::limits {

inline constexpr std::size_t discovery_remarks_max = 16;
inline constexpr std::size_t discovery_candidates_max = 8; ///< servers whose offers are compared
inline constexpr unsigned discovery_tries_max = 16;
inline constexpr unsigned discovery_restarts_max = 3; ///< after a NAK, or a server that fell silent
inline constexpr std::chrono::milliseconds discovery_first_try{1'000};
inline constexpr std::chrono::milliseconds discovery_try_most{64'000}; ///< RFC 2131 4.1
inline constexpr std::chrono::milliseconds advertise_wait{300};        ///< for a better ADVERTISE than the first
inline constexpr std::chrono::milliseconds subscribe_answer_wait{250}; ///< for the 200 that the NOTIFY overtook
inline constexpr std::size_t discovery_datagram_bytes_max = 65'535;

} // namespace offhook::phone::limits
