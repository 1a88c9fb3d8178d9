#pragma once
/// @file  FileShelf: one loop's ready files of what is stored - firmware and assets mapped, uploads read.
///
/// A file is fetched by a BlockingPool's thread and put on the shelf on the loop. Firmware and assets are mapped
/// whatever their size and stay until the snapshot no longer has them; a transfer in flight keeps the mapping that it
/// began with. Uploads share the rendered files' cache: a new content has a new id, which is its stamp.
/// Limits   limits below; the files of one loop that may be mapped at a time.
/// Threads  its loop's own; what the pool runs touches only the store.
#include "catalogue/snapshot.hpp"
#include "catalogue/store/store.hpp"
#include "net/blocking_pool.hpp"
#include "server/door.hpp"
#include "server/file_cache.hpp"
#include "server/version_files.hpp"

#include <cstdint>
#include <functional>
#include <map>
#include <memory>

namespace offhook::server {

/// What the shelf works with. References outlive the loops' last callback.
struct StorageParts {
    catalogue::Store* store = nullptr;
    net::BlockingPool* pool = nullptr;
    std::function<void(std::function<void()>)> post_to_loop; ///< from any thread

    /// For threads that are no loop's: posts although memory may be short. A session waits for nothing else, and would
    /// wait for ever.
    void bring_back(const std::function<void()>& work) const;
};

/// Which content is wanted: an upload's id, a stored file, or a version file that we make.
struct WantedContent {
    std::int64_t upload = 0;
    MacAddress mac;         ///< of the upload's device
    std::uint64_t kind = 0; ///< upload_key()
    std::shared_ptr<const catalogue::StoredFile> file;
    std::shared_ptr<const ComposedVersion> composed; ///< made anew each time: it is few phones', and asked for rarely
    std::string_view media_type;                     ///< static storage
};

class FileShelf {
public:
    static constexpr std::size_t mapped_files_max = 1'000;

    explicit FileShelf(FileCache& cache) : cache_(cache) {}
    void use(StorageParts parts) { parts_ = std::move(parts); }
    [[nodiscard]] bool usable() const { return parts_.store != nullptr; }
    [[nodiscard]] const StorageParts& parts() const { return parts_; }

    /// Null: not here yet. Lifetime: until the next call.
    [[nodiscard]] const std::shared_ptr<const ReadyFile>* find(const WantedContent& wanted);
    /// Calls `done` on the loop, with null where it is gone or the disk failed.
    void fetch(const WantedContent& wanted, std::function<void(const std::shared_ptr<const ReadyFile>*)> done);
    /// Makes a file on the pool and calls `done` with it on the loop; false: the pool is full, and nothing happens.
    /// Requires: usable(). What throws in `make` gives null.
    [[nodiscard]] bool make(std::function<std::shared_ptr<const ReadyFile>()> make,
                            std::function<void(std::shared_ptr<const ReadyFile>)> done);
    /// Drops what the snapshot no longer has.
    void publish(const catalogue::Snapshot& snapshot);

private:
    [[nodiscard]] static FileKey key_of(const WantedContent& wanted);
    void put(const WantedContent& wanted, std::shared_ptr<const ReadyFile> file);

    FileCache& cache_;
    StorageParts parts_;
    std::map<std::int64_t, std::shared_ptr<const ReadyFile>> mapped_; // by the stored file's id
    std::shared_ptr<int> alive_ = std::make_shared<int>();            // what a late callback looks at
    std::shared_ptr<const ReadyFile> last_;                           // what fetch() handed out
};

} // namespace offhook::server
