#pragma once
/// @file  The running configuration of a Linksys SPA phone as a profile: /admin/spacfg.xml, and what it reports.
///
/// Shape   <flat-profile>, one element a line, group="Tab/Section", no XML header; identity first, then the tabs. What
///         is empty closes itself, so that feeding it back changes nothing. GPP_SA to GPP_SD are left out.
/// Source  reference: Linksys 8.6 (a public dump of a SPA922, C); that a report has the same shape is inferred.
/// Sections
///         of parameters that no sheet lists are our own (I): readers pass over the attribute.
#include "phone/flash.hpp"

#include <string>
#include <string_view>

namespace offhook::phone::linksys {

enum class ShownPasswords : std::uint8_t { blank, sent };

[[nodiscard]] std::string running_profile(const Flash& flash, std::string_view model, ShownPasswords passwords);

} // namespace offhook::phone::linksys
