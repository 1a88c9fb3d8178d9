// Rows of uploads and stored files. The rest of SqlRows is in sql_rows.cpp and sql_rows_shared.cpp.
#include "base/hex.hpp"
#include "base/text.hpp"
#include "catalogue/store/sql_rows.hpp"

namespace offhook::catalogue {

using soci::into;
using soci::use;

namespace {

std::string models_text(const std::vector<std::string>& models) { return join(models, "\n"); }
std::vector<std::string> models_from_text(std::string_view text) {
    std::vector<std::string> out;
    if (!text.empty())
        for (const std::string_view model : split(text, '\n')) out.emplace_back(model);
    return out;
}

} // namespace

std::uint64_t hash_start(std::string_view hash) {
    std::uint64_t out = 0;
    for (const char c : hash.substr(0, 16)) out = out << 4U | static_cast<std::uint64_t>(std::max(hex_digit(c), 0));
    return out;
}

UploadChange UploadRow::change(MacAddress mac) const {
    UploadChange out{mac, upload_key(kind), UploadMark{}};
    out.mark->id = id;
    out.mark->bytes = bytes;
    out.mark->stored_at = stored_at;
    out.mark->hash_start = hash_start(hash);
    return out;
}

RowId SqlRows::insert_upload(const UploadRow& row) {
    soci::blob content(session_);
    if (!row.content.empty()) content.write(0, row.content.data(), row.content.size());
    const auto bytes = static_cast<long long>(row.bytes);
    const long long stored_at = row.stored_at.time_since_epoch().count(), is_blob = row.is_blob ? 1 : 0;
    session_
        << "INSERT INTO upload (device, kind, version, bytes, hash, content, is_blob, stored_at, transport, source) "
           "VALUES (:d, :k, :v, :b, :h, :c, :i, :t, :p, :s)",
        use(row.device), use(row.kind), use(row.version), use(bytes), use(row.hash), use(content), use(is_blob),
        use(stored_at), use(row.transport), use(row.source);
    long long id = 0;
    if (!session_.get_last_insert_id("upload", id)) throw StoreFailure("no id for an upload");
    return id;
}

std::string SqlRows::upload_text(RowId id) {
    soci::blob content(session_);
    soci::indicator there = soci::i_null;
    session_ << "SELECT content FROM upload WHERE id = :i", use(id), into(content, there);
    if (!session_.got_data() || there != soci::i_ok) return {};
    std::string out(content.get_len(), '\0');
    if (!out.empty()) content.read(0, out.data(), out.size());
    return out;
}

std::vector<UploadRow> SqlRows::uploads_where(const std::string& condition, RowId value) {
    UploadRow row;
    long long bytes = 0, stored_at = 0, is_blob = 0, current = 0;
    std::vector<UploadRow> out;
    soci::statement found =
        (session_.prepare << "SELECT u.id, u.device, u.kind, u.version, u.bytes, u.hash, u.is_blob, u.stored_at, "
                             "u.transport, u.source, u.version = (SELECT MAX(v.version) FROM upload v WHERE v.device = "
                             "u.device AND v.kind = u.kind) FROM upload u WHERE " +
                                 condition + " ORDER BY u.kind, u.version DESC",
         use(value), into(row.id), into(row.device), into(row.kind), into(row.version), into(bytes), into(row.hash),
         into(is_blob), into(stored_at), into(row.transport), into(row.source), into(current));
    found.execute();
    while (found.fetch()) {
        row.bytes = static_cast<std::uint64_t>(bytes);
        row.is_blob = is_blob != 0;
        row.current = current != 0;
        row.stored_at = WallTime(std::chrono::milliseconds(stored_at));
        out.push_back(row);
    }
    return out;
}

void SqlRows::each_current_upload(RowId device, const std::function<void(const UploadRow&)>& each) {
    for (const UploadRow& row : uploads_where("u.device = :d", device))
        if (row.current) each(row);
}

bool SqlRows::is_blob_wanted(const std::string& hash) {
    long long rows = 0;
    session_ << "SELECT (SELECT COUNT(*) FROM upload WHERE is_blob = 1 AND hash = :h) + (SELECT COUNT(*) FROM "
                "stored_file WHERE hash = :h)",
        use(hash, "h"), into(rows);
    return rows != 0;
}

RowId SqlRows::insert_stored_file(const StoredFile& file) {
    const std::string role = file.role == FileRole::firmware ? "firmware" : "asset", models = models_text(file.models);
    const long long site = file.site ? static_cast<long long>(*file.site) : 0;
    const auto bytes = static_cast<long long>(file.bytes);
    const long long stored_at = file.stored_at.time_since_epoch().count();
    session_ << "INSERT INTO stored_file (role, family, site, name, version, models, hash, bytes, stored_at) VALUES "
                "(:r, :f, NULLIF(:s, 0), :n, :v, :m, :h, :b, :t)",
        use(role), use(file.family), use(site), use(file.name), use(file.version), use(models), use(file.hash),
        use(bytes), use(stored_at);
    long long id = 0;
    if (!session_.get_last_insert_id("stored_file", id)) throw StoreFailure("no id for a file");
    return id;
}

std::vector<std::shared_ptr<const StoredFile>> SqlRows::stored_files() {
    std::vector<std::shared_ptr<const StoredFile>> out;
    StoredFile file;
    long long id = 0, site = 0, bytes = 0, stored_at = 0;
    std::string role, models;
    soci::statement found = (session_.prepare << "SELECT id, role, family, COALESCE(site, 0), name, version, models, "
                                                 "hash, bytes, stored_at FROM stored_file ORDER BY id",
                             into(id), into(role), into(file.family), into(site), into(file.name), into(file.version),
                             into(models), into(file.hash), into(bytes), into(stored_at));
    found.execute();
    while (found.fetch()) {
        file.id = id;
        file.role = role == "firmware" ? FileRole::firmware : FileRole::asset;
        file.site = site == 0 ? std::nullopt : std::optional(static_cast<SiteId>(site));
        file.models = models_from_text(models);
        file.bytes = static_cast<std::uint64_t>(bytes);
        file.stored_at = WallTime(std::chrono::milliseconds(stored_at));
        out.push_back(std::make_shared<const StoredFile>(file));
    }
    return out;
}

} // namespace offhook::catalogue
