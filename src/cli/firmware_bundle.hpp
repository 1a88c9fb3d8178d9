#pragma once
/// @file  What a vendor supplies as one: a version file, and beside it the images that it names.
#include "cli/command.hpp"
#include "cli/stored_file_commands.hpp"

#include <string>

namespace offhook::cli {

/// Stores the images and then the version file, byte for byte, each under its own name. `where` is the version file, or
/// the folder in which all that are the family's are taken. Nothing is stored where a named image is not beside it.
int add_bundle(const Cli& cli, const StoredFileArguments& arguments, const std::string& where);

} // namespace offhook::cli
