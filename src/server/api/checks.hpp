#pragma once
/// @file  Checks that need the packs: the catalogue knows families and models by name only.
#include "base/result.hpp"
#include "config/family/family.hpp"

#include <string_view>

namespace offhook::server {

/// Errors: not_found naming what there is.
[[nodiscard]] Result<void> check_family_and_model(const config::Families& families, std::string_view family,
                                                  std::string_view model);

} // namespace offhook::server
