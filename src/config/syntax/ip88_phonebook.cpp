#include "config/syntax/ip88_phonebook.hpp"

#include "base/limits.hpp"
#include "base/text.hpp"
#include "config/syntax/limits.hpp"
#include "config/syntax/text_lines.hpp"

#include <array>
#include <fmt/format.h>
#include <optional>

namespace offhook::config {
namespace {

constexpr std::string_view header = "SpeedNumber,Name,PhoneNumber,Information";
constexpr std::string_view csv_byte_order_mark = "\xef\xbb\xbf";
constexpr std::size_t field_count = 4;
constexpr std::size_t csv_line_bytes_max =
    field_count * (2 * limits::value_bytes_max + 3); // each in quotes, and all of it
using Fields = std::array<std::string, field_count>;

void add_note(std::vector<SyntaxNote>& notes, std::string text, std::size_t line) {
    if (notes.size() < limits::syntax_notes_max) notes.push_back({std::move(text), line});
}

/// One field off the front, and the comma behind it. Nullopt: quotes that do not fit.
std::optional<std::string> take_field(std::string_view& rest) {
    std::string out;
    if (!rest.starts_with('"')) {
        const auto comma = std::min(rest.find(','), rest.size());
        out = trim(rest.substr(0, comma));
        rest.remove_prefix(std::min(comma + 1, rest.size()));
        return out;
    }
    for (std::size_t at = 1; at < rest.size(); ++at) {
        if (rest[at] != '"') {
            out += rest[at];
            continue;
        }
        if (at + 1 < rest.size() && rest[at + 1] == '"') {
            out += rest[at++];
            continue;
        }
        rest.remove_prefix(at + 1);
        if (!rest.empty() && rest.front() != ',') return std::nullopt;
        if (!rest.empty()) rest.remove_prefix(1);
        return std::string(trim(out));
    }
    return std::nullopt;
}

/// Nullopt: no line of this grammar. What is behind the fourth field does not count.
std::optional<Fields> read_line(std::string_view line) {
    Fields fields;
    for (auto& field : fields) {
        auto text = take_field(line);
        if (!text || text->size() > limits::value_bytes_max) return std::nullopt;
        field = std::move(*text);
    }
    return fields;
}

std::string quoted(std::string_view text) {
    if (text.find_first_of(",\"") == std::string_view::npos) return std::string(text);
    std::string out = "\"";
    for (const char c : text) (c == '"' ? out += c : out) += c;
    return out += '"';
}

std::string name_of(const Contact& contact) {
    const auto first = trim(contact.first_name), last = trim(contact.last_name);
    return fmt::format("{}{}{}", first, first.empty() || last.empty() ? "" : " ", last);
}

/// "" for what is no contact a phone could dial.
std::string line_of(const Contact& contact, std::vector<SyntaxNote>& notes, std::size_t place) {
    const auto number = trim(contact.number);
    if (number.empty()) return add_note(notes, "its number is empty: no contact", place), std::string();
    unsigned speed_dial = contact.speed_dial;
    if (speed_dial > Ip88Phonebook::speed_dial_max) {
        add_note(notes, "its speed dial is beyond the phone's and is left out", place);
        speed_dial = 0;
    }
    const std::string name = name_of(contact);
    const auto label = trim(contact.label);
    for (const std::string_view text : {std::string_view(name), number, label})
        if (!is_printable_utf8(text) || text.size() > limits::value_bytes_max)
            return add_note(notes, "it holds what a line has no place for and is left out", place), std::string();
    if (contact.watch == Contact::Watch::on || !contact.further.empty())
        add_note(notes, "whom it watches, and what another vendor's phones keep with it, has no place here", place);
    return fmt::format("{},{},{},{}\r\n", speed_dial == 0 ? "" : std::to_string(speed_dial), quoted(name),
                       quoted(number), quoted(label));
}

void read_contact(Fields fields, ParsedDirectory& out, std::size_t line) {
    Contact contact;
    contact.last_name = std::move(fields[1]);
    contact.number = std::move(fields[2]);
    contact.label = std::move(fields[3]);
    if (contact.number.empty()) return add_note(out.notes, "a line without a number is no contact", line);
    const auto place = fields[0].empty() ? std::optional(0U) : to_number<unsigned>(fields[0]);
    if (!place || *place > Ip88Phonebook::speed_dial_max)
        add_note(out.notes, fmt::format("'{}' is no speed dial and is left out", printable(fields[0], 20)), line);
    else
        contact.speed_dial = *place;
    out.contacts.push_back(std::move(contact));
    out.lines.push_back(line);
}

} // namespace

WrittenDirectory Ip88Phonebook::write(std::span<const Contact> contacts) const {
    WrittenDirectory out{fmt::format("{}\r\n", header), {}};
    std::size_t written = 0;
    for (std::size_t i = 0; i < contacts.size(); ++i) {
        const std::string line = line_of(contacts[i], out.notes, i + 1);
        if (line.empty()) continue;
        if (written == contacts_max || out.text.size() + line.size() > limits::document_bytes_max) {
            add_note(out.notes, "this contact and those behind it have no room in one phonebook", i + 1);
            break;
        }
        out.text += line;
        ++written;
    }
    return out;
}

Result<ParsedDirectory> Ip88Phonebook::read(std::string_view text) const {
    if (text.size() > limits::document_bytes_max)
        return fail(ErrorCode::too_large, fmt::format("a file has at most {} bytes", limits::document_bytes_max));
    if (text.starts_with(csv_byte_order_mark)) text.remove_prefix(csv_byte_order_mark.size());
    ParsedDirectory out;
    bool has_header = false;
    TextLines lines(text);
    while (const auto line = lines.next()) {
        if (trim(line->text).empty()) continue;
        if (!is_printable_utf8(line->text))
            return fail(ErrorCode::invalid, "not a text", fmt::format("line {}", line->number));
        if (!has_header) {
            has_header = equal_ignoring_case(trim(line->text), header);
            if (!has_header)
                return fail(ErrorCode::invalid, fmt::format("not a phonebook: its first line is not {}", header));
            continue;
        }
        if (out.contacts.size() == contacts_max)
            return fail(ErrorCode::too_large, fmt::format("a phonebook has at most {} contacts", contacts_max));
        auto fields = line->text.size() > csv_line_bytes_max ? std::nullopt : read_line(trim(line->text));
        if (fields)
            read_contact(std::move(*fields), out, line->number);
        else
            add_note(out.notes, "too long, or quotes that do not fit: no contact", line->number);
    }
    return out;
}

} // namespace offhook::config
