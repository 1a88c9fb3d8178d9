#pragma once
/// @file  The torture messages of RFC 4475, for tests: what each is, and what our readers must make of it.
///
/// Shape   lines end in LF here; message() gives the bytes, with CRLF. The texts are those of the RFC's sections, by
/// the
///         names that it gives them.
/// Source  RFC 4475 3.1 to 3.4.
#include <span>
#include <string>
#include <string_view>

namespace offhook::protocol::sip::torture {

enum class Verdict {
    valid,    ///< Message::read() takes it, and every From, To, Contact and Via can be read
    semantic, ///< it reads as a message; what is wrong, or unusual, is for whoever acts on it
    values,   ///< it reads as a message; one of its From, To, Contact or Via does not
    invalid   ///< Message::read() refuses it
};

struct Case {
    std::string_view name;
    Verdict verdict;
    std::string_view text;
};

[[nodiscard]] std::span<const Case> cases();
/// The bytes of one, as they stand on the wire.
[[nodiscard]] std::string message(const Case& one);

} // namespace offhook::protocol::sip::torture
