#pragma once
/// @file  Told text: what the network puts into an option or a NOTIFY, before any family's rule looks at it.
///
/// Anybody on the wire may have written it. Source  reference: protocols 3.4 (NUL at the end, octets where text is
/// meant).
#include "base/result.hpp"

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace offhook::phone {

/// The value as text: NULs at its end and blanks around it are gone.
/// Errors: not_found when nothing is left; too_large, with both lengths; invalid for octets that are no printable
/// ASCII.
[[nodiscard]] Result<std::string> told_text(std::string_view value, std::size_t bytes_max = 255);

/// For people and logs: the password of "scheme://user:password@host" or "user:password@host" is gone, the rest
/// printable and short. What could be a password counts as one: all from the first ':' to the last '@'.
[[nodiscard]] std::string shown_address(std::string_view text);

} // namespace offhook::phone
