#pragma once
/// @file  Introduction: whether a family's phones learn their file key from their own plain file, and what else tells
/// it.
///
/// Threads  any.
/// Source   reference: Linksys 7.4, 9.3.
#include "config/family/family.hpp"
#include "config/settings/effective.hpp"

namespace offhook::server {

/// Whether one of its documents is withheld, while provisioning.sealed says so, because it brings the key.
[[nodiscard]] bool has_introduction(const config::Family& family);
/// Whether such files are stored: of a family with such a document, assets whose name holds the phone's MAC. A compiled
/// profile that stands for the phone's own file is one.
[[nodiscard]] bool may_bring_key(const config::Family& family, const config::OtherFile& file);
/// Whether provisioning.sealed says so.
[[nodiscard]] bool has_sealed_files(const config::Effective& stated);

} // namespace offhook::server
