#pragma once
/// @file  The files of a directory, read into memory for an import.
///
/// Links are neither followed nor read. Files larger than a configuration can be are named, and not read.
/// Limits   config/import/limits.hpp.
/// Errors   too_large beyond them; not_found where the directory cannot be read. A file that cannot be read is none:
/// the
///          report names it.
#include "base/result.hpp"
#include "config/import/tree.hpp"

#include <string>

namespace offhook::cli {

[[nodiscard]] Result<config::Tree> read_tree(const std::string& directory);

} // namespace offhook::cli
