#pragma once
/// @file  PhoneOrder: what a phone that runs was told, by a NOTIFY or on its own pages.
#include "phone/notify/notify_rules.hpp"

#include <optional>
#include <string>

namespace offhook::phone {

struct PhoneOrder {
    NotifyAction action = NotifyAction::check;
    std::optional<std::string> once = {}; ///< a resync's rule or an upgrade's URL, this time alone
    std::string host = {};                ///< who asked, where `once` is set: an address
};

} // namespace offhook::phone
