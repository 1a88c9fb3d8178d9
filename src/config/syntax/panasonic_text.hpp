#pragma once
/// @file  PanasonicText: the standard format of Panasonic KX-HDV: a magic line, then NAME="value" lines.
///
/// Shape   the file's first 44 bytes are the magic: without them a phone drops the whole file. CR LF, '#' comments, an
///         empty line at the end. Quotes, CR and LF have no place in a value: no escape is known.
/// Limits  name 32, value 500, line 537 bytes with its CR LF, file 120 KiB: the UT guides' numbers, none known for HDV.
/// Errors  read: invalid without the magic. A line that is none is left out with a note: what a phone does with it is
///         not documented. A value that goes on in the next line is, and spoils the file (G): PanasonicRules decides.
/// Source  reference: Panasonic 5. Of two equal names in one file the first counts.
#include "config/syntax/syntax.hpp"

#include <cstdint>
#include <span>
#include <string_view>

namespace offhook::config {

/// What generations of phones do otherwise, and what is not documented of any.
struct PanasonicRules {
    /// The first bytes of a file, at offset 0; any of these.
    std::span<const std::string_view> magics;
    enum class Spoilt : std::uint8_t { left_out, refused };
    Spoilt open_quote = Spoilt::left_out; ///< a value without its closing quote: the line, or the file
    Spoilt oversize = Spoilt::left_out;   ///< a file of more bytes than a phone takes: a note, or refused
};

class PanasonicText final : public Syntax {
public:
    [[nodiscard]] std::string_view name() const override { return "panasonic-text"; }
    [[nodiscard]] std::string_view media_type() const override { return "text/plain"; }
    [[nodiscard]] Result<std::string> write(std::span<const Parameter> parameters) const override;
    [[nodiscard]] Result<ParsedDocument> read(std::string_view text) const override;
    [[nodiscard]] Result<ParsedDocument> read_as(std::string_view text, const PanasonicRules& rules) const;
};

} // namespace offhook::config
