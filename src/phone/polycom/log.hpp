#pragma once
/// @file  The log a Polycom phone keeps of itself: which events it takes, how a line looks, when it is uploaded.
///
/// Shape   time|component|class|missed|text; the component padded to 5 characters, missed in two digits.
/// Units   log.render.file.size and ...append.sizeLimit in KB, ...period in seconds.
/// Limits  a line is cut at line_bytes_max; keep_in_log() drops the oldest lines beyond limits::log_bytes_max.
/// Source  reference: Polycom 6 (line format G and C, upload parameters C). That every component's threshold is 4 but
///         those of so, cfg and copy 3 is inferred: the guide says 4, and recorded logs hold class 3 of these. A value
///         out of its range is ignored (U).
#include "base/clock.hpp"

#include <chrono>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>

namespace offhook::phone::polycom {

inline constexpr std::size_t line_bytes_max = 512;

struct LogRules {
    using Parameters = std::map<std::string, std::string, std::less<>>;
    unsigned render_level = 1; ///< log.render.level: nothing below it
    enum class Time : std::uint8_t { since_boot, to_minute, to_second } time = Time::to_second; ///< log.render.type
    std::map<std::string, unsigned, std::less<>> levels;                            ///< log.level.change.COMPONENT
    unsigned level = 4;                                                             ///< of any other component
    std::uint64_t file_bytes = 16 * 1024;                                           ///< log.render.file.size
    std::chrono::seconds upload_period{172'800};                                    ///< log.render.file.upload.period
    enum class Upload : std::uint8_t { append, overwrite } upload = Upload::append; ///< ...upload.append
    std::uint64_t append_bytes_max = 512 * 1024; ///< ...append.sizeLimit: of the file on the server
    enum class AtLimit : std::uint8_t { start_over, stop } at_limit = AtLimit::start_over; ///< ...append.limitMode

    [[nodiscard]] bool takes(std::string_view component, unsigned severity) const;
};

/// What a configuration says; of what it does not say, the factory's values.
[[nodiscard]] LogRules read_log_rules(const LogRules::Parameters& parameters);
/// The bootROM has no configuration: it takes all that is of class 3 or worse.
[[nodiscard]] LogRules bootrom_log_rules();

struct LogEvent {
    std::string_view component;
    unsigned severity; ///< 0 debug to 6 fatal
    std::string_view text;
    WallTime at;
    std::chrono::milliseconds since_boot;
};

/// With its line break.
[[nodiscard]] std::string log_line(const LogRules& rules, const LogEvent& event);
void keep_in_log(std::string& log, std::string_view line);

} // namespace offhook::phone::polycom
