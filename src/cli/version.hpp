#pragma once
/// @file  Version, and where this build looks for its family packs.
#include <string>
#include <string_view>

namespace offhook::cli {

inline constexpr std::string_view version = OFFHOOK_VERSION;

/// Beside the executable as installed (../share/offhook/families), else the source tree that it was built from.
[[nodiscard]] std::string default_packs_directory();

} // namespace offhook::cli
