#pragma once
/// @file  Whether a phone whose address is set by hand asks DHCP all the same, with an INFORM.
///
/// Of Polycom's it is known; of the others it is assumed that they do not (I), so it is a switch in flash, off from the
/// factory. Source  reference: protocols 3.1.
#include "phone/discovery/interview.hpp"
#include "phone/flash.hpp"

#include <string_view>

namespace offhook::phone {

inline constexpr std::string_view inform_switch = "phone.DHCP_INFORM";

/// "Y", "yes", "enable", "1": as the vendors write it.
[[nodiscard]] bool informs_by_switch(const Flash& flash);
/// False for an address by hand where the switch is off, which is then told.
[[nodiscard]] bool may_ask_dhcp4(DiscoveryRequest::Address address, const Flash& flash, Interview& interview);

} // namespace offhook::phone
