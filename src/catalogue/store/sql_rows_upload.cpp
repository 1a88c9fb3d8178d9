// Rows of uploads and stored files. The rest of SqlRows is in sql_rows.cpp and sql_rows_shared.cpp.
#include "base/hex.hpp"
#include "base/text.hpp"
#include "catalogue/limits.hpp"
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
        << "INSERT INTO upload (device, kind, version, bytes, hash, content, is_blob, stored_at, transport, source, "
           "body) VALUES (:d, :k, :v, :b, :h, :c, :i, :t, :p, :s, :o)",
        use(row.device), use(row.kind), use(row.version), use(bytes), use(row.hash), use(content), use(is_blob),
        use(stored_at), use(row.transport), use(row.source), use(row.body);
    long long id = 0;
    if (!session_.get_last_insert_id("upload", id)) throw StoreFailure("no id for an upload");
    return id;
}

std::string SqlRows::blob_text(const std::string& query, RowId one, long long two) {
    soci::blob content(session_);
    soci::indicator there = soci::i_null;
    session_ << query, use(one, "a"), use(two, "b"), into(content, there);
    if (!session_.got_data() || there != soci::i_ok) return {};
    std::string out(content.get_len(), '\0');
    if (!out.empty()) content.read(0, out.data(), out.size());
    return out;
}

std::vector<SqlRows::PartSize> SqlRows::upload_parts(RowId body) {
    std::vector<PartSize> out;
    PartSize part;
    soci::statement found =
        (session_.prepare << "SELECT position, LENGTH(content) FROM upload_part WHERE body = :o ORDER BY position",
         use(body), into(part.position), into(part.bytes));
    found.execute();
    while (found.fetch()) out.push_back(part);
    return out;
}

std::string SqlRows::upload_part_text(RowId body, long long position) {
    return blob_text("SELECT content FROM upload_part WHERE body = :a AND position = :b", body, position);
}

std::string SqlRows::upload_text(RowId id) {
    long long bytes = 0, body = 0;
    session_ << "SELECT bytes, body FROM upload WHERE id = :i", use(id), into(bytes), into(body);
    if (!session_.got_data()) return {};
    std::string out = blob_text("SELECT content FROM upload WHERE id = :a AND is_blob = :b", id, 0);
    if (body != 0)
        for (const PartSize& part : upload_parts(body)) out += upload_part_text(body, part.position);
    if (out.size() != static_cast<std::size_t>(bytes)) throw StoreFailure("a part of an upload is missing");
    return out;
}

void SqlRows::add_upload_part(RowId body, std::string_view text) {
    if (text.empty()) return;
    auto parts = upload_parts(body);
    if (parts.size() >= limits::upload_parts_max) {
        join_upload_parts(body, parts);
        parts = upload_parts(body);
    }
    insert_upload_part(body, parts.empty() ? 1 : parts.back().position + 1, text);
}

/// Joins the last of them: from the first one on that is no longer than all behind it. So each byte is written anew
/// only when what it stands in at least doubles, and of a megabyte no more than twenty parts are left.
void SqlRows::join_upload_parts(RowId body, const std::vector<PartSize>& parts) {
    std::size_t first = parts.size() - 1;
    long long behind = 0;
    for (std::size_t i = parts.size(); i-- > 0; behind += parts[i].bytes)
        if (parts[i].bytes <= behind) first = i;
    std::string joined;
    for (std::size_t i = first; i < parts.size(); ++i) joined += upload_part_text(body, parts[i].position);
    session_ << "DELETE FROM upload_part WHERE body = :o AND position >= :p", use(body), use(parts[first].position);
    insert_upload_part(body, parts[first].position, joined);
}

void SqlRows::insert_upload_part(RowId body, long long position, std::string_view text) {
    soci::blob content(session_);
    content.write(0, text.data(), text.size());
    session_ << "INSERT INTO upload_part (body, position, content) VALUES (:o, :p, :c)", use(body), use(position),
        use(content);
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
