#include "config/syntax/parameter_list.hpp"

#include "base/limits.hpp"
#include "base/text.hpp"
#include "config/syntax/limits.hpp"

#include <fmt/format.h>

namespace offhook::config {

Result<void> ParameterList::add(std::string name, std::string_view value, std::size_t line) {
    if (document_.parameters.size() >= limits::document_parameters_max)
        return fail(ErrorCode::too_large, fmt::format("more than {} parameters", limits::document_parameters_max));
    if (name.size() > limits::name_bytes_max || value.size() > limits::value_bytes_max) {
        note(fmt::format("{} is longer than we read and is left out", printable(name, 60)), line);
        return {};
    }
    const auto [first, is_new] = first_lines_.try_emplace(name, line);
    if (!is_new)
        note(fmt::format("{} stands twice, first in line {}; the {} counts", printable(name), first->second,
                         twice_ == Twice::first_counts ? "first" : "last"),
             line);
    document_.parameters.push_back({std::move(name), std::string(value)});
    return {};
}

void ParameterList::note(std::string text, std::size_t line) {
    if (document_.notes.size() < limits::syntax_notes_max) document_.notes.push_back({std::move(text), line});
}

} // namespace offhook::config
