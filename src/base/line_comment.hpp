#pragma once
/// @file  Where a comment starts in a line. One place for it: what reads a file and what tells whether it is readable
/// have to agree.
#include <cstddef>
#include <string_view>

namespace offhook {

/// At a `mark` behind a blank or a tab, or in front; npos: nowhere.
[[nodiscard]] constexpr std::size_t comment_at(std::string_view line, char mark) {
    for (std::size_t i = 0; i < line.size(); ++i)
        if (line[i] == mark && (i == 0 || line[i - 1] == ' ' || line[i - 1] == '\t')) return i;
    return std::string_view::npos;
}

} // namespace offhook
