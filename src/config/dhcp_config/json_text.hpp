#pragma once
/// @file  JSON for people: two blanks a level, one member a line, members in their own order.
#include <boost/json/value.hpp>
#include <string>

namespace offhook::config {

/// No line break at its end; `level` is that of the line it starts on.
[[nodiscard]] std::string json_text(const boost::json::value& value, unsigned level = 0);

} // namespace offhook::config
