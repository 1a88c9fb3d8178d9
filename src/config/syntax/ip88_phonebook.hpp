#pragma once
/// @file  Ip88Phonebook: the phonebook of GENBAND (LG-Ericsson) phones, {mac}-phonebook.csv.
///
/// Shape   "SpeedNumber,Name,PhoneNumber,Information", then one contact a line, in quotes what holds a comma or a
/// quote.
///         Name holds the whole name, and is read as the last name alone: where it would be divided nobody can tell.
/// Limits  a field limits::value_bytes_max. That phones know quotes is inferred from what writes such files.
/// Source  reference: IP88xx 7 (header, and `include FILE phonebook`: seen with the LIP-68xx).
#include "config/syntax/directory_syntax.hpp"

namespace offhook::config {

class Ip88Phonebook final : public DirectorySyntax {
public:
    static constexpr unsigned speed_dial_max = 9999;

    [[nodiscard]] std::string_view name() const override { return "ip88-phonebook"; }
    [[nodiscard]] std::string_view media_type() const override { return "text/csv"; }
    [[nodiscard]] WrittenDirectory write(std::span<const Contact> contacts) const override;
    [[nodiscard]] Result<ParsedDirectory> read(std::string_view text) const override;
};

} // namespace offhook::config
