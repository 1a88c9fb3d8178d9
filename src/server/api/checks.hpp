#pragma once
/// @file  Checks that need the packs: the catalogue knows families and models by name only.
#include "base/result.hpp"
#include "catalogue/device.hpp"
#include "config/family/family.hpp"

#include <span>
#include <string_view>

namespace offhook::server {

/// Errors: not_found naming what there is.
[[nodiscard]] Result<void> check_family_and_model(const config::Families& families, std::string_view family,
                                                  std::string_view model);

/// Whether the family's files can carry each raw parameter among `settings`: a name that is none in their grammar would
/// leave the phone without its file. Errors: invalid, `where` the setting. A family that is not there is no error here.
[[nodiscard]] Result<void> check_raw_parameters(const config::Families& families, std::string_view family,
                                                std::span<const catalogue::SettingText> settings);

} // namespace offhook::server
