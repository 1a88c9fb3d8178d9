#pragma once
/// @file  Carried: a document's text without the parameters that its grammar cannot carry.
///
/// One value that has no place in a grammar costs the phone that value, not its file: it is left out whole, never
/// mangled, and said so.
/// Secrets  a reason that would show a secret value does not.
/// Errors   as Syntax::write_marked(), of what no single parameter is to blame for: a file that is too large.
/// Threads  any.
#include "config/render/render.hpp"

namespace offhook::config {

/// The text of `rendered.parameters`, which afterwards are those that stand in it; the others are in
/// `rendered.left_out` and among its notes.
[[nodiscard]] Result<std::string> write_carried(const Document& document, Rendered& rendered, const Family& family);

} // namespace offhook::config
