#include "config/syntax/yealink_boot.hpp"

#include "base/limits.hpp"
#include "base/text.hpp"
#include "config/syntax/parameter_list.hpp"
#include "config/syntax/text_lines.hpp"
#include "config/syntax/yealink_text.hpp"

#include <algorithm>
#include <fmt/format.h>

namespace offhook::config {
namespace {

constexpr std::string_view verb = "include:config";
constexpr std::string_view prefix = "include.";

bool is_file(std::string_view name) {
    return !name.empty() && name.size() <= limits::value_bytes_max && is_printable_utf8(name) && trim(name) == name &&
           name.find_first_of("\"<>") == std::string_view::npos;
}

/// What stands between the quotes or brackets, or bare; empty: nothing that is a file's name.
std::string_view file_of(std::string_view rest) {
    rest = trim(rest);
    const bool enclosed = rest.size() >= 2 &&
                          ((rest.front() == '"' && rest.back() == '"') || (rest.front() == '<' && rest.back() == '>'));
    if (enclosed) rest = trim(rest.substr(1, rest.size() - 2));
    return is_file(rest) ? rest : std::string_view();
}

} // namespace

Result<std::string> YealinkBoot::write(std::span<const Parameter> parameters) const {
    std::string out = fmt::format("{}\n", YealinkText::first_line);
    for (const Parameter& parameter : parameters) {
        if (!parameter.name.starts_with(prefix)) {
            if (const auto done = YealinkText::append(out, parameter); !done) return tl::unexpected(done.error());
            continue;
        }
        if (!is_file(parameter.value))
            return fail(ErrorCode::invalid,
                        "not the name of a file: quotes, angle brackets and control characters have no place in it",
                        printable(parameter.name, 80));
        out += fmt::format("{} \"{}\"\n", verb, parameter.value);
        if (out.size() > limits::document_bytes_max)
            return fail(ErrorCode::too_large, fmt::format("a file has at most {} bytes", limits::document_bytes_max));
    }
    return out;
}

Result<ParsedDocument> YealinkBoot::read(std::string_view text) const {
    if (const auto usable = YealinkText::check_head(text); !usable) return tl::unexpected(usable.error());
    ParameterList list(ParameterList::Twice::last_counts);
    TextLines lines(text);
    std::size_t count = 0;
    while (const auto line = lines.next()) {
        const auto body = trim(line->text);
        if (body.empty() || body.starts_with('#')) continue;
        if (body.starts_with(prefix)) { // it would be taken for one of ours
            list.note(fmt::format("'{}' is no line of a boot file and is ignored", printable(body, 40)), line->number);
            continue;
        }
        if (!body.starts_with(verb)) {
            if (const auto taken = YealinkText::take(list, body, line->number); !taken)
                return tl::unexpected(taken.error());
            continue;
        }
        const auto file = file_of(body.substr(verb.size()));
        if (file.empty()) {
            list.note(fmt::format("'{}' names no file and is ignored", printable(body, 40)), line->number);
            continue;
        }
        auto added = list.add(fmt::format("{}{}", prefix, ++count), file, line->number);
        if (!added) return tl::unexpected(added.error());
    }
    return list.take();
}

} // namespace offhook::config
