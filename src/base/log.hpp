#pragma once
/// @file  Log: what the process says about itself, to stderr, one line per event.
///
/// An event has a stable id in the form ROOM_WHAT_HAPPENED; docs/log-events.md explains each to an operator.
/// Secrets never reach a log: pass names, not values.
#include <fmt/format.h>
#include <string_view>

namespace offhook::log {

enum class Level { debug, info, warning, error };

/// Least level that is written; info at start. Threads: call before the loops start.
void set_level(Level level);
void write(Level level, std::string_view event, std::string_view text);

template <class... Args>
void debug(std::string_view event, fmt::format_string<Args...> format, Args&&... args) {
    write(Level::debug, event, fmt::format(format, std::forward<Args>(args)...));
}
template <class... Args>
void info(std::string_view event, fmt::format_string<Args...> format, Args&&... args) {
    write(Level::info, event, fmt::format(format, std::forward<Args>(args)...));
}
template <class... Args>
void warning(std::string_view event, fmt::format_string<Args...> format, Args&&... args) {
    write(Level::warning, event, fmt::format(format, std::forward<Args>(args)...));
}
template <class... Args>
void error(std::string_view event, fmt::format_string<Args...> format, Args&&... args) {
    write(Level::error, event, fmt::format(format, std::forward<Args>(args)...));
}

} // namespace offhook::log
