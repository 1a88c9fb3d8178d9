#pragma once
/// @file  Event texts: what stands in the place of a path in the timeline, where `explain` has to know it again.
/// Limits   as TimelineEvent::path, 63 bytes.
#include <string_view>

namespace offhook::server {

/// No name: what was typed there may be a password.
inline constexpr std::string_view ftp_login_failed = "the FTP login failed: wrong name or password";

} // namespace offhook::server
