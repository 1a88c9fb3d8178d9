#pragma once
/// @file  Sealing: the last step of rendering, where a document of a device is served encrypted.
///
/// When   provisioning.sealed is yes in the device's effective settings, or the pack says always; nothing of it reaches
/// a
///        document that several devices share, which have no key in common.
/// Key    provisioning.previous_file_key where it is stated - a phone that is to learn a new key still has that one -
///        else provisioning.file_key. The salt is the MAC address and the document's kind, so that no two documents are
///        sealed alike.
///        Where the device's own layer states the previous key, and the document tells the phone
///        provisioning.file_key by whichever of the pack's rows, it ends the rotation once the phone has it whole
///        (Rendered::ends_key_rotation); what a site or the fleet states ends by hand.
/// Twins  a phone may know a sealed file by its name. Of the two documents the plain one is whole until
///        provisioning.sealed is yes, and a stub from then on: it says where the sealed one is, and nothing else. The
///        sealed one is there from then on, and as long as an old key is stated.
///        The plain twin that introduces is never a stub: it stays whole, with the key, and whoever serves it sees to
///        it that only those get it whom a secret may be told (Rendered::is_introduction).
/// Errors not_found: there is no key, or it is the plain twin's turn. invalid: a key that the seal cannot use, or,
/// where
///        a plain twin introduces, that the phone's rule cannot name between quotes. No message holds the key.
#include "config/render/render.hpp"

namespace offhook::config {

/// Whether a document that is always sealed is there for a device with these layers; any other is. Errors: not_found.
[[nodiscard]] Result<void> check_twin(const Document& document, std::span<const LayerRef> all);
/// Whether it holds only what the pack fixes, because the rest goes out sealed under another name.
[[nodiscard]] bool is_stub(const Document& document, std::span<const LayerRef> all);

/// Sets `sealed` and `seal` of what is rendered, where it is to be sealed; `is_introduction` of what is not to be.
[[nodiscard]] Result<void> seal_rendered(Rendered& rendered, const Document& document, const Subject& subject);

} // namespace offhook::config
