#pragma once
/// @file  FTP commands: the bytes of a control connection to lines, and a line to a verb and its argument.
///
/// Shape   a line ends with LF; a CR before it is dropped. Telnet's signals before a verb (IAC IP, IAC DM, as lftp
/// sends
///         before ABOR, whole or with its urgent byte gone) are dropped too. Verbs in any case.
/// Limits  FtpLineReader::line_bytes_max; a longer line is skipped to its end and reported once.
/// Source  RFC 959 sections 4.1 and 5.3, RFC 1123 section 4.1.2.10, RFC 2228, RFC 2389, RFC 2428, RFC 3659.
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

namespace offhook::protocol {

enum class FtpVerb : std::uint8_t {
    // clang-format off
    unknown,
    abor, acct, adat, allo, appe, auth, ccc, cdup, conf, cwd, dele, enc, eprt, epsv, feat, help, lang, list, mdtm, mfct,
    mff, mfmt, mic, mkd, mlsd, mlst, mode, nlst, noop, opts, pass, pasv, pbsz, port, prot, pwd, quit, rein, rest, retr,
    rmd, rnfr, rnto, site, size, smnt, stat, stor, stou, stru, syst, type, user
    // clang-format on
};

struct FtpCommand {
    FtpVerb verb = FtpVerb::unknown;
    std::string_view argument; ///< what stands behind the first blank, as sent; blanks at its end belong to it
};

/// `line` without its end. XCWD, XCUP, XPWD, XMKD and XRMD are their plain verbs.
[[nodiscard]] FtpCommand parse_ftp_command(std::string_view line);

class FtpLineReader {
public:
    static constexpr std::size_t line_bytes_max = 4096;

    enum class Progress : std::uint8_t { line, needs_more, too_long };

    /// Where to put what comes next, never empty unless full(). Moves what is buffered: lines taken before are gone.
    [[nodiscard]] std::span<char> room();
    void received(std::size_t bytes);

    /// The next line. Lifetime: until room() or clear().
    [[nodiscard]] Progress next(std::string_view& line);
    /// Whether one of the whole lines not yet taken has that verb: ABOR has to be seen behind what waits its turn.
    [[nodiscard]] bool holds(FtpVerb verb) const;
    [[nodiscard]] bool full() const { return begin_ == 0 && end_ == line_bytes_max; }
    [[nodiscard]] bool empty() const { return begin_ == end_; }
    /// Forgets everything, as when TLS begins: what was sent in clear before must not count after.
    void clear();

private:
    [[nodiscard]] std::string_view buffered() const { return {buffer_.data() + begin_, end_ - begin_}; }

    std::vector<char> buffer_; ///< grows to line_bytes_max
    std::size_t begin_ = 0;
    std::size_t end_ = 0;
    bool skipping_ = false; ///< within a line that was too long
};

} // namespace offhook::protocol
