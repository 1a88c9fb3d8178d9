#pragma once
/// @file  few_notes: what a reader noticed in a file, the first of it, as sentences for who watches a phone boot.
#include "config/syntax/syntax.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace offhook::phone {

/// "own.cfg line 3: ...", three of them, and how many more there are.
[[nodiscard]] std::vector<std::string> few_notes(std::string_view name, const std::vector<config::SyntaxNote>& notes);

} // namespace offhook::phone
