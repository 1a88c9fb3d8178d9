#pragma once
/// @file  PrivateFile: writes what holds passwords to a name that an operator said.
///
/// Shape    a new file beside it, of mode 0600, made durable and then put in the name's place: whoever reads the name
/// has
///          the old whole or the new whole. What a link leads to is replaced, not the link. What is there and no
///          regular file (a terminal, /dev/null, a pipe) is written into.
/// Errors   unavailable: it cannot be written; nothing is left beside it then.
/// Threads  any; two writers of one name: the last counts.
#include "base/result.hpp"

#include <string>
#include <string_view>

namespace offhook::cli {

[[nodiscard]] Result<void> write_private_file(const std::string& path, std::string_view bytes);

} // namespace offhook::cli
