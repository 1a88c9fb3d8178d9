#pragma once
/// @file  netascii: line ends as TFTP's text mode has them, both ways, in pieces cut anywhere.
///
/// Shape   LF is sent as CR LF, CR as CR NUL. Reading, a CR before anything else stays a CR: what some send.
/// Source  RFC 1350 section 1, RFC 764.
#include <cstddef>
#include <string>
#include <string_view>

namespace offhook::protocol::tftp {

/// Appends `text` as netascii.
void append_netascii(std::string& out, std::string_view text);

class NetasciiDecoder {
public:
    /// Appends what `piece` says; a CR at its end waits for the next piece.
    void append(std::string& out, std::string_view piece);
    /// A CR that nothing followed.
    void finish(std::string& out);

private:
    bool after_cr_ = false;
};

} // namespace offhook::protocol::tftp
