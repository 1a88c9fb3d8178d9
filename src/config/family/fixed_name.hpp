#pragma once
/// @file  Names of parameters that stand in a fixed document of a device: a master file's, which no settings file
/// holds.
///
/// Layers state them as raw parameters, MISC_FILES for all models or SPIP430/MISC_FILES for one, and they go into fixed
/// documents alone. A document that is fixed for a whole site makes no such name: its parameters may be settings, too.
/// Threads  any.
#include "config/family/family.hpp"

#include <string_view>

namespace offhook::config {

/// Behind the model's name and a slash, where one of the family's stands in front; else `name` itself.
[[nodiscard]] std::string_view without_model(const Family& family, std::string_view name);
[[nodiscard]] bool is_fixed_name(const Family& family, std::string_view name);
/// Whether this very document has the name, or for another model, among its fixed parameters.
[[nodiscard]] bool holds_fixed(const Document& document, const Family& family, std::string_view name);

} // namespace offhook::config
