#pragma once
/// @file  Version files: the vendor's lists of software, the images that only they name, and the list that we make.
///
/// What a vendor's list names is stored under exactly that name, and served under it although no pattern of the pack
/// has it. A list of our own is made only where firmware.compose_version_file says so and the vendor's is not stored:
/// for virtual phones alone, and its first line says so. Its sums are of all bytes, modulo 2^32.
/// Limits   version_file_bytes_max.
/// Threads  any; read_stored_version_file() and write_composed() wait for disks.
#include "catalogue/snapshot.hpp"
#include "catalogue/store/store.hpp"
#include "config/family/family.hpp"
#include "config/settings/effective.hpp"
#include "config/syntax/version_file.hpp"
#include "server/stored_files.hpp"

#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace offhook::server {

constexpr std::size_t version_file_bytes_max = 64U << 10U;

/// Whether the family's phones ask for it as a version file.
[[nodiscard]] bool is_version_file(const config::Family& family, std::string_view name);

/// A stored image under a name of the vendor's own, and the family whose phones are told such names.
struct ListedImage {
    const config::Family* family = nullptr; ///< null: there is none
    const config::OtherFile* as = nullptr;
};
[[nodiscard]] ListedImage find_listed_image(const catalogue::Snapshot& snapshot, const config::Families& families,
                                            std::string_view path);

/// What the file names of which nothing is stored that the site's phones (null: those of every site) could get.
[[nodiscard]] std::vector<std::string> names_not_stored(const catalogue::Snapshot& snapshot,
                                                        const config::Family& family, const catalogue::Site* site,
                                                        const config::VersionFile& file);
/// Empty where it is gone, or too large to be one.
[[nodiscard]] config::VersionFile read_stored_version_file(catalogue::Store& store,
                                                           const catalogue::StoredFile& file);

/// What a version file of our own says: what firmware.version and firmware.path state.
struct ComposedVersion {
    std::string version;
    std::vector<std::shared_ptr<const catalogue::StoredFile>> images;
};
/// Null: nobody switched it on, no version is stated, or none of its images is stored. Without firmware.path the images
/// are all that are stored as of that version.
[[nodiscard]] std::shared_ptr<const ComposedVersion> composed_version(const catalogue::Snapshot& snapshot,
                                                                      const StoredQuestion& question,
                                                                      const config::Effective& settings);
/// Empty: an image is gone.
[[nodiscard]] std::string write_composed(catalogue::Store& store, const ComposedVersion& composed);

} // namespace offhook::server
