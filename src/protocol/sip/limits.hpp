#pragma once
/// @file  Bounds of SIP messages, as phones and boot servers exchange them.
#include <chrono>
#include <cstddef>

namespace offhook::protocol::sip::limits {

inline constexpr std::size_t datagram_bytes_max = 4096; ///< of a PnP exchange; anything larger is none
inline constexpr std::size_t message_bytes_max = 65'535;
inline constexpr std::size_t headers_max = 96;
inline constexpr std::size_t parameter_bytes_max = 64; ///< of vendor, model, version: hints to show, cut beyond

// RFC 3261 table 4.
inline constexpr std::chrono::milliseconds t1{500};
inline constexpr std::chrono::milliseconds t2{4'000};
inline constexpr std::chrono::milliseconds t4{5'000};

} // namespace offhook::protocol::sip::limits
