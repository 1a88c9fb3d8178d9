// Writes of uploads. The rest of SqlWrites is in sql_writes_device.cpp, sql_writes_shared.cpp and sql_writes_file.cpp.
#include "base/text.hpp"
#include "catalogue/limits.hpp"
#include "catalogue/store/sql_writes.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>

namespace offhook::catalogue {

using soci::into;
using soci::use;

struct SqlWrites::CurrentUpload {
    RowId id = 0, body = 0;
    long long version = 0, bytes = 0, is_blob = 0;
    std::string hash;
};

std::optional<SqlWrites::CurrentUpload> SqlWrites::current_upload(RowId device, const std::string& kind) {
    CurrentUpload out;
    rows_.session() << "SELECT id, version, bytes, hash, is_blob, body FROM upload WHERE device = :d AND kind = :k "
                       "ORDER BY version DESC LIMIT 1",
        use(device), use(kind), into(out.id), into(out.version), into(out.bytes), into(out.hash), into(out.is_blob),
        into(out.body);
    if (!rows_.session().got_data()) return std::nullopt;
    return out;
}

std::string SqlWrites::current_content(const CurrentUpload& current) {
    if (current.is_blob == 0) return rows_.upload_text(current.id);
    std::string out = blobs_.read(current.hash);
    if (out.size() != static_cast<std::size_t>(current.bytes))
        throw StoreFailure("the file of an upload is missing: blobs/" + current.hash);
    return out;
}

RowId SqlWrites::drop_upload_for_longer(const CurrentUpload& current) {
    if (current.body != 0) {
        rows_.session() << "DELETE FROM upload WHERE id = :i", use(current.id);
        return current.body;
    }
    const RowId body = current.id; // never used twice
    rows_.add_upload_part(body, current_content(current));
    drop_upload(current.id);
    return body;
}

void SqlWrites::drop_upload(RowId id) {
    std::string hash;
    long long is_blob = 0, body = 0;
    rows_.session() << "SELECT hash, is_blob, body FROM upload WHERE id = :i", use(id), into(hash), into(is_blob),
        into(body);
    if (is_blob != 0) dropped_.push_back(hash);
    if (body != 0) rows_.session() << "DELETE FROM upload_part WHERE body = :o", use(body);
    rows_.session() << "DELETE FROM upload WHERE id = :i", use(id);
}

void SqlWrites::drop_uploads_where(const std::string& condition, RowId device) {
    std::string hash;
    soci::statement blobs = (rows_.session().prepare << "SELECT hash FROM upload WHERE is_blob = 1 AND " + condition,
                             use(device), into(hash));
    blobs.execute();
    while (blobs.fetch()) dropped_.push_back(hash);
    rows_.session() << "DELETE FROM upload_part WHERE body IN (SELECT body FROM upload WHERE body <> 0 AND " +
                           condition + ")",
        use(device);
    rows_.session() << "DELETE FROM upload WHERE " + condition, use(device);
}

void SqlWrites::drop_old_versions(RowId device, const std::string& kind) {
    const auto most = static_cast<long long>(std::max<std::size_t>(quota_.versions, 1));
    std::vector<RowId> old;
    RowId id = 0;
    {
        soci::statement found =
            (rows_.session().prepare
                 << "SELECT id FROM upload WHERE device = :d AND kind = :k ORDER BY version DESC LIMIT -1 OFFSET :n",
             use(device), use(kind), use(most), into(id));
        found.execute();
        while (found.fetch()) old.push_back(id);
    }
    for (const RowId each : old) drop_upload(each);
}

/// Of versions that are not their kind's current one, the oldest go first. `spared` is about to be replaced: it counts
/// for nothing.
bool SqlWrites::make_room(const UploadPlace& place, std::uint64_t bytes, RowId spared) {
    if (bytes > quota_.device_bytes) return false;
    struct Row {
        RowId id;
        std::uint64_t bytes;
        bool current;
    };
    std::vector<Row> rows; // oldest first
    std::uint64_t total = 0;
    {
        long long id = 0, size = 0, current = 0;
        soci::statement found =
            (rows_.session().prepare
                 << "SELECT u.id, u.bytes, u.version = (SELECT MAX(v.version) FROM upload v WHERE "
                    "v.device = u.device AND v.kind = u.kind) FROM upload u WHERE u.device = :d AND "
                    "u.id <> :s ORDER BY u.id",
             use(place.device), use(spared), into(id), into(size), into(current));
        found.execute();
        while (found.fetch()) {
            rows.push_back({id, static_cast<std::uint64_t>(size), current != 0});
            total += rows.back().bytes;
        }
    }
    std::size_t left = rows.size();
    for (const Row& row : rows) {
        if (total + bytes <= quota_.device_bytes && left < limits::upload_rows_per_device_max) break;
        if (row.current) continue;
        drop_upload(row.id);
        total -= row.bytes;
        --left;
    }
    return total + bytes <= quota_.device_bytes && left < limits::upload_rows_per_device_max &&
           make_site_room(place, bytes, spared);
}

bool SqlWrites::make_site_room(const UploadPlace& place, std::uint64_t bytes, RowId spared) {
    const auto known = site_bytes_at_most_.find(place.site);
    if (known != site_bytes_at_most_.end() && known->second + bytes <= quota_.site_bytes) {
        known->second += bytes;
        return true;
    }
    const auto count = [&] {
        long long total = 0;
        rows_.session() << "SELECT COALESCE(SUM(u.bytes), 0) FROM upload u JOIN device d ON d.id = u.device WHERE "
                           "d.site = :s AND u.id <> :p",
            use(place.site), use(spared), into(total);
        return static_cast<std::uint64_t>(total);
    };
    std::uint64_t total = count();
    if (total + bytes > quota_.site_bytes) {
        // Some more than is needed, so that a full site does not count itself for each upload.
        const std::uint64_t wanted = bytes + quota_.site_bytes / 16;
        std::vector<RowId> old;
        std::uint64_t freed = 0;
        {
            long long id = 0, size = 0;
            soci::statement found =
                (rows_.session().prepare
                     << "SELECT u.id, u.bytes FROM upload u JOIN device d ON d.id = u.device WHERE d.site = :s AND "
                        "u.id "
                        "<> :p AND u.version < (SELECT MAX(v.version) FROM upload v WHERE v.device = u.device AND "
                        "v.kind = u.kind) ORDER BY u.id",
                 use(place.site), use(spared), into(id), into(size));
            found.execute();
            while (total - freed + wanted > quota_.site_bytes && found.fetch()) {
                old.push_back(id);
                freed += static_cast<std::uint64_t>(size);
            }
        }
        for (const RowId each : old) drop_upload(each);
        total -= freed;
    }
    site_bytes_at_most_[place.site] = total + bytes;
    if (total + bytes <= quota_.site_bytes) return true;
    site_bytes_at_most_[place.site] = total;
    return false;
}

WriteResult SqlWrites::put_upload(ChangeSet& changes, const UploadDraft& draft, UploadOutcome& outcome) {
    using State = UploadOutcome::State;
    const auto refuse = [&](State state) {
        outcome.state = state;
        return fail(ErrorCode::conflict, "the upload is refused"); // nobody reads it; it undoes the savepoint
    };
    UploadPlace place;
    const auto bits = static_cast<long long>(draft.mac.bits());
    rows_.session() << "SELECT id, site FROM device WHERE mac = :m", use(bits), into(place.device), into(place.site);
    if (!rows_.session().got_data()) return refuse(State::unknown);
    const auto current = current_upload(place.device, draft.kind);
    const bool appends = draft.mode == UploadDraft::Mode::append;
    const std::uint64_t stored = current ? static_cast<std::uint64_t>(current->bytes) : 0;
    if (appends && draft.offset && *draft.offset != stored) return refuse(State::wrong_offset);

    // An append takes the place of what it lengthens, whose content stays where it is: a log that grows by a line a
    // minute is not written anew each time. One that grows too long begins anew.
    const std::uint64_t most = std::min<std::uint64_t>(draft.bytes_max, limits::upload_append_bytes_max);
    const std::uint64_t arrived = draft.blob != nullptr ? draft.bytes : draft.content.size();
    const bool longer = appends && current && draft.blob == nullptr && stored + arrived <= most;
    const std::string whole = longer ? current_content(*current) + draft.content : std::string();
    const std::uint64_t bytes = longer ? whole.size() : arrived;
    const std::string hash =
        draft.blob != nullptr ? draft.blob->name() : blob_name(sha256(longer ? whole : draft.content));
    if (!appends && current && current->hash == hash) { // a phone that sends the same at each boot makes no versions
        outcome.state = State::stored;
        return changes.revision;
    }
    if (!make_room(place, bytes, longer ? current->id : 0)) return refuse(State::no_room);
    RowId body = 0;
    if (longer) {
        body = drop_upload_for_longer(*current);
        rows_.add_upload_part(body, draft.content);
    }

    const long long version = longer ? current->version : current ? current->version + 1 : 1;
    const WallTime now = clock_.wall();
    UploadChange change{draft.mac, upload_key(draft.kind), UploadMark{}};
    change.mark->id =
        rows_.insert_upload({place.device, draft.kind, version, bytes, hash, longer ? std::string() : draft.content,
                             draft.blob != nullptr, now, draft.transport, draft.source, 0, false, body});
    change.mark->bytes = bytes;
    change.mark->stored_at = now;
    change.mark->hash_start = hash_start(hash);
    drop_old_versions(place.device, draft.kind);
    changes.uploads.push_back(change);
    outcome.state = State::stored;
    outcome.created = !current;
    return next(changes);
}

WriteResult SqlWrites::remove_upload(ChangeSet& changes, MacAddress mac, std::string_view kind) {
    RowId device = 0;
    const auto bits = static_cast<long long>(mac.bits());
    rows_.session() << "SELECT id FROM device WHERE mac = :m", use(bits), into(device);
    const std::string name(kind);
    if (!rows_.session().got_data() || !current_upload(device, name))
        return fail(ErrorCode::not_found, fmt::format("{} has sent no {}", mac.text(), printable(kind, 64)), "name");
    while (const auto current = current_upload(device, name)) drop_upload(current->id);
    changes.uploads.push_back({mac, upload_key(kind), std::nullopt});
    return next(changes);
}

void SqlWrites::mark_uploads(ChangeSet& changes, RowId device, MacAddress mac) {
    rows_.each_current_upload(device, [&](const UploadRow& row) { changes.uploads.push_back(row.change(mac)); });
}

void SqlWrites::drop_blobs() {
    std::sort(dropped_.begin(), dropped_.end());
    dropped_.erase(std::unique(dropped_.begin(), dropped_.end()), dropped_.end());
    for (const BlobName& name : dropped_)
        if (!rows_.is_blob_wanted(name)) blobs_.remove(name);
    dropped_.clear();
}

} // namespace offhook::catalogue
