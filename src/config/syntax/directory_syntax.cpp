#include "config/syntax/directory_syntax.hpp"

#include "config/syntax/polycom_directory.hpp"

namespace offhook::config {
namespace {

const PolycomDirectory polycom;

} // namespace

const DirectorySyntax* find_directory_syntax(std::string_view name) {
    return name == polycom.name() ? &polycom : nullptr;
}

std::string directory_syntax_names() { return std::string(polycom.name()); }

} // namespace offhook::config
