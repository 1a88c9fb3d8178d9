#pragma once
/// @file  ValueRules: values that a Polycom phone does not take, by what the pack knows of a parameter.
///
/// A value out of range is logged and the parameter is as if it were not there (U CX5100 p.46); a parameter that nobody
/// knows is taken in silence; an empty value is the vendor's null and always fits.
#include "config/family/family.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace offhook::phone::polycom {

/// "0..65535", "300..", "a|b|c" or "": anything.
[[nodiscard]] bool is_in_range(std::string_view value, std::string_view range);

/// Takes out what does not fit, and says so: "voIpProt.server.1.port: 70000 is out of range (0..65535)". Values that
/// nobody knows to be no secret are not shown: "its value is out of range".
[[nodiscard]] std::vector<std::string> drop_out_of_range(std::vector<config::Parameter>& parameters,
                                                         const config::Family& family);

} // namespace offhook::phone::polycom
