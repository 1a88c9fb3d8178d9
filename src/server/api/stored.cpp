/// /v1/firmware and /v1/assets: the files that an operator gives us to serve.
#include "base/text.hpp"
#include "server/api/api.hpp"
#include "server/loops/loop_guard.hpp"
#include "server/stored_files.hpp"
#include "server/version_files.hpp"

#include <algorithm>
#include <boost/json/array.hpp>
#include <fmt/format.h>

namespace offhook::server {
namespace {

namespace json = boost::json;
using catalogue::FileRole;
using catalogue::StoredFile;

config::OtherFile::Role role_of(FileRole role) {
    return role == FileRole::firmware ? config::OtherFile::Role::firmware : config::OtherFile::Role::asset;
}

/// The latest of its like is what phones get.
bool is_served(const catalogue::Snapshot& snapshot, const StoredFile& file) {
    for (const auto& other : snapshot.files_named(file.name))
        if (other->role == file.role && other->family == file.family && other->site == file.site &&
            other->models == file.models)
            return other->id == file.id;
    return false;
}

json::object to_json(const catalogue::Snapshot& snapshot, const StoredFile& file) {
    json::object out{{"id", file.id}, {"family", file.family}, {"name", file.name}};
    if (file.role == FileRole::firmware) out["version"] = file.version;
    json::array models;
    for (const std::string& model : file.models) models.emplace_back(model);
    out["models"] = std::move(models);
    const auto* site = file.site ? snapshot.site(*file.site) : nullptr;
    out["site"] = site == nullptr ? std::string() : site->name;
    out["bytes"] = file.bytes;
    out["sha256"] = file.hash;
    out["stored_at"] = to_text(file.stored_at);
    out["served"] = is_served(snapshot, file);
    return out;
}

/// The family that is named, or none where none is.
Result<const config::Family*> family_of(const ApiCall& call) {
    const auto name = call.option("family");
    if (name.empty()) return nullptr;
    const auto* family = config::find_family(call.context.families, name);
    if (family == nullptr)
        return fail(ErrorCode::not_found, fmt::format("there is no family '{}'", printable(name, 40)), "family");
    return family;
}

/// Whether a version file names it: one that is stored, or the one whose images are on their way.
bool is_listed(const ApiCall& call, const config::Family* family, const StoredFile& file) {
    if (family == nullptr || file.role != FileRole::firmware || config::listed_firmware(*family) == nullptr)
        return false;
    if (is_version_file(*family, call.option("listed_by"))) return true;
    const auto snapshot = call.context.catalogue.snapshot();
    return std::any_of(snapshot->files().begin(), snapshot->files().end(), [&](const auto& each) {
        const StoredFile& other = *each.second;
        if (other.family != family->name() || !is_version_file(*family, other.name)) return false;
        const auto read = read_stored_version_file(call.context.catalogue.store(), other);
        return std::any_of(read.loads.begin(), read.loads.end(),
                           [&](const auto& load) { return load.name == file.name; });
    });
}

/// A phone that a list sends to an image that is not here gets nothing new, and nobody would know why.
Result<void> check_version_file(const ApiCall& call, const StoredFile& file) {
    const auto* family = config::find_family(call.context.families, file.family);
    if (file.role != FileRole::firmware || family == nullptr || !is_version_file(*family, file.name)) return {};
    if (call.file->bytes() > version_file_bytes_max)
        return fail(ErrorCode::too_large,
                    fmt::format("a version file is no longer than {} bytes", version_file_bytes_max), "name");
    const auto read = config::read_version_file(call.file->text());
    if (read.version.empty() || read.loads.empty())
        return fail(ErrorCode::invalid,
                    fmt::format("{} is a version file's name, and this names no {}", file.name,
                                read.version.empty() ? "version" : "software"),
                    "name");
    const auto snapshot = call.context.catalogue.snapshot();
    const auto missing = names_not_stored(*snapshot, *family, file.site ? snapshot->site(*file.site) : nullptr, read);
    if (missing.empty()) return {};
    return fail(
        ErrorCode::invalid,
        fmt::format("{} names {}, of which nothing is stored: a phone would keep what it runs. Add all of it at "
                    "once: `offhook firmware add --family {} --bundle {}`",
                    file.name, printable(join(missing, ", "), 200), file.family, file.name),
        "name");
}

/// A name that no phone asks for would lie there for nothing, and nobody would know why the phones do not take it.
Result<void> check_name(const ApiCall& call, const config::Family* family, const StoredFile& file) {
    std::string patterns;
    for (const auto& each : call.context.families) {
        if (family != nullptr && each.get() != family) continue;
        const auto* other = asked_for_as(*each, file.name);
        if (other != nullptr && other->role == role_of(file.role)) return {};
        for (const auto& known : each->other_files())
            if (known.role == role_of(file.role))
                for (const std::string& path : known.paths) (patterns += patterns.empty() ? "" : ", ") += path;
    }
    if (is_listed(call, family, file)) return {};
    return fail(ErrorCode::invalid,
                fmt::format("no phone asks for {} of the name '{}'; they ask for {}",
                            file.role == FileRole::firmware ? "firmware" : "an asset", printable(file.name, 80),
                            patterns.empty() ? "none" : patterns),
                "name");
}

Result<void> read_models(const ApiCall& call, const config::Family* family, StoredFile& file) {
    if (call.option("model").empty()) return {};
    if (family == nullptr) return fail(ErrorCode::invalid, "models need their family", "model");
    for (const std::string_view name : split(call.option("model"), ',')) {
        const auto* model = family->find_model(name);
        if (model == nullptr)
            return fail(ErrorCode::not_found, fmt::format("{} has no model '{}'", family->name(), printable(name, 40)),
                        "model");
        file.models.push_back(model->name);
    }
    std::sort(file.models.begin(), file.models.end());
    file.models.erase(std::unique(file.models.begin(), file.models.end()), file.models.end());
    return {};
}

Result<StoredFile> described(const ApiCall& call, FileRole role) {
    StoredFile file;
    file.role = role;
    file.name = call.option("name");
    file.version = role == FileRole::firmware ? call.option("version") : std::string_view();
    for (const auto& [option, value] : call.query)
        if (option != "name" && option != "family" && option != "model" && option != "site" && option != "listed_by" &&
            (option != "version" || role != FileRole::firmware))
            return fail(ErrorCode::invalid, "no such option", printable(option, 40));
    const auto family = family_of(call);
    if (!family) return tl::unexpected(family.error());
    if (*family != nullptr) file.family = (*family)->name();
    if (auto ok = read_models(call, *family, file); !ok) return tl::unexpected(ok.error());
    if (const auto site = call.option("site"); !site.empty()) {
        const auto snapshot = call.context.catalogue.snapshot();
        const auto* known = snapshot->site(site);
        if (known == nullptr)
            return fail(ErrorCode::not_found, fmt::format("there is no site {}", printable(site, 64)), "site");
        file.site = known->id;
    }
    if (auto ok = check(file); !ok) return tl::unexpected(ok.error());
    if (auto ok = check_name(call, *family, file); !ok) return tl::unexpected(ok.error());
    return file;
}

Result<ApiAnswer> add(const ApiCall& call, FileRole role) {
    auto file = described(call, role);
    if (!file) return tl::unexpected(file.error());
    if (call.file == nullptr) return fail(ErrorCode::invalid, "the body is the file");
    if (auto ok = check_version_file(call, *file); !ok) return tl::unexpected(ok.error());
    auto& store = call.context.catalogue.store();
    const auto hold = store.blobs().keep(*call.file); // until the row is committed
    file->hash = hold->name();
    file->bytes = call.file->bytes();
    const auto id = store.add_file(*file);
    if (!id) return tl::unexpected(id.error());
    const auto snapshot = call.context.catalogue.snapshot();
    const auto stored = snapshot->files().find(*id);
    if (stored == snapshot->files().end()) return fail(ErrorCode::conflict, "it was removed again at once");
    return ApiAnswer{201, to_json(*snapshot, *stored->second)};
}

Result<ApiAnswer> list(const ApiCall& call, FileRole role, std::string_view member) {
    const auto snapshot = call.context.catalogue.snapshot();
    json::array rows;
    for (const auto& [id, file] : snapshot->files())
        if (file->role == role && (call.option("family").empty() || file->family == call.option("family")))
            rows.push_back(to_json(*snapshot, *file));
    return ApiAnswer{200, json::object{{member, std::move(rows)}}};
}

Result<std::shared_ptr<const StoredFile>> stored(const ApiCall& call, FileRole role) {
    const auto id = to_number<std::int64_t>(call.words.at(0));
    if (!id) return fail(ErrorCode::invalid, "expected a file's number", printable(call.words[0], 40));
    const auto snapshot = call.context.catalogue.snapshot();
    const auto found = snapshot->files().find(*id);
    if (found == snapshot->files().end() || found->second->role != role)
        return fail(ErrorCode::not_found, fmt::format("there is no file {}", *id));
    return found->second;
}

Result<ApiAnswer> show(const ApiCall& call, FileRole role) {
    const auto file = stored(call, role);
    if (!file) return tl::unexpected(file.error());
    return ApiAnswer{200, to_json(*call.context.catalogue.snapshot(), **file)};
}

Result<ApiAnswer> remove(const ApiCall& call, FileRole role) {
    const auto file = stored(call, role);
    if (!file) return tl::unexpected(file.error());
    if (const auto removed = call.context.catalogue.store().remove_file((*file)->id); !removed)
        return tl::unexpected(removed.error());
    if (call.context.loop_guard != nullptr) call.context.loop_guard->forget_removed(*call.context.catalogue.snapshot());
    return ApiAnswer{200, json::object{{"id", (*file)->id}, {"name", (*file)->name}, {"removed", true}}};
}

} // namespace

std::vector<ApiRoute> stored_routes() {
    constexpr auto firmware = FileRole::firmware, asset = FileRole::asset;
    return {{"GET", "/v1/firmware", [](const ApiCall& call) { return list(call, firmware, "firmware"); }},
            {"POST", "/v1/firmware", [](const ApiCall& call) { return add(call, firmware); }},
            {"GET", "/v1/firmware/{id}", [](const ApiCall& call) { return show(call, firmware); }},
            {"DELETE", "/v1/firmware/{id}", [](const ApiCall& call) { return remove(call, firmware); }},
            {"GET", "/v1/assets", [](const ApiCall& call) { return list(call, asset, "assets"); }},
            {"POST", "/v1/assets", [](const ApiCall& call) { return add(call, asset); }},
            {"GET", "/v1/assets/{id}", [](const ApiCall& call) { return show(call, asset); }},
            {"DELETE", "/v1/assets/{id}", [](const ApiCall& call) { return remove(call, asset); }}};
}

} // namespace offhook::server
