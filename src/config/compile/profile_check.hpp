#pragma once
/// @file  ProfileCheck: a profile against what the family's pack knows of its parameters.
///
/// Checked are names, numbers and their ranges, times, choices and booleans. An empty value is always right. A value
/// with a macro ($A) is left alone: what it stands for the phone knows.
/// Errors   one for each parameter that is wrong, up to profile_problems_max. No message holds a secret's value.
/// Source   reference: Linksys 8.3.
#include "config/compile/profile.hpp"

#include <cstdint>

namespace offhook::config {

enum class UnknownNames : std::uint8_t { refused, allowed };

[[nodiscard]] std::vector<Error> check_profile(const Profile& profile, const Family& family, UnknownNames unknown);

} // namespace offhook::config
