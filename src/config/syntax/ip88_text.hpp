#pragma once
/// @file  Ip88Text: the configuration files of GENBAND (LG-Ericsson) IP88xx: sections of blank-separated lines.
///
/// Shape   "[VOIP]", then "line1_name 5550100" lines; a parameter is called "VOIP.line1_name". No '=', no quotes: a
///         value runs to the line's end and may hold blanks, blanks at its ends do not count. ';' starts a comment at
///         the line's begin or behind a blank. In a line that begins with a verb the words behind it that say what is
///         meant belong to the name: "[PROG] add 3 1 200" is "PROG.add 3" with the value "1 200", and
///         "[SYSTEM] include a.csv phonebook" is "SYSTEM.include phonebook" with the value "a.csv".
///         Sections that are known are spelled in capitals, whatever a file has; the case of fields stays.
///         Written with CR LF and each section once: in the order of generated files, others behind those.
/// Errors  read: invalid for bytes that no text has: such a file is encrypted, or none.
/// Source  reference: IP88xx 7. Of two equal fields the last counts, letter case does not (both inferred); that
///         `include` stands in [SYSTEM] is so in files of the LIP-68xx.
#include "config/syntax/syntax.hpp"

namespace offhook::config {

class Ip88Text final : public Syntax {
public:
    [[nodiscard]] std::string_view name() const override { return "ip88-text"; }
    [[nodiscard]] std::string_view media_type() const override { return "text/plain"; }
    [[nodiscard]] Result<std::string> write(std::span<const Parameter> parameters) const override;
    [[nodiscard]] Result<ParsedDocument> read(std::string_view text) const override;
};

} // namespace offhook::config
