#pragma once
/// @file  How far two names are apart, for "did you mean".
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace offhook {

enum class LetterCase : std::uint8_t { counts, ignored };

/// Levenshtein: how many characters have to be put in, taken out or changed. Time and room grow with both lengths, so
/// the caller bounds them.
[[nodiscard]] std::size_t edit_distance(std::string_view a, std::string_view b, LetterCase letters);

} // namespace offhook
