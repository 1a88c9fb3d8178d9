#pragma once
/// @file  Syslog messages: one UDP payload to its parts, and how a plain one is written.
///
/// No socket, no clock. Tolerant as RFC 3164 4.3 wants it: of a header that is not one, everything is text.
/// Shape   <PRI>text; <PRI>Mmm dd hh:mm:ss HOST TAG[PID]: text (RFC 3164); <PRI>1 TIME HOST APP PID MSGID SD text
///         (RFC 5424). Control characters, line ends and a byte order mark around the text are left out.
/// Limits  payload_bytes_max: of a longer payload the rest is not looked at.
/// Lifetime  views into the payload.
/// Source  RFC 3164 sections 4 and 5; RFC 5424 section 6.
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace offhook::protocol::syslog {

inline constexpr std::size_t payload_bytes_max = 8'192; ///< RFC 5424 6.1 asks for 2048 at least
inline constexpr std::uint16_t usual_port = 514;

struct Priority {
    std::uint8_t facility = 1; ///< 0 to 23; user-level where nothing is said (RFC 3164 4.3.3)
    std::uint8_t severity = 5; ///< 0 to 7; notice where nothing is said

    friend bool operator==(const Priority&, const Priority&) = default;
};
inline constexpr Priority local0_info{16, 6};

struct Message {
    std::optional<Priority> priority; ///< absent: none stood there
    enum class Header : std::uint8_t { none, bsd, ietf } header = Header::none;
    std::string_view time, host; ///< as written; empty: not told
    std::string_view program;    ///< TAG, or APP-NAME
    std::string_view text;       ///< any bytes

    friend bool operator==(const Message&, const Message&) = default;
};

[[nodiscard]] Message parse(std::string_view payload);
/// Priority and text, no other header: what devices send. Control characters of the text become blanks.
[[nodiscard]] std::string serialize(Priority priority, std::string_view text);

} // namespace offhook::protocol::syslog
