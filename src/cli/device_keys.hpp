#pragma once
/// @file  `offhook device rotate-key`: a new key for the sealed files of a phone, or of a site's phones.
#include "cli/command.hpp"

#include <CLI/CLI.hpp>

namespace offhook::cli {

void add_device_keys(CLI::App& device, Cli& cli);

} // namespace offhook::cli
