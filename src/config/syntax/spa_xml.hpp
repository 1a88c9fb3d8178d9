#pragma once
/// @file  SpaXml: the open profile of Linksys SPA phones: one XML element per parameter inside of <flat-profile>.
///
/// Shape   "<Proxy_1_>pbx.example.net</Proxy_1_>". Attributes (ua, group) say who may change a field and are not read.
///         <X></X> empties a parameter, <X/> leaves it as it is. Blanks at a value's ends do not count, and a line
///         break in it is a blank. Other elements, and what nests deeper, mean nothing.
///         Written in ASCII alone, other characters as references: the guides name no other encoding.
/// Source  reference: Linksys SPA 8. Of two equal elements the last counts.
#include "config/syntax/syntax.hpp"

namespace offhook::config {

class SpaXml final : public Syntax {
public:
    [[nodiscard]] std::string_view name() const override { return "spa-xml"; }
    [[nodiscard]] std::string_view media_type() const override { return "text/xml"; }
    [[nodiscard]] Result<std::string> write(std::span<const Parameter> parameters) const override;
    [[nodiscard]] Result<ParsedDocument> read(std::string_view text) const override;
};

} // namespace offhook::config
