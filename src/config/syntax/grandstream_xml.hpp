#pragma once
/// @file  GrandstreamXml: the provisioning file of Grandstream phones: numbered parameters inside of <gs_provision>.
///
/// Shape   "<gs_provision version="1"><mac>000b82aabbcc</mac><config version="1"><P271>1</P271>...". The address stands
///         before <config>, wherever the parameter "mac" comes in the list; a phone refuses a file for another one.
///         Every other name is P and a number. <P48></P48> and <P48/> are an empty value. Blanks count. Comments and
///         other elements mean nothing, and so does version 2, whose names are words in <item name="...">.
///         Of two equal elements the last is taken (inferred: no guide says).
/// Limits  as of Syntax; a number has six digits.
/// Source  reference: other vendors 3.4; the vendor's configuration template for the GRP261x, 1.0.5.15.
#include "config/syntax/syntax.hpp"

namespace offhook::config {

class GrandstreamXml final : public Syntax {
public:
    [[nodiscard]] std::string_view name() const override { return "grandstream-xml"; }
    [[nodiscard]] std::string_view media_type() const override { return "text/xml"; }
    /// Errors: invalid for another name than those, for one that stands twice, and for an address that is none.
    [[nodiscard]] Result<std::string> write(std::span<const Parameter> parameters) const override;
    [[nodiscard]] Result<ParsedDocument> read(std::string_view text) const override;
};

} // namespace offhook::config
