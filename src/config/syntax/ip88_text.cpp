#include "config/syntax/ip88_text.hpp"

#include "base/limits.hpp"
#include "base/text.hpp"
#include "config/syntax/limits.hpp"
#include "config/syntax/parameter_list.hpp"
#include "config/syntax/text_lines.hpp"

#include <algorithm>
#include <fmt/format.h>
#include <vector>

namespace offhook::config {
namespace {

constexpr std::string_view byte_order_mark = "\xef\xbb\xbf";

/// Lines of these sections whose first word is a verb: the word behind it says what is meant.
constexpr std::pair<std::string_view, std::string_view> verbs[] = {
    {"PROG", "add"}, {"SYSTEM", "function"}, {"DIAL", "vsc"}};

bool is_verb(std::string_view section, std::string_view word) {
    return std::any_of(std::begin(verbs), std::end(verbs), [&](const auto& verb) {
        return equal_ignoring_case(verb.first, section) && equal_ignoring_case(verb.second, word);
    });
}

/// One word of a name: visible ASCII that does not look like a section or a comment.
bool is_word(std::string_view word) {
    return !word.empty() && word.front() != '[' && word.front() != ';' &&
           std::all_of(word.begin(), word.end(), [](char c) { return c > ' ' && c <= '~'; });
}

bool is_section(std::string_view name) {
    return !name.empty() && std::all_of(name.begin(), name.end(), [](char c) {
        return ascii_digit(c) || c == '_' || c == '-' || (ascii_lower(c) >= 'a' && ascii_lower(c) <= 'z');
    });
}

struct Name {
    std::string_view section, field; ///< "PROG", "add 3"
};

/// Nullopt: not one that stands in a file and reads back.
std::optional<Name> split_name(std::string_view name) {
    const auto dot = name.find('.');
    if (dot == std::string_view::npos || !is_section(name.substr(0, dot))) return std::nullopt;
    const Name out{name.substr(0, dot), name.substr(dot + 1)};
    const auto blank = out.field.find(' ');
    const bool verb = is_verb(out.section, out.field.substr(0, blank));
    if (verb != (blank != std::string_view::npos)) return std::nullopt;
    if (!is_word(out.field.substr(0, blank)) || (verb && !is_word(out.field.substr(blank + 1)))) return std::nullopt;
    return out;
}

/// Where a comment starts: at a ';' behind a blank, or in front.
std::size_t comment_at(std::string_view line) {
    for (std::size_t i = 0; i < line.size(); ++i)
        if (line[i] == ';' && (i == 0 || line[i - 1] == ' ' || line[i - 1] == '\t')) return i;
    return std::string_view::npos;
}

bool is_ip88_value(std::string_view value) {
    return trim(value) == value && is_printable_utf8(value) && comment_at(value) == std::string_view::npos;
}

std::string_view take_word(std::string_view& text) {
    const auto end = std::min(text.find_first_of(" \t"), text.size());
    const auto word = text.substr(0, end);
    text = trim(text.substr(end));
    return word;
}

} // namespace

Result<std::string> Ip88Text::write(std::span<const Parameter> parameters) const {
    std::vector<std::pair<std::string_view, std::string>> sections;
    std::size_t bytes = 0;
    for (const Parameter& parameter : parameters) {
        const auto name = split_name(parameter.name);
        if (!name || parameter.name.size() > limits::name_bytes_max)
            return fail(ErrorCode::invalid, "not a name of the form SECTION.field", printable(parameter.name));
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
        section->second += fmt::format("{}{}{}\r\n", name->field, parameter.value.empty() ? "" : " ", parameter.value);
        bytes += parameter.name.size() + parameter.value.size() + 3;
        if (bytes > limits::document_bytes_max)
            return fail(ErrorCode::too_large, fmt::format("a file has at most {} bytes", limits::document_bytes_max));
    }
    std::string out;
    for (const auto& [name, text] : sections) out += text;
    return out;
}

Result<ParsedDocument> Ip88Text::read(std::string_view text) const {
    if (text.size() > limits::document_bytes_max)
        return fail(ErrorCode::too_large, fmt::format("a file has at most {} bytes", limits::document_bytes_max));
    if (text.starts_with(byte_order_mark)) text.remove_prefix(byte_order_mark.size());
    ParameterList list(ParameterList::Twice::last_counts);
    std::string_view section;
    TextLines lines(text);
    while (const auto line = lines.next()) {
        if (!is_printable_utf8(line->text))
            return fail(ErrorCode::invalid, "not a text: encrypted, or no configuration file",
                        fmt::format("line {}", line->number));
        std::string_view rest = trim(line->text.substr(0, comment_at(line->text)));
        if (rest.empty()) continue;
        if (rest.starts_with('[') && rest.ends_with(']')) {
            const auto name = rest.substr(1, rest.size() - 2);
            section = is_section(name) ? name : std::string_view();
            if (section.empty()) list.note(fmt::format("'{}' is no section", printable(rest, 40)), line->number);
            continue;
        }
        const auto word = take_word(rest);
        std::string name = fmt::format("{}.{}", section, word);
        if (is_verb(section, word)) (name += ' ') += take_word(rest);
        if (section.empty() || !split_name(name)) {
            list.note(fmt::format("'{}' stands in no section, or is no field", printable(word, 40)), line->number);
            continue;
        }
        if (auto added = list.add(std::move(name), rest, line->number); !added) return tl::unexpected(added.error());
    }
    return list.take();
}

} // namespace offhook::config
