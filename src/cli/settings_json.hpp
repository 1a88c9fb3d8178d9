#pragma once
/// @file  How setting changes travel to the API, and how stated settings are shown.
#include "cli/command.hpp"

#include <boost/json/object.hpp>
#include <boost/json/value.hpp>

namespace offhook::cli {

/// Puts {"settings": {NAME: VALUE or null}} into `body`. Errors: those of read_changes.
[[nodiscard]] Result<void> add_changes(boost::json::object& body, const SettingOptions& options);
/// The "settings" and "secrets_set" of an API object, one line each.
void print_settings(const boost::json::value& object);

} // namespace offhook::cli
