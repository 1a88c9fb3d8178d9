#pragma once
/// @file  kea_push: puts our parts into a running Kea, or its former configuration back, in steps that an operator
/// sees.
///
/// config-get, edit, difference on stderr (without passwords), config-test, confirmation, config-get again (what
/// changed under us is not overwritten), the former configuration into FORMER.new, config-set, FORMER.new to FORMER,
/// config-write. A push that fails leaves the point to roll back to as it was.
/// Errors  exit_failed after a sentence on stderr; nothing is set before the confirmation.
#include "config/dhcp_config/kea.hpp"

#include <filesystem>
#include <string>

namespace offhook::cli {

enum class Confirmation : std::uint8_t { ask, given };

struct KeaPush {
    std::string socket_path;
    config::DhcpVersion version = config::DhcpVersion::v4;
    std::filesystem::path former; ///< the file that keeps what was there before
    Confirmation confirmation = Confirmation::ask;
};

/// The exit code.
int push_to_kea(const KeaPush& push, const config::KeaParts& parts);
/// Puts back what `former` holds, and keeps there what it replaces: twice is as before. control-socket stays as it is.
int roll_kea_back(const KeaPush& push);

} // namespace offhook::cli
