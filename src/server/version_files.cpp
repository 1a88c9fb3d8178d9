#include "server/version_files.hpp"

#include <algorithm>

namespace offhook::server {
namespace {

using catalogue::FileRole;
using catalogue::StoredFile;

constexpr std::string_view remark = "composed by Offhook for virtual phones";
constexpr std::string_view image_tag = "app_img"; // of no meaning to our phones; of no list of the vendor's

std::uint32_t byte_sum(std::string_view bytes) {
    std::uint32_t sum = 0;
    for (const char byte : bytes) sum += static_cast<unsigned char>(byte);
    return sum;
}

std::string_view stated(const config::Effective& settings, std::string_view name) {
    const auto key = config::find_setting(name);
    const auto* value = key ? settings.find(*key) : nullptr;
    return value == nullptr ? std::string_view() : std::string_view(value->value);
}

bool can_be_named(std::string_view text) {
    return !text.empty() && text.size() <= config::VersionFile::name_bytes_max &&
           std::all_of(text.begin(), text.end(), [](char c) { return c > ' ' && c <= '~'; });
}

/// The image of the name that this asker gets; null: none.
std::shared_ptr<const StoredFile> image_named(const catalogue::Snapshot& snapshot, const StoredQuestion& question,
                                              std::string_view name) {
    config::PathMatch match;
    match.other = config::listed_firmware(*question.family);
    StoredQuestion of_image = question;
    of_image.match = &match;
    of_image.path = name;
    return find_stored_file(snapshot, of_image);
}

} // namespace

bool is_version_file(const config::Family& family, std::string_view name) {
    const auto* known = asked_for_as(family, name);
    return known != nullptr && !known->lists.empty();
}

ListedImage find_listed_image(const catalogue::Snapshot& snapshot, const config::Families& families,
                              std::string_view path) {
    for (const auto& file : snapshot.files_named(path)) {
        if (file->role != FileRole::firmware) continue;
        const auto* family = config::find_family(families, file->family);
        const auto* as = family == nullptr ? nullptr : config::listed_firmware(*family);
        if (as != nullptr) return {family, as};
    }
    return {};
}

std::vector<std::string> names_not_stored(const catalogue::Snapshot& snapshot, const config::Family& family,
                                          const catalogue::Site* site, const config::VersionFile& file) {
    std::vector<std::string> out;
    for (const auto& load : file.loads) {
        const auto& stored = snapshot.files_named(load.name);
        const bool is_there = std::any_of(stored.begin(), stored.end(), [&](const auto& each) {
            return each->role == FileRole::firmware && each->family == family.name() &&
                   (!each->site || (site != nullptr && *each->site == site->id));
        });
        if (!is_there) out.push_back(load.name);
    }
    return out;
}

config::VersionFile read_stored_version_file(catalogue::Store& store, const StoredFile& file) {
    if (file.bytes > version_file_bytes_max) return {};
    return config::read_version_file(store.blobs().read(file.hash));
}

std::shared_ptr<const ComposedVersion> composed_version(const catalogue::Snapshot& snapshot,
                                                        const StoredQuestion& question,
                                                        const config::Effective& settings) {
    if (config::listed_firmware(*question.family) == nullptr) return nullptr;
    if (stated(settings, "firmware.compose_version_file") != "yes") return nullptr;
    auto out = std::make_shared<ComposedVersion>();
    out->version = stated(settings, "firmware.version");
    const auto path = stated(settings, "firmware.path");
    if (out->version.empty()) return nullptr;
    std::vector<std::string> names;
    if (!path.empty()) names.emplace_back(path);
    if (path.empty())
        for (const auto& [id, file] : snapshot.files())
            if (file->role == FileRole::firmware && file->family == question.family->name() &&
                file->version == out->version && !is_version_file(*question.family, file->name))
                names.push_back(file->name);
    std::sort(names.begin(), names.end());
    names.erase(std::unique(names.begin(), names.end()), names.end());
    for (const auto& name : names) {
        auto image = can_be_named(name) ? image_named(snapshot, question, name) : nullptr;
        // What the phone would get under the name is of another version: this one is another model's, or was replaced.
        if (image == nullptr || (path.empty() && image->version != out->version)) continue;
        if (out->images.size() < config::VersionFile::files_max) out->images.push_back(std::move(image));
    }
    if (out->images.empty()) return nullptr;
    return out;
}

std::string write_composed(catalogue::Store& store, const ComposedVersion& composed) {
    config::VersionFile file;
    file.version = composed.version;
    for (const auto& image : composed.images) {
        const auto mapping = store.blobs().map(image->hash);
        if (mapping == nullptr) return {};
        file.loads.push_back({std::string(image_tag), image->name, byte_sum(mapping->bytes())});
    }
    return config::write_version_file(file, remark);
}

} // namespace offhook::server
