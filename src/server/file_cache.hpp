#pragma once
/// @file  FileCache: rendered files of one loop, by key and stamp, within a budget of bytes.
///
/// Key     which document, for whom: a device, or a site and model for what they share. Never more than decides the
/// bytes. Stamp   the revisions of what the bytes were made from, compared on a hit; a look-up walks nothing. Limits
/// `bytes_max` of bodies and heads; beyond it the entries that were not used since the hand came by last go first.
/// Threads its loop's own.
#include "catalogue/revision.hpp"
#include "catalogue/site.hpp"
#include "config/family/family.hpp"
#include "config/render/render.hpp"
#include "server/door.hpp"

#include <boost/unordered/unordered_flat_map.hpp>
#include <compare>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

namespace offhook::server {

struct FileKey {
    const config::Document* document = nullptr;
    const config::Model* model = nullptr; ///< of a shared document; null for a device's own: its revision covers it
    catalogue::Privacy privacy = catalogue::Privacy::clear; ///< of the transport: some secrets travel over TLS alone
    std::uint64_t subject = 0;                              ///< MAC bits of a device's own document, else the site's id
    std::uint32_t origin =
        0; ///< of a document that says where this server is: which of our addresses was asked, under which token

    friend bool operator==(const FileKey&, const FileKey&) = default;
    friend std::size_t hash_value(const FileKey& key) {
        std::uint64_t h = (key.subject * 2 + static_cast<std::uint64_t>(key.privacy)) * 0x9e37'79b9'7f4a'7c15ULL;
        h ^= reinterpret_cast<std::uintptr_t>(key.document) + (h >> 29U);
        h ^= std::uint64_t{key.origin} << 40U;
        h = (h ^ reinterpret_cast<std::uintptr_t>(key.model)) * 0xbf58'476d'1ce4'e5b9ULL;
        return static_cast<std::size_t>(h ^ (h >> 32U));
    }
};

/// Zero where the document does not depend on it.
struct FileStamp {
    catalogue::Revision fleet = 0, site = 0, group = 0, device = 0, model = 0;
    std::int64_t upload = 0;                                           ///< id of the one that is in it
    config::NamedDirectory directory = config::NamedDirectory::absent; ///< of a document that names one

    friend bool operator==(const FileStamp&, const FileStamp&) = default;
};

class FileCache {
public:
    struct Entry {
        FileKey key;
        FileStamp stamp;
        catalogue::Revision checked = 0; ///< catalogue revision at which the stamp was last compared
        bool used = false;               ///< since the eviction hand came by
        std::shared_ptr<const ReadyFile> file;
    };

    explicit FileCache(std::size_t bytes_max) : bytes_max_(bytes_max) {}

    /// Null: not there. Lifetime: until the next put().
    [[nodiscard]] Entry* find(const FileKey& key);
    Entry& put(const FileKey& key, const FileStamp& stamp, std::shared_ptr<const ReadyFile> file);

    [[nodiscard]] std::size_t bytes() const { return bytes_; }
    [[nodiscard]] std::size_t size() const { return places_.size(); }

private:
    static std::size_t cost(const Entry& entry);
    void make_room(std::size_t needed);
    void drop(std::size_t place);

    std::size_t bytes_max_;
    std::size_t bytes_ = 0;
    std::size_t hand_ = 0;
    std::vector<Entry> entries_; // an entry without a file is free
    std::vector<std::uint32_t> free_;
    boost::unordered_flat_map<FileKey, std::uint32_t> places_;
};

} // namespace offhook::server
