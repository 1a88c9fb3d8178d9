#pragma once
/// @file  Which stored thing a name means: the device's current upload, a firmware image, an asset.
///
/// Plain look-ups in a snapshot; nothing here touches a disk. An image is looked for under the name that was asked for
/// and then without its part number ("2345-11500-040.sip.ld", "sip.ld"). What is stored for other models, another
/// family or another site is never given; of what is left the site's own goes first, then the model's, then the latest.
/// Threads  any.
#include "catalogue/snapshot.hpp"
#include "config/family/family.hpp"

#include <memory>
#include <string>
#include <string_view>
#include <variant>

namespace offhook::server {

/// Who asks for what, as far as it decides which file that is.
struct StoredQuestion {
    const config::Family* family = nullptr;
    const config::Model* model = nullptr; ///< of the device, or as its User-Agent says; null: not known
    const catalogue::Site* site = nullptr;
    const config::PathMatch* match = nullptr;
    std::string_view path; ///< behind a site's token
};

/// The firmware or asset that answers; null: none.
[[nodiscard]] std::shared_ptr<const catalogue::StoredFile> find_stored_file(const catalogue::Snapshot& snapshot,
                                                                            const StoredQuestion& question);
/// The model that has the part number; null: the pack does not know it.
[[nodiscard]] const config::Model* model_of_part(const config::Family& family, std::string_view part);
/// Whether some phone of the family could ask for a file of this name. Null: nobody would.
[[nodiscard]] const config::OtherFile* asked_for_as(const config::Family& family, std::string_view name);
/// "text/xml", "text/plain", or "application/octet-stream" for all else. By the name's end.
[[nodiscard]] std::string_view media_type_of(std::string_view name);
/// What such an upload is called where a name is needed: its first pattern with the MAC put in.
[[nodiscard]] std::string upload_name(const config::OtherFile& upload, MacAddress mac);

} // namespace offhook::server
