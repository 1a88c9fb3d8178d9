#pragma once
/// @file  PolycomDirectory: Polycom's contact directory, MAC-directory.xml.
///
/// Shape   <directory><item_list><item><ln/><fn/><ct/><sd/>…</item>…; the children of an item in any order, written one
///         a line. A contact that has no <ct> is none.
/// Units   first and last name and label are at most 40 bytes of UTF-8 on the phone (B, U): longer ones are read whole
///         and written cut between characters, with a note.
/// Source  reference: Polycom 10. Speed dials go to 99 on the oldest releases (B) and to 9999 on later ones: the wider
///         range is read and written.
#include "config/syntax/directory_syntax.hpp"

namespace offhook::config {

class PolycomDirectory final : public DirectorySyntax {
public:
    static constexpr std::size_t name_bytes_max = 40;
    static constexpr unsigned speed_dial_max = 9999;

    [[nodiscard]] std::string_view name() const override { return "polycom-directory"; }
    [[nodiscard]] std::string_view media_type() const override { return "text/xml"; }
    [[nodiscard]] WrittenDirectory write(std::span<const Contact> contacts) const override;
    [[nodiscard]] Result<ParsedDirectory> read(std::string_view text) const override;
};

} // namespace offhook::config
