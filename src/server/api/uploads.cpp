/// /v1/devices/{mac}/uploads: what a phone sent.
#include "base/text.hpp"
#include "server/api/api.hpp"
#include "server/stored_files.hpp"

#include <boost/json/array.hpp>
#include <fmt/format.h>

namespace offhook::server {
namespace {

namespace json = boost::json;
using catalogue::UploadRecord;

/// What the pack knows of a kind; null: the kind is of an older pack.
const config::OtherFile* file_of(const config::Family* family, std::string_view kind) {
    if (family == nullptr) return nullptr;
    for (const config::OtherFile& other : family->other_files())
        if (other.role == config::OtherFile::Role::upload && equal_ignoring_case(other.kind, kind)) return &other;
    return nullptr;
}

struct Asked {
    std::shared_ptr<const catalogue::Device> device;
    const config::Family* family = nullptr;
};

Result<Asked> device_of(const ApiCall& call) {
    const auto mac = call.mac();
    if (!mac) return tl::unexpected(mac.error());
    const auto snapshot = call.context.catalogue.snapshot();
    const auto* device = snapshot->find(*mac);
    if (device == nullptr)
        return fail(ErrorCode::not_found, fmt::format("{} is no device of the catalogue", mac->text()));
    return Asked{snapshot->share(device->mac), config::find_family(call.context.families, device->family)};
}

/// A kind by its own name ("boot log"), or by a name under which the phone sends it.
std::string kind_of(const Asked& asked, std::string_view name) {
    if (const auto* file = file_of(asked.family, name)) return file->kind;
    const auto match = asked.family == nullptr ? std::nullopt : asked.family->match_path(name);
    const bool its_own = match && match->other != nullptr && match->mac == asked.device->mac;
    return its_own ? match->other->kind : std::string(name);
}

json::object to_json(const Asked& asked, const UploadRecord& record) {
    const auto* file = file_of(asked.family, record.kind);
    return {{"name", record.kind},
            {"file", file == nullptr ? std::string() : upload_name(*file, asked.device->mac)},
            {"version", record.version},
            {"current", record.current},
            {"bytes", record.bytes},
            {"sha256", record.hash},
            {"stored_at", to_text(record.stored_at)},
            {"transport", record.transport},
            {"source", record.source}};
}

Result<ApiAnswer> list_uploads(const ApiCall& call) {
    const auto asked = device_of(call);
    if (!asked) return tl::unexpected(asked.error());
    const auto records = call.context.catalogue.store().uploads(asked->device->mac);
    if (!records) return tl::unexpected(records.error());
    json::array rows;
    for (const UploadRecord& record : *records) rows.push_back(to_json(*asked, record));
    return ApiAnswer{200, json::object{{"uploads", std::move(rows)}}};
}

Result<ApiAnswer> show_upload(const ApiCall& call) {
    const auto asked = device_of(call);
    if (!asked) return tl::unexpected(asked.error());
    const std::string kind = kind_of(*asked, call.words.at(1));
    std::optional<std::uint32_t> version;
    if (!call.option("version").empty()) {
        version = to_number<std::uint32_t>(call.option("version"));
        if (!version) return fail(ErrorCode::invalid, "a version is a number", "version");
    }
    auto& store = call.context.catalogue.store();
    const auto records = store.uploads(asked->device->mac);
    if (!records) return tl::unexpected(records.error());
    for (const UploadRecord& record : *records) {
        if (record.kind != kind || (version ? record.version != *version : !record.current)) continue;
        auto content = store.read_upload(record.id);
        if (!content) break; // a newer one took its place since
        auto held = std::make_shared<catalogue::UploadContent>(std::move(*content));
        ApiAnswer answer;
        answer.content.emplace();
        answer.content->bytes = held->bytes();
        const auto* file = file_of(asked->family, kind);
        answer.content->media_type =
            file == nullptr ? "application/octet-stream" : media_type_of(upload_name(*file, asked->device->mac));
        answer.content->held = std::move(held);
        return answer;
    }
    return fail(ErrorCode::not_found, fmt::format("{} has sent no {}{}", asked->device->mac.text(), printable(kind, 64),
                                                  version ? fmt::format(" of version {}", *version) : std::string()));
}

Result<ApiAnswer> remove_upload(const ApiCall& call) {
    const auto asked = device_of(call);
    if (!asked) return tl::unexpected(asked.error());
    const std::string kind = kind_of(*asked, call.words.at(1));
    const auto removed = call.context.catalogue.store().remove_upload(asked->device->mac, kind);
    if (!removed) return tl::unexpected(removed.error());
    return ApiAnswer{200, json::object{{"name", kind}, {"removed", true}}};
}

} // namespace

std::vector<ApiRoute> upload_routes() {
    return {{"GET", "/v1/devices/{mac}/uploads", list_uploads},
            {"GET", "/v1/devices/{mac}/uploads/{name}", show_upload},
            {"DELETE", "/v1/devices/{mac}/uploads/{name}", remove_upload}};
}

} // namespace offhook::server
