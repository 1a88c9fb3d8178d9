#include "catalogue/store/sqlite_session.hpp"

#include "base/text.hpp"
#include "catalogue/limits.hpp"

#include <fmt/format.h>
#include <soci/sqlite3/soci-sqlite3.h>

#include <cerrno>
#include <fcntl.h>
#include <system_error>
#include <unistd.h>

namespace offhook::catalogue {
namespace {

/// SQLite takes several statements in one text only through its own exec(); SOCI runs the first. None of ours has a
/// semicolon inside.
void run_all(soci::session& session, std::string_view statements) {
    for (const std::string_view statement : split(statements, ';'))
        if (!trim(statement).empty()) session << std::string(statement);
}

} // namespace

std::unique_ptr<soci::session> open_sqlite(const std::filesystem::path& file, Durability durability) {
    try {
        // SQLite would make the file for all to read; its -wal and -shm files take the mode of this one.
        const int made = ::open(file.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
        if (made < 0) throw StoreFailure(fmt::format("{}: {}", file.string(), std::generic_category().message(errno)));
        ::close(made);
        auto session =
            std::make_unique<soci::session>(soci::sqlite3, fmt::format("dbname=\"{}\" timeout={}", file.string(),
                                                                       limits::busy_timeout.count() / 1'000));
        std::string mode;
        *session << "PRAGMA journal_mode=WAL", soci::into(mode);
        if (mode != "wal") throw StoreFailure(fmt::format("{}: write-ahead logging is refused", file.string()));
        *session << (durability == Durability::full ? "PRAGMA synchronous=FULL" : "PRAGMA synchronous=NORMAL");
        *session << "PRAGMA foreign_keys=ON";
        *session << "PRAGMA cache_size=-16000"; // 16 MB: an import touches many pages of the MAC index
        return session;
    } catch (const soci::soci_error& error) {
        throw StoreFailure(fmt::format("{}: {}", file.string(), error.what()));
    }
}

void migrate(soci::session& session, const std::filesystem::path& file, std::span<const std::string_view> migrations) {
    guarded([&] {
        long long version = 0;
        session << "PRAGMA user_version", soci::into(version);
        const auto known = static_cast<long long>(migrations.size());
        // A table that is made anew is dropped first, and that must not empty those that refer to it. The pragma does
        // nothing inside a transaction.
        session << "PRAGMA foreign_keys=OFF";
        if (version > known)
            throw StoreFailure(fmt::format("{}: its schema is version {}, this program knows up to {}; run the newer "
                                           "offhook that wrote it",
                                           file.string(), version, known));
        for (long long next = version; next < known; ++next) {
            session << "BEGIN IMMEDIATE";
            try {
                run_all(session, migrations[static_cast<std::size_t>(next)]);
                session << fmt::format("PRAGMA user_version={}", next + 1);
                session << "COMMIT";
            } catch (...) {
                session << "ROLLBACK";
                throw;
            }
        }
        session << "PRAGMA foreign_keys=ON";
    });
}

} // namespace offhook::catalogue
