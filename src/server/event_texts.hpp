#pragma once
/// @file  Event texts: what stands in the place of a path in the timeline, where `explain` has to know it again.
/// Limits   as TimelineEvent::path, 63 bytes.
#include <string_view>

namespace offhook::server {

/// No name: what was typed there may be a password.
inline constexpr std::string_view ftp_login_failed = "the FTP login failed: wrong name or password";

// Of loops, on the timeline of the device; the first three have a file's name behind them, held and released a
// setting's too.
inline constexpr std::string_view loop_held = "alarm: a loop, not offered any more: ";
inline constexpr std::string_view loop_claimed = "alarm: a loop, of who says he is it: ";
inline constexpr std::string_view loop_released = "released by an operator: ";
inline constexpr std::string_view boot_loop = "alarm: a loop, it took the same settings again and again";

} // namespace offhook::server
