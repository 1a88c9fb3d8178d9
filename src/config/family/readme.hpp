#pragma once
/// @file  Readme: whether a pack's README.md is written under the fixed headings, which are what people look for.
///
/// Text  what stands below a heading and is neither a heading nor inside <!-- -->; a pack that has nothing to say there
///       says so in a sentence.
/// Source  docs/packs.md.
#include "base/result.hpp"

#include <string_view>
#include <vector>

namespace offhook::config {

/// In this order, each once.
inline constexpr std::string_view readme_headings[] = {"Identification", "Boot order", "Files",   "Formats",
                                                       "Security",       "Quirks",     "Sources", "Verified on"};

/// What is wrong with it; `where` is `file` with the line.
[[nodiscard]] std::vector<Error> check_readme(std::string_view file, std::string_view text);

} // namespace offhook::config
