#pragma once
/// @file  PanasonicText: the standard format of Panasonic KX-HDV: a magic line, then NAME="value" lines.
///
/// Shape   the file's first 44 bytes are the magic: without them a phone drops the whole file. CR LF, '#' comments, an
///         empty line at the end. Quotes, CR and LF have no place in a value: no escape is known.
/// Limits  name 32, value 500, line 537 bytes with its CR LF, file 120 KiB: the UT guides' numbers, none known for HDV.
/// Errors  read: invalid without the magic. A line that is none is left out with a note: what a phone does with it is
///         not documented.
/// Source  reference: Panasonic 5. Of two equal names in one file the first counts.
#include "config/syntax/syntax.hpp"

namespace offhook::config {

class PanasonicText final : public Syntax {
public:
    [[nodiscard]] std::string_view name() const override { return "panasonic-text"; }
    [[nodiscard]] std::string_view media_type() const override { return "text/plain"; }
    [[nodiscard]] Result<std::string> write(std::span<const Parameter> parameters) const override;
    [[nodiscard]] Result<ParsedDocument> read(std::string_view text) const override;
};

} // namespace offhook::config
