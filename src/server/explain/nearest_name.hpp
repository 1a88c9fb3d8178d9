#pragma once
/// @file  NearestName: which of a family's names a phone most likely meant by one that no pack knows.
#include "base/mac_address.hpp"
#include "config/family/family.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace offhook::server {

/// By the fewest letters to change, insert or leave out, at most a quarter of them; folders in front do not count.
/// Limits  names of 128 bytes. Nullopt: nothing is near.
[[nodiscard]] std::optional<std::string> nearest_name(const config::Family& family, std::string_view asked,
                                                      MacAddress mac, std::string_view model);

} // namespace offhook::server
