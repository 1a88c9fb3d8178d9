#pragma once
/// @file  FileRecord: one file that a phone asked for or sent, and what came of it.
#include "base/enum_text.hpp"

#include <chrono>
#include <cstdint>
#include <string>

namespace offhook::phone {

enum class FileOutcome : std::uint8_t {
    fetched,     ///< whole
    not_changed, ///< an image that is in flash already; the transfer was cut, or compared after it
    stored,      ///< an upload the server took
    absent,      ///< the server says it does not exist: normal for many files
    denied,      ///< credentials are wanted, or these are wrong
    refused,     ///< any other answer that is no success
    not_usable,  ///< fetched, but nothing a phone can use
    redirected,  ///< elsewhere, where this stage does not follow
    unreachable, ///< no connection, no address for the name
    timed_out,   ///< a connection, then silence
    cut_off,     ///< ended before its announced length
    too_large,   ///< beyond what we read
    not_built_in ///< a protocol that this build cannot speak
};

inline constexpr EnumText<FileOutcome, 13> file_outcome_text{{{{FileOutcome::fetched, "fetched"},
                                                               {FileOutcome::not_changed, "not_changed"},
                                                               {FileOutcome::stored, "stored"},
                                                               {FileOutcome::absent, "absent"},
                                                               {FileOutcome::denied, "denied"},
                                                               {FileOutcome::refused, "refused"},
                                                               {FileOutcome::not_usable, "not_usable"},
                                                               {FileOutcome::redirected, "redirected"},
                                                               {FileOutcome::unreachable, "unreachable"},
                                                               {FileOutcome::timed_out, "timed_out"},
                                                               {FileOutcome::cut_off, "cut_off"},
                                                               {FileOutcome::too_large, "too_large"},
                                                               {FileOutcome::not_built_in, "not_built_in"}}}};

/// Whether another try may end better: the network failed, not the server's answer.
[[nodiscard]] constexpr bool is_network_failure(FileOutcome outcome) {
    return outcome == FileOutcome::unreachable || outcome == FileOutcome::timed_out || outcome == FileOutcome::cut_off;
}

enum class Direction : std::uint8_t { get, put };

struct FileRecord {
    Direction direction = Direction::get;
    std::string name; ///< as the phone names it: "0004f2abcdef.cfg"
    std::string url;  ///< without credentials
    FileOutcome outcome = FileOutcome::fetched;
    std::uint64_t bytes = 0; ///< that crossed the wire
    std::chrono::microseconds elapsed{0};
    unsigned attempts = 1;
    std::string detail; ///< "404", "401, then 200", "connection refused"
};

} // namespace offhook::phone
