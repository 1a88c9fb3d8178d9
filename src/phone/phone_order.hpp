#pragma once
/// @file  PhoneOrder: what a phone that runs was told, by a NOTIFY or on its own pages.
#include "phone/notify/notify_rules.hpp"

#include <optional>
#include <string>

namespace offhook::phone {

struct PhoneOrder {
    NotifyAction action = NotifyAction::check;
    /// A resync's rule or an upgrade's URL, this time alone; nullopt: as the configuration says.
    std::optional<std::string> once = {};
    std::string host = {}; ///< who asked, where `once` is set: an address
};

} // namespace offhook::phone
