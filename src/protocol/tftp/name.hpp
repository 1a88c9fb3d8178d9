#pragma once
/// @file  The name in a TFTP request to the key that delivery looks up.
///
/// Back-slashes are turned, leading and doubled slashes and "." dropped. A ".." is refused, not resolved: no phone
/// needs it. Errors: control characters (they forge lines in logs), "..", nothing left, too long. Source  how phones
/// ask: "/Polycom\\0004f2abcdef.cfg"; protocol/http_target.hpp for the other transports.
#include "protocol/tftp/limits.hpp"

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>

namespace offhook::protocol::tftp {

using NameScratch = std::array<char, limits::file_name_bytes_max>;

/// nullopt: no file is called that. Lifetime: the result points into `scratch`.
[[nodiscard]] std::optional<std::string_view> tidy_name(std::string_view file_name, NameScratch& scratch);

} // namespace offhook::protocol::tftp
