#include "config/syntax/yealink_text.hpp"

#include "base/limits.hpp"
#include "base/text.hpp"
#include "config/syntax/limits.hpp"
#include "config/syntax/parameter_list.hpp"
#include "config/syntax/text_lines.hpp"

#include <algorithm>
#include <fmt/format.h>

namespace offhook::config {
namespace {

constexpr std::string_view null_word = "%NULL%";
constexpr std::string_view empty_word = "%EMPTY%";

bool is_yealink_name(std::string_view name) {
    const auto is_letter = [](char c) { return ascii_lower(c) >= 'a' && ascii_lower(c) <= 'z'; };
    return !name.empty() && is_letter(name.front()) && std::all_of(name.begin(), name.end(), [&](char c) {
        return is_letter(c) || ascii_digit(c) || c == '.' || c == '_' || c == '-';
    });
}

} // namespace

Result<void> YealinkText::append(std::string& out, const Parameter& parameter) {
    const std::string_view value = parameter.value;
    if (!is_yealink_name(parameter.name) || parameter.name.size() > limits::name_bytes_max)
        return fail(ErrorCode::invalid, "not a name of letters, digits, '.', '_' and '-'",
                    printable(parameter.name, 80));
    if (value.size() > limits::value_bytes_max)
        return fail(ErrorCode::too_large, fmt::format("a value has at most {} bytes", limits::value_bytes_max),
                    parameter.name);
    if (!is_printable_utf8(value))
        return fail(ErrorCode::invalid,
                    "the value holds a line break or a control character; this file has no place for them",
                    parameter.name);
    if (trim(value) != value)
        return fail(ErrorCode::invalid, "the value begins or ends with a blank, which a phone drops", parameter.name);
    if (value == null_word || value == empty_word)
        return fail(ErrorCode::invalid, "the value is the word by which this file empties a parameter", parameter.name);
    out += fmt::format("{} = {}\n", parameter.name, value.empty() ? null_word : value);
    if (out.size() > limits::document_bytes_max)
        return fail(ErrorCode::too_large, fmt::format("a file has at most {} bytes", limits::document_bytes_max));
    return {};
}

Result<void> YealinkText::take(ParameterList& list, std::string_view line, std::size_t number) {
    const auto equals = line.find('=');
    const auto name = trim(line.substr(0, equals));
    if (equals == std::string_view::npos || !is_yealink_name(name) || !is_printable_utf8(line)) {
        list.note(fmt::format("'{}' is no 'key = value' and is ignored", printable(name, 40)), number);
        return {};
    }
    const auto value = trim(line.substr(equals + 1));
    return list.add(std::string(name), value == null_word || value == empty_word ? std::string_view() : value, number);
}

Result<void> YealinkText::check_head(std::string_view text) {
    if (text.size() > limits::document_bytes_max)
        return fail(ErrorCode::too_large, fmt::format("a file has at most {} bytes", limits::document_bytes_max));
    TextLines lines(text);
    const auto first = lines.next();
    if (first && trim(first->text) == first_line) return {};
    return fail(ErrorCode::invalid,
                fmt::format("the file does not begin with the line '{}': a phone drops the whole of it", first_line),
                "line 1");
}

Result<std::string> YealinkText::write(std::span<const Parameter> parameters) const {
    std::string out = fmt::format("{}\n", first_line);
    for (const Parameter& parameter : parameters)
        if (const auto done = append(out, parameter); !done) return tl::unexpected(done.error());
    return out;
}

Result<ParsedDocument> YealinkText::read(std::string_view text) const {
    if (const auto usable = check_head(text); !usable) return tl::unexpected(usable.error());
    ParameterList list(ParameterList::Twice::last_counts);
    TextLines lines(text);
    while (const auto line = lines.next()) {
        const auto body = trim(line->text);
        if (body.empty() || body.starts_with('#')) continue;
        if (const auto taken = take(list, body, line->number); !taken) return tl::unexpected(taken.error());
    }
    return list.take();
}

} // namespace offhook::config
