#pragma once
/// @file  PhoneLog: what a phone says of itself in its log, line by line or as a whole.
///
/// Texts of findings are printable, and hold no account of an address: they may be shown as they are.
/// Limits  pack_limits: log_bytes_max of a log's end, log_findings_max, log_text_bytes_max of each text.
/// Threads none: a reader belongs to whoever feeds it.
#include "config/family/family.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace offhook::config {

struct LogFinding {
    LogMeaning meaning = LogMeaning::not_usable;
    std::string time;                ///< as the phone printed it; empty: it did not
    std::string file;                ///< that it is about; empty: nobody knows
    std::string text;                ///< the sentence
    std::string expected, seen, why; ///< what the sentence says of them; each may be empty
    std::string confidence;          ///< of the pack's row
    std::size_t count = 1;           ///< of the same sentence about the same file

    friend bool operator==(const LogFinding&, const LogFinding&) = default;
};

/// Takes the lines of one phone in order; remembers which file it fetched last.
class LogReader {
public:
    explicit LogReader(const Family& family) : family_(family) {}

    /// Nullopt: nothing that the pack knows. `begins`, `asks` and `fetched` are told, too.
    [[nodiscard]] std::optional<LogFinding> take(std::string_view line);

private:
    const Family& family_;
    std::string file_;
};

/// What went wrong since the last line that begins a boot, in order; none of `begins`, `asks`, `fetched`. Lines end in
/// LF or CR LF. Of a text that is too long the end counts, from its first whole line.
[[nodiscard]] std::vector<LogFinding> read_phone_log(const Family& family, std::string_view text);

} // namespace offhook::config
