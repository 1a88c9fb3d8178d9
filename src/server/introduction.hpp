#pragma once
/// @file  Introduction: whether a family's phones learn their file key from their own plain file, and what else tells
/// it.
///
/// Threads  any.
/// Source   reference: Linksys 7.4, 9.3.
#include "base/mac_address.hpp"
#include "catalogue/site.hpp"
#include "config/family/family.hpp"
#include "config/settings/effective.hpp"

#include <string>

namespace offhook::server {

/// Whether one of its documents is withheld, while provisioning.sealed says so, because it brings the key.
[[nodiscard]] bool has_introduction(const config::Family& family);
/// Whether such files are stored: of a family with such a document, assets whose name holds the phone's MAC. A compiled
/// profile that stands for the phone's own file is one.
[[nodiscard]] bool may_bring_key(const config::Family& family, const config::OtherFile& file);
/// Whether files that many phones share say where each has its own, by provisioning.sealed. Then it is the site's, or
/// the fleet's: a phone of which a narrower layer says otherwise is sent where there is nothing for it.
[[nodiscard]] bool shares_where_sealed(const config::Family& family);
/// The command before "provisioning.sealed=…" for such a device, or for any other.
[[nodiscard]] std::string sealing_command(const config::Family& family, const catalogue::Site& site, MacAddress mac);
/// Whether provisioning.sealed says so.
[[nodiscard]] bool has_sealed_files(const config::Effective& stated);

} // namespace offhook::server
