#pragma once
/// @file  SqliteSession: one SOCI connection to one of our SQLite files, set up the way we want it.
///
/// Threads one at a time (SOCI: one session per thread).
#include "catalogue/store/store.hpp"

#include <soci/soci.h>

#include <filesystem>
#include <span>
#include <string_view>

namespace offhook::catalogue {

enum class Durability : std::uint8_t { full, normal }; ///< PRAGMA synchronous

/// Opens, or creates, with WAL, foreign keys and a busy timeout. Errors: throws StoreFailure.
[[nodiscard]] std::unique_ptr<soci::session> open_sqlite(const std::filesystem::path& file, Durability durability);

/// Runs the migrations that the database has not seen (PRAGMA user_version counts them), each in its own transaction.
/// Errors: throws StoreFailure, also for a database that a newer program wrote.
void migrate(soci::session& session, const std::filesystem::path& file, std::span<const std::string_view> migrations);

/// Runs `work` and turns what SOCI throws into StoreFailure.
template <class Work>
decltype(auto) guarded(Work&& work) {
    try {
        return work();
    } catch (const soci::soci_error& error) {
        throw StoreFailure(error.what());
    }
}

} // namespace offhook::catalogue
