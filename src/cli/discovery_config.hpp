#pragma once
/// @file  The sections of offhook.toml for discovery listeners: [listen.pnp], [listen.dhcp4], [listen.dhcp6].
///
/// Errors   go to `problems`, with file and line.
#include "config/family/toml_reader.hpp"
#include "server/discovery/discovery_options.hpp"

namespace offhook::cli {

void read_pnp(config::TomlReader& from, config::Problems& problems, server::PnpOptions& out);
void read_dhcp4(config::TomlReader& from, config::Problems& problems, const std::string& file,
                server::Dhcp4Options& out);
void read_dhcp6(config::TomlReader& from, config::Problems& problems, const std::string& file,
                server::Dhcp6Options& out);

} // namespace offhook::cli
