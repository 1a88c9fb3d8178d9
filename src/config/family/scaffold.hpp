#pragma once
/// @file  Scaffold: a new family's folder, with every file that a pack has and an example in each.
///
/// What it makes loads as it is and names nothing that another family has, so that it can lie among them from the first
/// minute on; the examples are marked I (inferred) until somebody replaces them.
/// Limits   a name of 2 to 32 characters, a title of 80 bytes.
/// Errors   invalid: name or title. conflict: the folder is there already; nothing is written into it. not_found: a
///          folder that cannot be made or written; what was begun is taken away again.
#include "base/result.hpp"

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

namespace offhook::config {

struct ScaffoldFile {
    std::string path; ///< in the pack's folder
    std::string text;
};

/// The files of a new pack. Errors: invalid.
[[nodiscard]] Result<std::vector<ScaffoldFile>> scaffold_files(std::string_view name, std::string_view title);

/// Writes them to `directory`/`name`; gives that folder.
[[nodiscard]] Result<std::filesystem::path> scaffold(const std::filesystem::path& directory, std::string_view name,
                                                     std::string_view title);

} // namespace offhook::config
