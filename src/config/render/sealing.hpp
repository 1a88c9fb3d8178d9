#pragma once
/// @file  Sealing: the last step of rendering, where a document of a device is served encrypted.
///
/// When   provisioning.sealed is yes in the device's effective settings, or the pack says always; nothing of it reaches
/// a
///        document that several devices share, which have no key in common.
/// Key    provisioning.previous_file_key where it is stated - a phone that is to learn a new key still has that one -
///        else provisioning.file_key. The salt is the MAC address and the document's kind, so that no two documents are
///        sealed alike.
/// Errors not_found: there is no key. invalid: a key that the seal cannot use. Neither message holds the key.
#include "config/render/render.hpp"

namespace offhook::config {

/// Whether the phone has this file sealed under another name. Then only what always stands in it is served here: it leads a
/// phone that was told the plain name to the sealed one.
[[nodiscard]] bool is_sealed_elsewhere(const Document& document, const Subject& subject);

/// Sets `sealed` and `seal` of what is rendered, where it is to be sealed.
[[nodiscard]] Result<void> seal_rendered(Rendered& rendered, const Document& document, const Subject& subject);

} // namespace offhook::config
