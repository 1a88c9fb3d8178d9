// family.toml: documents that hold contacts instead of settings.
#include "config/family/limits.hpp"
#include "config/family/pack_files.hpp"

#include "base/text.hpp"

#include <algorithm>

namespace offhook::config {
namespace {

DirectoryKey read_key(TomlReader& row) {
    DirectoryKey key;
    key.type = row.text("type", TomlReader::Need::required);
    const auto pattern = find_pattern("key.{n}.type");
    if (const auto known = check_value({pattern.value(), 1}, key.type); !known)
        row.problem_at("type", known.error().message);
    key.watch = row.boolean("watch", false) ? Contact::Watch::on : Contact::Watch::off;
    const std::string before = row.text("before");
    key.before = parse_release(before);
    if (!before.empty() && !key.before)
        row.problem_at("before", "`before` is a release's number, 3.2 or 4.0.1, so that it can be compared");
    row.finish();
    return key;
}

} // namespace

void read_directory(TomlReader& row, const PackFile& file, Document& document) {
    const bool holds_contacts = document.content == Document::Content::directory;
    for (const std::string_view key : {"directory", "keys", "directory_bytes_max", "beside"})
        if (!holds_contacts && row.has(key))
            row.problem_at(key, "`" + std::string(key) + "` belongs to content \"directory\"");
    if (!holds_contacts) return;
    const std::string name = row.text("directory", TomlReader::Need::required);
    document.directory = find_directory_syntax(name);
    if (document.directory == nullptr && !name.empty())
        row.problem_at("directory",
                       "no directory syntax '" + printable(name, 40) + "'; there are " + directory_syntax_names());
    if (row.has("syntax")) row.problem_at("syntax", "contacts are written by `directory`, not by a syntax");
    if (!document.fixed.empty()) row.problem_at("fixed", "a directory holds contacts, no parameters");
    document.directory_bytes_max =
        static_cast<std::size_t>(row.number("directory_bytes_max", 1, pack_limits::directory_bytes_max, 0));
    document.beside = row.text("beside");
    for (const toml::table* table : row.tables("keys")) {
        TomlReader key(file.problems, file.name, *table, "[[document.keys]]");
        document.keys.push_back(read_key(key));
    }
    if (!document.keys.empty() && document.scope != DocumentScope::device)
        row.problem_at("keys", "keys belong to one device, and several share this document");
}

void name_beside(TomlReader& row, const PackContent& content, OtherFile& other) {
    const auto document = std::find_if(content.documents.begin(), content.documents.end(),
                                       [&](const Document& each) { return each.beside == other.kind; });
    if (other.kind.empty() || document == content.documents.end()) return;
    other.paths = document->paths;
    if (row.has("path"))
        row.problem_at("path", "'" + other.kind + "' has the names of document '" + document->kind +
                                   "', which says so by `beside`");
    if (other.role == OtherFile::Role::firmware)
        row.problem_at("kind", "what stands beside a document is an upload or an asset");
    if ((other.role == OtherFile::Role::upload) != (document->scope == DocumentScope::device))
        row.problem_at("kind", "an upload stands beside a device's document, an asset beside one that many share");
}

void check_beside(const PackFile& file, const PackContent& content) {
    for (const Document& document : content.documents) {
        if (document.beside.empty()) continue;
        const auto is_meant = [&](const OtherFile& other) { return other.kind == document.beside; };
        if (std::none_of(content.files.begin(), content.files.end(), is_meant))
            file.problems.add(file.name, "document '" + document.kind + "': no upload or asset '" +
                                             printable(document.beside, 40) + "' stands beside it");
    }
}

} // namespace offhook::config
