#pragma once
/// @file  ModelHints: which model a MAC address is, where a tree happens to tell - in phones' logs, in the User-Agents
/// of a server's access log.
///
/// Threads  any.
#include "config/family/family.hpp"
#include "config/import/tree.hpp"

#include <map>
#include <string>

namespace offhook::config {

struct ModelHint {
    const Model* model = nullptr;
    std::string from; ///< the file that tells
};

/// The last word counts: what stands further down in a log is later.
[[nodiscard]] std::map<MacAddress, ModelHint> model_hints(const Tree& tree, const Family& family);
/// Templates like to say in a comment, in their first lines, what they are for. `mark` is what begins one. Null: none
/// does.
[[nodiscard]] const Model* model_in_comment(std::string_view bytes, char mark, const Family& family);

} // namespace offhook::config
