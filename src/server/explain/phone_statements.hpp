#pragma once
/// @file  PhoneStatements: what a phone's own logs and syslog say went wrong in its last boot, with what the catalogue knows of
/// it.
///
/// What only the phone sees: software that it refuses, files that it cannot decrypt or read. What it did not get is not
/// told here: the timeline knows that better.
/// Pure. Limits  statements_shown_max, and of each log as config/family/phone_log.hpp has it.
#include "config/family/phone_log.hpp"
#include "server/explain/findings.hpp"

#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace offhook::server {

inline constexpr std::size_t statements_shown_max = 5;

/// The current upload of a kind that becomes a log. Lifetime: views outlive the call only.
struct UploadedLog {
    const config::OtherFile* file = nullptr;
    std::string_view bytes;
    WallTime stored_at{};
};

struct PhoneStatement {
    std::string upload; ///< its kind: "boot log"; or "syslog"
    WallTime stored_at{};
    config::LogFinding said;
    std::string sentence; ///< for people: what was seen, what was expected, where to change it
};

/// Of the logs that came in the last boot; of a kind that has not come in it yet, those of the boot before. The same
/// about one stored image under two names is told once.
[[nodiscard]] std::vector<PhoneStatement> read_statements(const Case& about, std::span<const Boot> boots,
                                                          std::span<const UploadedLog> logs);

/// What it said by syslog since its last boot began, or, of one that never got here, ever: of a file that it got
/// afterwards nothing. `newest_first`: events of that transport.
[[nodiscard]] std::vector<PhoneStatement> read_said(const Case& about, std::span<const Boot> boots,
                                                    std::span<const catalogue::TimelineEvent> newest_first);

} // namespace offhook::server
