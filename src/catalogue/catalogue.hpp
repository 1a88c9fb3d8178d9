#pragma once
/// @file  Catalogue: the store and the snapshot that is current, kept together.
///
/// Order of a write: validated, committed and synced, the snapshot advanced, `publish` called and waited for, and only
/// then the writer's call returns. When publish waits until every loop has the new snapshot, "seen by the next request"
/// is true. Threads reads and writes from any thread but the event loops'; publish runs on the store's writer thread.
/// The snapshot
///         before is held until publish has returned, so that it is freed here and on no loop.
#include "catalogue/store/store.hpp"

#include <functional>
#include <memory>
#include <mutex>

namespace offhook::catalogue {

using SnapshotPtr = std::shared_ptr<const Snapshot>;

class Catalogue {
public:
    using Publish = std::function<void(const SnapshotPtr&)>;

    /// Loads the snapshot. Errors: throws StoreFailure.
    explicit Catalogue(std::unique_ptr<Store> store);
    ~Catalogue();
    Catalogue(const Catalogue&) = delete;
    Catalogue& operator=(const Catalogue&) = delete;

    [[nodiscard]] Store& store() { return *store_; }
    [[nodiscard]] SnapshotPtr snapshot() const; ///< the newest; takes a lock, so loops keep their own
    /// Calls `publish` at once with the current snapshot, and after every commit from then on. It must not call back.
    /// An empty function stops it: before the loops it posts to go away.
    void set_publish(Publish publish);

private:
    void advance(const ChangeSet& change);

    std::unique_ptr<Store> store_;
    std::mutex publishing_; // held while publish runs, so that snapshots are published in order
    Publish publish_;
    mutable std::mutex lock_; // guards snapshot_
    SnapshotPtr snapshot_;
};

} // namespace offhook::catalogue
