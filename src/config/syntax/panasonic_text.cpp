#include "config/syntax/panasonic_text.hpp"

#include "base/limits.hpp"
#include "base/text.hpp"
#include "config/syntax/limits.hpp"
#include "config/syntax/parameter_list.hpp"
#include "config/syntax/text_lines.hpp"

#include <algorithm>
#include <array>
#include <fmt/format.h>

namespace offhook::config {
namespace {

constexpr std::string_view magic = "# Panasonic SIP Phone Standard Format File #";
constexpr std::string_view warning = " DO NOT CHANGE THIS LINE!";
constexpr std::size_t name_bytes_max = 32;
constexpr std::size_t value_bytes_max = 500;
constexpr std::size_t line_bytes_max = 535; ///< without CR LF
constexpr std::size_t file_bytes_max = 120 * 1024;

bool is_name(std::string_view name) {
    return !name.empty() && std::all_of(name.begin(), name.end(), [](char c) {
        return ascii_digit(c) || c == '_' || (ascii_lower(c) >= 'a' && ascii_lower(c) <= 'z');
    });
}

/// Printable, and no quote.
bool is_value(std::string_view value) { return is_printable_utf8(value) && value.find('"') == std::string_view::npos; }

constexpr std::string_view open_quote = "has no closing quote";
constexpr std::string_view utf8_mark = "\xef\xbb\xbf";

/// What is wrong with a line; empty: nothing, and `name` and `value` are set.
std::string_view take_apart(std::string_view line, std::string_view& name, std::string_view& value) {
    if (line.size() > line_bytes_max) return "is longer than a phone reads";
    const auto equals = line.find('=');
    if (equals == std::string_view::npos) return "has no '='";
    name = line.substr(0, equals);
    value = line.substr(equals + 1);
    if (!is_name(name)) return "has no name, or a blank around it";
    if (name.size() > name_bytes_max) return "has a name of more than 32 bytes";
    if (!value.starts_with('"')) return "has no value in double quotes";
    if (value.find('"', 1) == std::string_view::npos) return open_quote;
    if (!value.ends_with('"')) return "does not end with its closing quote";
    value = value.substr(1, value.size() - 2);
    if (value.size() > value_bytes_max) return "has a value of more than 500 bytes";
    if (!is_value(value)) return "has a quote or a control character in its value";
    return {};
}

} // namespace

Result<std::string> PanasonicText::write(std::span<const Parameter> parameters) const {
    std::string out = fmt::format("{}{}\r\n", magic, warning);
    for (const Parameter& parameter : parameters) {
        if (!is_name(parameter.name))
            return fail(ErrorCode::invalid, "not a name of letters, digits and '_'", printable(parameter.name));
        if (parameter.name.size() > name_bytes_max)
            return fail(ErrorCode::too_large, fmt::format("a name has at most {} bytes", name_bytes_max),
                        printable(parameter.name, 40));
        if (parameter.value.size() > value_bytes_max)
            return fail(ErrorCode::too_large, fmt::format("a value has at most {} bytes", value_bytes_max),
                        parameter.name);
        if (!is_value(parameter.value))
            return fail(ErrorCode::invalid,
                        "the value holds a double quote, a line break or a control character; this file has no place "
                        "for them",
                        parameter.name);
        out += fmt::format("{}=\"{}\"\r\n", parameter.name, parameter.value);
        if (out.size() + 2 > file_bytes_max)
            return fail(ErrorCode::too_large, fmt::format("a file has at most {} bytes", file_bytes_max));
    }
    return out += "\r\n";
}

namespace {

bool has_magic(std::string_view text, std::span<const std::string_view> magics) {
    return std::any_of(magics.begin(), magics.end(), [&](std::string_view each) { return text.starts_with(each); });
}

tl::unexpected<Error> no_magic(std::string_view text, std::span<const std::string_view> magics) {
    const bool has_mark = text.starts_with(utf8_mark) && has_magic(text.substr(utf8_mark.size()), magics);
    return fail(ErrorCode::invalid,
                has_mark
                    ? fmt::format("the file begins with a byte order mark instead of '{}': a phone drops the whole "
                                  "of it",
                                  magics.front())
                    : fmt::format("the file does not begin with '{}': a phone drops the whole of it",
                                  magics.empty() ? magic : magics.front()),
                "line 1");
}

} // namespace

Result<ParsedDocument> PanasonicText::read(std::string_view text) const {
    static constexpr std::array magics{magic};
    return read_as(text, {magics});
}

Result<ParsedDocument> PanasonicText::read_as(std::string_view text, const PanasonicRules& rules) const {
    using Spoilt = PanasonicRules::Spoilt;
    if (text.size() > limits::document_bytes_max)
        return fail(ErrorCode::too_large, fmt::format("a file has at most {} bytes", limits::document_bytes_max));
    if (!has_magic(text, rules.magics)) return no_magic(text, rules.magics);
    ParameterList list(ParameterList::Twice::first_counts);
    if (text.size() > file_bytes_max) {
        if (rules.oversize == Spoilt::refused)
            return fail(ErrorCode::too_large, fmt::format("a phone takes files of at most {} bytes", file_bytes_max));
        list.note(fmt::format("the file has more than {} bytes, which is all that a phone takes", file_bytes_max), 1);
    }
    TextLines lines(text);
    while (const auto line = lines.next()) {
        if (line->text.empty() || line->text.starts_with('#')) continue;
        std::string_view name, value;
        if (const auto wrong = take_apart(line->text, name, value); !wrong.empty()) {
            const auto subject = printable(line->text.substr(0, line->text.find('=')), 40);
            if (wrong == open_quote && rules.open_quote == Spoilt::refused)
                return fail(ErrorCode::invalid, fmt::format("'{}' {}: the whole file does not count", subject, wrong),
                            fmt::format("line {}", line->number));
            list.note(fmt::format("'{}' {} and is ignored", subject, wrong), line->number);
            continue;
        }
        if (auto added = list.add(std::string(name), value, line->number); !added) return tl::unexpected(added.error());
    }
    return list.take();
}

} // namespace offhook::config
