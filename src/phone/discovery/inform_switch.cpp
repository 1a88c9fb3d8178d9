#include "phone/discovery/inform_switch.hpp"

#include "base/text.hpp"

#include <algorithm>
#include <array>
#include <fmt/format.h>

namespace offhook::phone {

bool informs_by_switch(const Flash& flash) {
    constexpr std::array<std::string_view, 4> words{"y", "yes", "enable", "1"};
    const auto value = flash.parameter(inform_switch);
    return std::any_of(words.begin(), words.end(), [&](auto word) { return equal_ignoring_case(value, word); });
}

bool may_ask_dhcp4(DiscoveryRequest::Address address, const Flash& flash, Interview& interview) {
    if (address != DiscoveryRequest::Address::by_hand || informs_by_switch(flash)) return true;
    interview.tell(fmt::format("the address is set by hand: DHCP is not asked ({} is off)", inform_switch));
    return false;
}

} // namespace offhook::phone
