#pragma once
/// @file  The key that --key or --key-file states.
#include "base/result.hpp"

#include <string>

namespace offhook::cli {

/// `key`, or the first line of `key_file` where that is not empty: an editor ends it with a line end that is no part of
/// it. Errors: not_found for a file that cannot be read.
[[nodiscard]] Result<std::string> read_key(const std::string& key, const std::string& key_file);

} // namespace offhook::cli
