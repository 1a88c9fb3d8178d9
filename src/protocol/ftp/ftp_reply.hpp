#pragma once
/// @file  FTP replies: a code and its text, as they go out.
///
/// Source  RFC 959 section 4.2; RFC 1123 section 4.1.2.
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

namespace offhook::protocol {

/// "226 done\r\n". `text` holds no line break.
void append_ftp_reply(std::string& out, std::uint16_t code, std::string_view text);
/// "211-first\r\n line\r\n...211 last\r\n": the lines between are indented, so that none can look like the last one.
void append_ftp_reply(std::string& out, std::uint16_t code, std::string_view first,
                      std::span<const std::string_view> lines, std::string_view last);

/// A name as it stands in a reply: in quotes, with those within doubled. Source: RFC 959, appendix II.
[[nodiscard]] std::string quoted_ftp_path(std::string_view path);

} // namespace offhook::protocol
