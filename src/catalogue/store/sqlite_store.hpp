#pragma once
/// @file  The SQLite backend of Store: one file, no server.
///
/// Shape   WAL, synchronous=FULL, foreign keys; one writer thread with a bounded queue that commits in groups (within 5
///         ms), readers on connections of their own. Schema: store/sqlite_schema.cpp, docs in docs/architecture.md.
/// Secrets settings that are secret, all raw parameters and URL tokens are sealed (store/sealer.hpp).
#include "catalogue/layer_history.hpp"
#include "catalogue/store/store.hpp"

#include <filesystem>
#include <functional>
#include <memory>

namespace offhook::catalogue {

/// Whether a family has such a model. Called before a device is stored, from the writer's thread: quick, and pure.
using ModelCheck = std::function<Result<void>(std::string_view family, std::string_view model)>;

struct SqliteOptions {
    std::filesystem::path directory; ///< locked by the caller's DataDirectory
    ModelCheck check_model = {};     ///< empty: any
    const Clock* clock = nullptr;    ///< null: the system's. Outlives the store
    UploadQuota quota = {};
    JournalLimits journal = {};
};

/// Opens or creates DIR/catalogue.db and DIR/secrets.key. Errors: throws StoreFailure, also for a schema newer than
/// this program, a key file that others may read, and one that is missing or not the database's.
[[nodiscard]] std::unique_ptr<Store> open_sqlite_store(SqliteOptions options);

} // namespace offhook::catalogue
