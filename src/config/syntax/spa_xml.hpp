#pragma once
/// @file  SpaXml: the open profile of Linksys SPA phones: one XML element per parameter inside of <flat-profile>.
///
/// Shape   "<Proxy_1_ ua="ro">pbx.example.net</Proxy_1_>". The attribute ua says what the phone's user may do (na, ro,
///         rw); others mean nothing. <X></X> empties a parameter, <X/> leaves it as it is, its access set all the same.
///         Blanks at a value's ends do not count, and a line break in it is a blank. Text between elements, other
///         elements, and what nests deeper mean nothing. A header <?xml ...?> counts for its encoding alone.
///         Read as UTF-8, or as ISO 8859-1 where the header says so or the bytes are no UTF-8. Written in ASCII alone,
///         other characters as references: the guides name no other encoding.
/// Source  reference: Linksys SPA 8. Of two equal elements the last counts.
#include "config/syntax/syntax.hpp"

namespace offhook::config {

class SpaXml final : public Syntax {
public:
    [[nodiscard]] std::string_view name() const override { return "spa-xml"; }
    [[nodiscard]] std::string_view media_type() const override { return "text/xml"; }
    [[nodiscard]] Result<std::string> write(std::span<const Parameter> parameters) const override;
    [[nodiscard]] Result<std::string> write_marked(std::span<const Parameter> parameters,
                                                   std::span<const AccessMark> access) const override;
    [[nodiscard]] Result<ParsedDocument> read(std::string_view text) const override;
};

} // namespace offhook::config
