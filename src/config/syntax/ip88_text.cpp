#include "config/syntax/ip88_text.hpp"

#include "base/limits.hpp"
#include "base/line_comment.hpp"
#include "base/text.hpp"
#include "config/syntax/limits.hpp"
#include "config/syntax/parameter_list.hpp"
#include "config/syntax/text_lines.hpp"

#include <algorithm>
#include <array>
#include <fmt/format.h>
#include <vector>

namespace offhook::config {
namespace {

constexpr std::string_view byte_order_mark = "\xef\xbb\xbf";

/// The order of files that the vendor's own tools and others generate.
constexpr std::array<std::string_view, 12> known_sections{"LAN",  "NETTIME", "VOIP", "ROUTE",  "DSP",       "FWRD",
                                                          "DIAL", "CALL",    "SNMP", "SYSTEM", "PROVISION", "PROG"};

/// A line whose first word is a verb there: so many words behind it say what is meant, and the rest is its value.
struct Verb {
    std::string_view section, word;
    std::size_t subjects;
    enum class Subject : std::uint8_t { first, last } subject = Subject::first; ///< last: behind the value
};
constexpr Verb verbs[] = {{"PROG", "add", 1},
                          {"ROUTE", "add", 3}, // interface, port, numbers
                          {"SYSTEM", "function", 1},
                          {"DIAL", "vsc", 1},
                          {"SYSTEM", "include", 1, Verb::Subject::last}};

const Verb* find_verb(std::string_view section, std::string_view word) {
    const auto* found = std::find_if(std::begin(verbs), std::end(verbs), [&](const Verb& verb) {
        return equal_ignoring_case(verb.section, section) && equal_ignoring_case(verb.word, word);
    });
    return found == std::end(verbs) ? nullptr : found;
}

/// Its place among the known ones; behind them for any other.
std::size_t place_of(std::string_view section) {
    const auto* found = std::find_if(known_sections.begin(), known_sections.end(),
                                     [&](auto known) { return equal_ignoring_case(known, section); });
    return static_cast<std::size_t>(found - known_sections.begin());
}

/// One word of a name: visible ASCII that does not look like a section or a comment.
bool is_word(std::string_view word) {
    return !word.empty() && word.front() != '[' && word.front() != ';' &&
           std::all_of(word.begin(), word.end(), [](char c) { return c > ' ' && c <= '~'; });
}

/// A section or a field, in either letter case.
bool is_identifier(std::string_view name) {
    return !name.empty() && std::all_of(name.begin(), name.end(), [](char c) {
        return ascii_digit(c) || c == '_' || c == '-' || (ascii_lower(c) >= 'a' && ascii_lower(c) <= 'z');
    });
}

/// As every section that is known is written: so that "voIpProt.x", another vendor's parameter, is none.
bool is_section(std::string_view name) {
    return is_identifier(name) && std::none_of(name.begin(), name.end(), [](char c) { return c >= 'a' && c <= 'z'; });
}

struct Name {
    std::string_view section, field; ///< "PROG", "add 3"
};

/// Nullopt: not one that stands in a file and reads back.
std::optional<Name> split_name(std::string_view name) {
    const auto dot = name.find('.');
    if (dot == std::string_view::npos || !is_section(name.substr(0, dot))) return std::nullopt;
    const Name out{name.substr(0, dot), name.substr(dot + 1)};
    const auto words = split(out.field, ' ');
    const Verb* verb = find_verb(out.section, words.front());
    if (words.size() != 1 + (verb == nullptr ? 0 : verb->subjects)) return std::nullopt;
    if (!is_identifier(words.front()) || !std::all_of(words.begin(), words.end(), is_word)) return std::nullopt;
    return out;
}

bool is_ip88_value(std::string_view value) {
    return trim(value) == value && is_printable_utf8(value) && comment_at(value, ';') == std::string_view::npos;
}

std::string_view take_word(std::string_view& text) {
    const auto end = std::min(text.find_first_of(" \t"), text.size());
    const auto word = text.substr(0, end);
    text = trim(text.substr(end));
    return word;
}

/// "function call_park enable"; empty for a value that has no place in such a line.
std::string line_of(const Name& name, std::string_view value) {
    const auto blank = name.field.find(' ');
    const Verb* verb = find_verb(name.section, name.field.substr(0, blank));
    if (verb == nullptr || verb->subject == Verb::Subject::first)
        return fmt::format("{}{}{}\r\n", name.field, value.empty() ? "" : " ", value);
    if (!is_word(value)) return {};
    return fmt::format("{} {} {}\r\n", name.field.substr(0, blank), value, name.field.substr(blank + 1));
}

/// What a line says, its verb's subjects in the name. `rest`: behind the first word, and then the value.
std::string name_of_line(std::string_view section, std::string_view word, std::string_view& rest) {
    std::string name = fmt::format("{}.{}", section, word);
    const Verb* verb = find_verb(section, word);
    if (verb == nullptr) return name;
    if (verb->subject == Verb::Subject::last) {
        const auto blank = rest.find_last_of(" \t");
        (name += ' ') += blank == std::string_view::npos ? std::string_view() : rest.substr(blank + 1);
        rest = blank == std::string_view::npos ? std::string_view() : trim(rest.substr(0, blank));
        return is_word(rest) ? name : std::string();
    }
    for (std::size_t i = 0; i < verb->subjects; ++i) (name += ' ') += take_word(rest);
    return name;
}

} // namespace

Result<std::string> Ip88Text::write(std::span<const Parameter> parameters) const {
    std::vector<std::pair<std::string_view, std::string>> sections;
    std::size_t bytes = 0;
    for (const Parameter& parameter : parameters) {
        const auto name = split_name(parameter.name);
        if (!name || parameter.name.size() > limits::name_bytes_max)
            return fail(ErrorCode::invalid,
                        "not a name of the form SECTION.field: a section in capitals, as VOIP, and a field of letters, "
                        "digits, - and _",
                        printable(parameter.name));
        if (parameter.value.size() > limits::value_bytes_max)
            return fail(ErrorCode::too_large, fmt::format("a value has at most {} bytes", limits::value_bytes_max),
                        parameter.name);
        if (!is_ip88_value(parameter.value))
            return fail(ErrorCode::invalid,
                        "the value holds a line break, a control character, a blank at one of its ends, or a ';' that "
                        "would start a comment; this file has no place for them",
                        parameter.name);
        auto section = std::find_if(sections.begin(), sections.end(),
                                    [&](const auto& other) { return other.first == name->section; });
        if (section == sections.end()) {
            sections.emplace_back(name->section, fmt::format("[{}]\r\n", name->section));
            section = std::prev(sections.end());
        }
        const std::string line = line_of(*name, parameter.value);
        if (line.empty())
            return fail(ErrorCode::invalid, "such a line names one file, without a blank", parameter.name);
        section->second += line;
        bytes += parameter.name.size() + parameter.value.size() + 3;
        if (bytes > limits::document_bytes_max)
            return fail(ErrorCode::too_large, fmt::format("a file has at most {} bytes", limits::document_bytes_max));
    }
    std::stable_sort(sections.begin(), sections.end(),
                     [](const auto& a, const auto& b) { return place_of(a.first) < place_of(b.first); });
    std::string out;
    for (const auto& [name, text] : sections) out += text;
    return out;
}

Result<ParsedDocument> Ip88Text::read(std::string_view text) const {
    if (text.size() > limits::document_bytes_max)
        return fail(ErrorCode::too_large, fmt::format("a file has at most {} bytes", limits::document_bytes_max));
    if (text.starts_with(byte_order_mark)) text.remove_prefix(byte_order_mark.size());
    ParameterList list(ParameterList::Twice::last_counts);
    std::string section;
    TextLines lines(text);
    while (const auto line = lines.next()) {
        if (!is_printable_utf8(line->text))
            return fail(ErrorCode::invalid, "not a text: encrypted, or no configuration file",
                        fmt::format("line {}", line->number));
        std::string_view rest = trim(line->text.substr(0, comment_at(line->text, ';')));
        if (rest.empty()) continue;
        if (rest.starts_with('[') && rest.ends_with(']')) {
            const auto name = rest.substr(1, rest.size() - 2);
            section.clear();
            if (is_identifier(name))
                std::transform(name.begin(), name.end(), std::back_inserter(section),
                               [](char c) { return c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c; });
            if (section.empty()) list.note(fmt::format("'{}' is no section", printable(rest, 40)), line->number);
            continue;
        }
        const auto word = take_word(rest);
        std::string name = name_of_line(section, word, rest);
        if (section.empty() || !split_name(name)) {
            list.note(fmt::format("'{}' stands in no section, or is no field", printable(word, 40)), line->number);
            continue;
        }
        if (auto added = list.add(std::move(name), rest, line->number); !added) return tl::unexpected(added.error());
    }
    return list.take();
}

} // namespace offhook::config
