#pragma once
/// @file  LogLine: one line of a phone's log, taken apart by its family's pack.
///
/// Whence it came does not matter: an uploaded log, or syslog behind its header.
/// Pure. Lifetime  views into the line and the family.
/// Limits  pack_limits::log_line_bytes_max; of a longer line the rest is not looked at.
#include "config/family/family.hpp"

#include <optional>
#include <string_view>

namespace offhook::config {

struct LogLine {
    const LogSentence* sentence = nullptr;     ///< never null
    std::string_view text;                     ///< the sentence as it stands there
    std::string_view time;                     ///< as printed; empty: none
    std::string_view file;                     ///< empty: the sentence names none
    std::string_view expected, seen, why = {}; ///< each may be empty
};

/// By the first of the family's shapes that fits, else as a bare sentence. Nullopt: no sentence of the pack.
[[nodiscard]] std::optional<LogLine> read_log_line(const Family& family, std::string_view line);

} // namespace offhook::config
