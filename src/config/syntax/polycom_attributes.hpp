#pragma once
/// @file  PolycomAttributes: Polycom's configuration files, in which every parameter is one XML attribute.
///
/// Shape   an attribute's name is the full dotted parameter name, whatever element it stands in; elements and nesting
///         are decoration. Written as one element per run of parameters that share their first word, one attribute a
///         line: an IP 430 refused a file that was one long line.
/// Source  reference: Polycom 5.1. Which of two equal names in one file counts is not documented: the first, noted.
#include "config/syntax/syntax.hpp"

namespace offhook::config {

class PolycomAttributes final : public Syntax {
public:
    [[nodiscard]] std::string_view name() const override { return "polycom-attributes"; }
    [[nodiscard]] std::string_view media_type() const override { return "text/xml"; }
    [[nodiscard]] Result<std::string> write(std::span<const Parameter> parameters) const override;
    [[nodiscard]] Result<ParsedDocument> read(std::string_view text) const override;
};

} // namespace offhook::config
