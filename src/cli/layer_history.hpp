#pragma once
/// @file  `offhook device history MAC` and `offhook layer history SCOPE`: what was changed in a layer, and when.
#include "cli/command.hpp"

#include <string>

namespace offhook::cli {

/// Of the layer whose history the API has at `target`, its query included.
int show_history(const Cli& cli, const std::string& target);
void add_device_history(CLI::App& device, Cli& cli);

} // namespace offhook::cli
