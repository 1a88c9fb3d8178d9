#pragma once
/// @file  DirectorySyntax: the grammar of a phone's contact directory, both ways.
///
/// Limits   text <= limits::document_bytes_max; contacts_max contacts; texts as limits::parameter_value_bytes_max.
/// Errors   read(): invalid with "line 12, column 5" in `where`; a contact that a phone would not take is left out with
///          a note. write(): never fails on a value: what the grammar cannot carry is left out with a note.
/// Threads  any.
/// Source   reference: Polycom 10.
#include "base/result.hpp"
#include "config/syntax/syntax.hpp"

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace offhook::config {

struct Contact {
    std::string first_name, last_name;
    std::string number; ///< what is dialled, or a SIP address; a contact is the same one as another by this alone
    std::string label;
    unsigned speed_dial = 0;                                        ///< place among the speed dials; 0: none
    enum class Watch : std::uint8_t { off, on } watch = Watch::off; ///< whether the phone shows if it is busy
    /// What the vendor has beyond that (ring type, divert), as it stood, in order.
    std::vector<Parameter> further;

    friend bool operator==(const Contact&, const Contact&) = default;
};

struct ParsedDirectory {
    std::vector<Contact> contacts; ///< in the order of the file
    std::vector<SyntaxNote> notes;
    std::vector<std::size_t> lines; ///< of contacts, one each: where they begin
};

struct WrittenDirectory {
    std::string text;
    std::vector<SyntaxNote> notes; ///< `line` is the contact's place, from 1
};

class DirectorySyntax {
public:
    static constexpr std::size_t contacts_max = 10'000;
    virtual ~DirectorySyntax() = default;
    [[nodiscard]] virtual std::string_view name() const = 0;
    [[nodiscard]] virtual std::string_view media_type() const = 0; ///< static storage
    [[nodiscard]] virtual WrittenDirectory write(std::span<const Contact> contacts) const = 0;
    [[nodiscard]] virtual Result<ParsedDirectory> read(std::string_view text) const = 0;
};

/// "polycom-directory", "ip88-phonebook". Null when there is none of that name. Lifetime: static.
[[nodiscard]] const DirectorySyntax* find_directory_syntax(std::string_view name);
[[nodiscard]] std::string directory_syntax_names();

} // namespace offhook::config
