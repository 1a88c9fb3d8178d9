#pragma once
/// @file  Whether a phone would take a value, by what its pack knows of the parameter: type and range.
///
/// Units   a number's range is its bounds, a choice's the words, a text's ("..50", of any other type) its characters.
#include "config/family/family.hpp"

#include <string>
#include <string_view>

namespace offhook::config {

/// "it takes 1024 to 32000"; "" where the value fits, is empty, or nothing is known. Never holds the value.
[[nodiscard]] std::string why_not_taken(const ParameterFacts& facts, std::string_view value);

} // namespace offhook::config
