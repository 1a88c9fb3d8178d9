#pragma once
/// @file  A parameter that a file holds, as JSON: its name, its value and who set it.
#include "config/family/family.hpp"

#include <boost/json/object.hpp>

namespace offhook::server {

/// {"name", "value", "layer", "reboots", "setting", "secret"}. The value as it is: mask it before.
[[nodiscard]] boost::json::object to_json(const config::WrittenParameter& parameter);

} // namespace offhook::server
