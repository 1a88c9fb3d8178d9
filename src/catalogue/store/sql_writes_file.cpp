// Writes of firmware and assets.
#include "catalogue/limits.hpp"
#include "catalogue/store/sql_writes.hpp"

#include <fmt/format.h>

namespace offhook::catalogue {

using soci::into;
using soci::use;

WriteResult SqlWrites::add_file(ChangeSet& changes, const StoredFile& file) {
    long long count = 0;
    rows_.session() << "SELECT COUNT(*) FROM stored_file", into(count);
    if (static_cast<std::size_t>(count) >= limits::files_max)
        return fail(ErrorCode::too_large, fmt::format("a catalogue holds {} files at most", limits::files_max));
    if (file.site && !rows_.site(static_cast<RowId>(*file.site)))
        return fail(ErrorCode::not_found, "there is no such site", "site");
    auto stored = std::make_shared<StoredFile>(file);
    stored->stored_at = clock_.wall();
    for (const auto& other : rows_.stored_files())
        if (other->role == file.role && other->family == file.family && other->site == file.site &&
            other->name == file.name && other->version == file.version && other->models == file.models) {
            const auto removed = remove_file(changes, other->id);
            if (!removed) return removed;
        }
    stored->id = rows_.insert_stored_file(*stored);
    changes.files.push_back(stored);
    next(changes);
    return static_cast<std::uint64_t>(stored->id);
}

WriteResult SqlWrites::remove_file(ChangeSet& changes, std::int64_t id) {
    const long long row = id;
    std::string hash;
    rows_.session() << "SELECT hash FROM stored_file WHERE id = :i", use(row), into(hash);
    if (!rows_.session().got_data()) return fail(ErrorCode::not_found, fmt::format("there is no file {}", id), "id");
    rows_.session() << "DELETE FROM stored_file WHERE id = :i", use(row);
    dropped_.push_back(hash);
    changes.removed_files.push_back(id);
    return next(changes);
}

} // namespace offhook::catalogue
