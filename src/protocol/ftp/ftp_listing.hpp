#pragma once
/// @file  FTP listings: the lines of LIST and NLST, the facts of MLSD and MLST, the times of MDTM.
///
/// Shape   every line ends with CRLF, in either type. LIST is what "ls -l" prints, since clients parse that: with the
///         time of day for what is younger than half a year, with the year for what is older or lies ahead.
/// Units   times in UTC.
/// Source  RFC 959 section 4.1.3; RFC 3659 sections 2.3, 3 and 7; the clients' own parsers.
#include "base/clock.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace offhook::protocol {

enum class FtpEntryKind : std::uint8_t { file, directory, current_directory };

struct FtpEntry {
    std::string_view name;
    FtpEntryKind kind = FtpEntryKind::file;
    std::uint64_t bytes = 0;
    /// Absent for what is made when it is asked for: LIST, which must say something, then says now.
    std::optional<WallTime> modified;
};

/// "-r--r--r--   1 ftp      ftp          3072 Nov 21 09:24 0004f2000001.cfg\r\n"
void append_ftp_list_line(std::string& out, const FtpEntry& entry, WallTime now);

/// Which facts MLSD and MLST tell; OPTS MLST chooses.
struct FtpFacts {
    bool type = true;
    bool size = true;
    bool modify = true;
    bool perm = true;

    /// "type*;size*;modify*;perm*;" for FEAT: a star behind what is told.
    [[nodiscard]] std::string feature() const;
    /// "type;size;" as the answer to OPTS MLST.
    [[nodiscard]] std::string text() const;
    /// Those of "size;modify;unknown;" that we know.
    [[nodiscard]] static FtpFacts chosen_by(std::string_view list);
};

/// "type=file;size=3072;modify=20261121092400;perm=r; name" without a line end: MLST indents it, MLSD does not.
void append_ftp_facts(std::string& out, const FtpEntry& entry, const FtpFacts& facts);

/// "20261121092400"
[[nodiscard]] std::string ftp_time(WallTime time);

/// The path among LIST's or NLST's arguments: what is left behind options as in "-la".
[[nodiscard]] std::string_view without_list_options(std::string_view argument);

/// Whether `name` fits `pattern`, in which '*' is any text and '?' any one byte. Takes at most the product of both
/// lengths.
[[nodiscard]] bool ftp_glob_matches(std::string_view pattern, std::string_view name);

} // namespace offhook::protocol
