#pragma once
/// @file  HTTP dates: a time to its text, and the three texts that clients send back to a time.
///
/// Units   whole seconds; a written date drops what is finer.
/// Source  RFC 9110 section 5.6.7.
#include "base/clock.hpp"

#include <array>
#include <chrono>
#include <optional>
#include <string_view>

namespace offhook::protocol {

inline constexpr std::size_t http_date_bytes = 29;

/// "Sun, 06 Nov 1994 08:49:37 GMT". Requires a year in 0..9999.
[[nodiscard]] std::array<char, http_date_bytes> write_http_date(WallTime time);

/// Reads IMF-fixdate, RFC 850 ("Sunday, 06-Nov-94 08:49:37 GMT") and asctime ("Sun Nov  6 08:49:37 1994"). The name of
/// the day is not compared with the date. A year of two digits is the one that is not more than 50 years after `now`.
/// Errors: nullopt for anything else, a 31st of June included. A leap second counts as the second before it.
[[nodiscard]] std::optional<std::chrono::sys_seconds> read_http_date(std::string_view text, WallTime now);

} // namespace offhook::protocol
