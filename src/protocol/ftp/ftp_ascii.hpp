#pragma once
/// @file  FTP's TYPE A: line ends turned while a file goes by, piece by piece.
///
/// Out, an LF without a CR before it becomes CRLF; in, the CR of a CRLF goes. So text comes back as it went, and what
/// has CRLF already is not doubled. Source  RFC 959 section 3.1.1.1; what vsftpd does.
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace offhook::protocol {

class FtpAsciiEncoder {
public:
    /// Appends what `text` becomes to `out`: at most twice its bytes.
    void encode(std::string_view text, std::string& out);

private:
    char before_ = 0;
};

class FtpAsciiDecoder {
public:
    /// Appends what `text` becomes; a CR at its end is held back until what follows is known.
    void decode(std::string_view text, std::string& out);
    /// Nothing follows: a CR held back was one of its own.
    void finish(std::string& out);

private:
    bool carriage_return_ = false;
};

/// How many bytes `text` has in TYPE A.
[[nodiscard]] std::uint64_t ftp_ascii_bytes(std::string_view text);

} // namespace offhook::protocol
