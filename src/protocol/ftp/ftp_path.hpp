#pragma once
/// @file  FTP paths: what a client calls a file, from where it stands, to the name that delivery looks up.
///
/// Shape   "" is the root; otherwise segments joined by '/', none in front or behind: "logs/0004f2000001-boot.log".
///         Names are keys to look up; no directory of a disk is ever opened by one. A back-slash counts as a slash,
///         doubled slashes as one, "." as nothing; ".." at the root stays there.
/// Limits  limits::path_bytes_max bytes, ftp_path_depth_max segments.
#include "base/result.hpp"

#include <cstdint>
#include <string>
#include <string_view>

namespace offhook::protocol {

inline constexpr std::size_t ftp_path_depth_max = 16;

enum class FtpPathError : std::uint8_t {
    control_character, ///< NUL, line breaks and the like: they would forge lines in listings and logs
    too_long,
    too_deep
};

/// What to tell a person; static storage.
[[nodiscard]] std::string_view to_text(FtpPathError error);

/// `argument` as the client sent it, seen from `directory`, itself a result of this.
[[nodiscard]] ParseResult<std::string, FtpPathError> resolve_ftp_path(std::string_view directory,
                                                                      std::string_view argument);

} // namespace offhook::protocol
