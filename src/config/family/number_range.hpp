#pragma once
/// @file  The range column of parameters.toml: "1..65535", "300..", "..9".
#include "config/family/row.hpp"

namespace offhook::config {

[[nodiscard]] std::optional<NumberRange> parse_range(std::string_view text);

} // namespace offhook::config
