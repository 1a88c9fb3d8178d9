#pragma once
/// @file  SealedUploads: what phones have sealed with their file key before they sent it.
///
/// It comes back to the phone byte for byte, so it has to open with the key that the phone has by then. Before the key
/// before is forgotten, what was sealed with it is stored anew, sealed with the present one; the phone's own bytes stay
/// as an older version. What opens with none of the stated keys is kept and not offered: a Polycom phone that cannot
/// open its overrides restarts again and again.
/// Errors   unavailable: the store took nothing more. The key before must not be forgotten then.
/// Threads  reseal_uploads() waits for the store: never a loop's. The others any.
/// Source   reference: Polycom 5.4.
#include "base/result.hpp"
#include "catalogue/snapshot.hpp"
#include "catalogue/store/store.hpp"
#include "config/family/family.hpp"
#include "config/settings/effective.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace offhook::server {

/// The first seal whose bytes those may be; null: they are plain, or of a seal that cannot tell its own files.
[[nodiscard]] const config::Seal* seal_of_upload(std::string_view bytes);

/// What one key makes of it, and by which of the seals that look alike. Nullopt: nothing that could be a phone's.
struct OpenedUpload {
    const config::Seal* seal = nullptr;
    std::string plain;
};
[[nodiscard]] std::optional<OpenedUpload> open_upload(std::string_view bytes, std::string_view key);

/// As the layers state them; empty: they do not.
struct FileKeys {
    std::string present, previous;
};
[[nodiscard]] FileKeys file_keys_of(const config::Effective& stated);
[[nodiscard]] FileKeys file_keys_of(const catalogue::Snapshot& snapshot, const config::Families& families,
                                    const catalogue::Device& device);

/// Whether the phone can be given it. Yes where no key is stated: then nobody knows.
[[nodiscard]] bool opens_with(const FileKeys& keys, std::string_view bytes);

struct Resealed {
    std::vector<std::string> kinds;  ///< stored anew
    std::vector<std::string> closed; ///< which no stated key opens
};
[[nodiscard]] Result<Resealed> reseal_uploads(catalogue::Store& store, const FileKeys& keys,
                                              const catalogue::Device& device);

} // namespace offhook::server
