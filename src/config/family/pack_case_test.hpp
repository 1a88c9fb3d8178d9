#pragma once
/// @file  Golden cases of packs, for tests: settings in, dashes, what must come out (docs/packs.md, Golden cases).
#include "config/family/family.hpp"

#include <filesystem>
#include <string>
#include <utility>
#include <vector>

namespace offhook::config {

struct PackCase {
    std::string model;                                         ///< empty: none
    std::vector<std::pair<std::string, std::string>> settings; ///< in the file's order
    std::vector<std::string> parameters, notes, reads;         ///< expected lines
};

[[nodiscard]] PackCase read_pack_case(const std::filesystem::path& file);
/// Runs it; the sections as they came out.
[[nodiscard]] PackCase run_pack_case(const Family& family, const PackCase& given);
void write_pack_case(const std::filesystem::path& file, const PackCase& result);

/// The packs of the tree: families/* and tests/packs/hard-rows/*.
[[nodiscard]] std::vector<std::filesystem::path> pack_folders();
[[nodiscard]] std::shared_ptr<const Family> load_or_fail(const std::filesystem::path& folder);

} // namespace offhook::config
