#pragma once
/// @file  Our DHCPv6 identifier: made once, the same for ever, whatever becomes of the network cards.
///
/// Shape   DUID-UUID (RFC 6355): 0004 and sixteen bytes; in DIR/dhcp6.duid as hexadecimal digits and a line's end.
/// Errors  throws std::runtime_error where DIR cannot be read or written, or the file holds something else.
#include "base/random.hpp"

#include <filesystem>
#include <string>

namespace offhook::server {

/// Synced before it returns: clients remember it.
[[nodiscard]] std::string load_or_make_duid(const std::filesystem::path& directory, Random& random);

} // namespace offhook::server
