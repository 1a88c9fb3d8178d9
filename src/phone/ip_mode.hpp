#pragma once
/// @file  IpMode: which of the two protocols a phone speaks.
#include "base/enum_text.hpp"

#include <cstdint>

namespace offhook::phone {

enum class IpMode : std::uint8_t { ipv4, ipv6, dual };
inline constexpr EnumText<IpMode, 3> ip_mode_text{
    {{{IpMode::ipv4, "ipv4"}, {IpMode::ipv6, "ipv6"}, {IpMode::dual, "dual"}}}};

} // namespace offhook::phone
