#include "config/syntax/directory_syntax.hpp"

namespace offhook::config {

const DirectorySyntax* find_directory_syntax(std::string_view) { return nullptr; }

std::string directory_syntax_names() { return {}; }

} // namespace offhook::config
