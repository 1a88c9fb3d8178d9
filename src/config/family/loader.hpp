#pragma once
/// @file  Loader: a pack's folder to a Family (the language is docs/packs.md).
///
/// Strict: what the loader does not know or could never use is an error with "file:line", and one run reports all
/// errors of the pack. Limits  config/family/limits.hpp.
#include "config/family/family.hpp"

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace offhook::config {

/// A value, or everything that is wrong with it.
template <class T>
using Checked = Expected<T, std::vector<Error>>;

/// The files of a pack as text; all but `family` may be empty.
struct PackText {
    std::string folder; ///< stands before the file's name in errors
    std::string family, models, parameters, settings;
    std::optional<std::string> discovery = std::nullopt; ///< a pack without one says nothing of discovery
};

[[nodiscard]] Checked<std::shared_ptr<const Family>> load_family(const std::filesystem::path& folder);
[[nodiscard]] Checked<std::shared_ptr<const Family>> load_family(const PackText& text);
/// Every folder of `dir` that has a family.toml, by name. Errors: of all packs; two packs of one name.
[[nodiscard]] Checked<Families> load_families(const std::filesystem::path& dir);

} // namespace offhook::config
