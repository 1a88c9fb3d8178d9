#pragma once
/// @file  A parameter that a file holds, as JSON: its name, its value and who set it.
#include "config/family/family.hpp"

#include <boost/json/object.hpp>

namespace offhook::server {

/// {"name", "value", "layer", "reboots", "setting", "secret", "source", "confidence"}. The value as it is: mask it
/// before. `source` and `confidence` are the evidence of the row that made it, as far as `family` has some.
[[nodiscard]] boost::json::object to_json(const config::WrittenParameter& parameter, const config::Family& family);

} // namespace offhook::server
