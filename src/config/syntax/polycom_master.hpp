#pragma once
/// @file  PolycomMaster: Polycom's master configuration file, the attributes of one APPLICATION element.
///
/// Shape   CONFIG_FILES is the attribute of that name. SPIP300/CONFIG_FILES is the attribute CONFIG_FILES_SPIP300 of
///         the child element APPLICATION_SPIP300, which counts for that model instead. Reading keeps document order;
///         writing puts what counts for every model first.
/// Limits  a path <= 255 bytes, the list CONFIG_FILES <= 2047: refused in write(), noted in read().
/// Errors  read(): invalid when the root is no APPLICATION; names are upper-case and case-sensitive.
/// Source  reference: Polycom 4.
#include "config/syntax/syntax.hpp"

namespace offhook::config {

class PolycomMaster final : public Syntax {
public:
    [[nodiscard]] std::string_view name() const override { return "polycom-master"; }
    [[nodiscard]] std::string_view media_type() const override { return "text/xml"; }
    [[nodiscard]] Result<std::string> write(std::span<const Parameter> parameters) const override;
    [[nodiscard]] Result<ParsedDocument> read(std::string_view text) const override;
};

} // namespace offhook::config
