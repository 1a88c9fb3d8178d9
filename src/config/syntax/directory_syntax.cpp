#include "config/syntax/directory_syntax.hpp"

#include "config/syntax/ip88_phonebook.hpp"
#include "config/syntax/polycom_directory.hpp"

namespace offhook::config {
namespace {

const PolycomDirectory polycom;
const Ip88Phonebook ip88;
const DirectorySyntax* const all[]{&polycom, &ip88};

} // namespace

const DirectorySyntax* find_directory_syntax(std::string_view name) {
    for (const auto* syntax : all)
        if (name == syntax->name()) return syntax;
    return nullptr;
}

std::string directory_syntax_names() {
    std::string out;
    for (const auto* syntax : all) (out += out.empty() ? "" : ", ") += syntax->name();
    return out;
}

} // namespace offhook::config
