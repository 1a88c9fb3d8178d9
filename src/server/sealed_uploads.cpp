#include "server/sealed_uploads.hpp"

#include "config/seal/seal.hpp"
#include "server/layers.hpp"

#include <algorithm>
#include <future>
#include <memory>

namespace offhook::server {
namespace {

/// Every seal that can tell its own files: an upload's pack row names none, because a phone seals what it likes. Those
/// of OpenSSL's raw form all begin alike, and which digest it was only opening shows.
constexpr std::string_view seals_that_tell[] = {"polycom-project", "panasonic-project", "openssl-raw-256",
                                                "openssl-raw-256-sha256"};

/// OpenSSL's form holds no digest, and one wrong key of 256 opens it: to what is neither text nor packed.
bool may_be_plain(std::string_view plain) {
    constexpr std::size_t looked_at = 16;
    constexpr std::string_view gzip_magic = "\x1f\x8b", byte_order_mark = "\xef\xbb\xbf";
    if (plain.starts_with(gzip_magic)) return true;
    if (plain.starts_with(byte_order_mark)) plain.remove_prefix(byte_order_mark.size());
    const auto begin = plain.substr(0, looked_at);
    return std::all_of(begin.begin(), begin.end(),
                       [](char c) { return (c >= ' ' && c <= '~') || c == '\n' || c == '\r' || c == '\t'; });
}

bool is_current(catalogue::Store& store, MacAddress mac, std::int64_t id) {
    const auto records = store.uploads(mac);
    return records && std::any_of(records->begin(), records->end(),
                                  [&](const auto& record) { return record.id == id && record.current; });
}

Result<void> store_anew(catalogue::Store& store, const catalogue::UploadRecord& record, MacAddress mac,
                        std::string sealed) {
    if (!is_current(store, mac, record.id)) return {}; // the phone sent another in the meantime
    catalogue::UploadDraft draft;
    draft.mac = mac;
    draft.kind = record.kind;
    draft.content = std::move(sealed);
    draft.transport = record.transport;
    draft.source = record.source;
    auto stored = std::make_shared<std::promise<catalogue::UploadOutcome::State>>();
    auto outcome = stored->get_future();
    if (!store.put_upload(std::move(draft), [stored](const auto& done) { stored->set_value(done.state); }))
        return fail(ErrorCode::unavailable, "the queue of writes is full", record.kind);
    if (outcome.get() != catalogue::UploadOutcome::State::stored)
        return fail(ErrorCode::unavailable, "it could not be stored sealed with the new key", record.kind);
    return {};
}

} // namespace

const config::Seal* seal_of_upload(std::string_view bytes) {
    for (const auto name : seals_that_tell) {
        const auto* seal = config::find_seal(name);
        if (seal != nullptr && seal->looks_sealed(bytes)) return seal;
    }
    return nullptr;
}

std::optional<OpenedUpload> open_upload(std::string_view bytes, std::string_view key) {
    if (key.empty()) return std::nullopt;
    for (const auto name : seals_that_tell) {
        const auto* seal = config::find_seal(name);
        if (seal == nullptr || !seal->looks_sealed(bytes)) continue;
        auto plain = seal->open(bytes, key);
        if (plain && (!name.starts_with("openssl-") || may_be_plain(*plain)))
            return OpenedUpload{seal, std::move(*plain)};
    }
    return std::nullopt;
}

FileKeys file_keys_of(const config::Effective& stated) {
    const auto text = [&](std::string_view name) {
        const auto key = config::find_setting(name);
        const auto* value = key ? stated.find(*key) : nullptr;
        return value == nullptr ? std::string() : std::string(value->value);
    };
    return {text("provisioning.file_key"), text("provisioning.previous_file_key")};
}

FileKeys file_keys_of(const catalogue::Snapshot& snapshot, const config::Families& families,
                      const catalogue::Device& device) {
    const auto* family = config::find_family(families, device.family);
    const auto* site = snapshot.site(device.site);
    if (family == nullptr || site == nullptr) return {};
    const Layers layers(snapshot, *family, *site, &device);
    return file_keys_of(config::Effective(layers.all()));
}

bool opens_with(const FileKeys& keys, std::string_view bytes) {
    if (seal_of_upload(bytes) == nullptr || (keys.present.empty() && keys.previous.empty())) return true;
    return open_upload(bytes, keys.present) || open_upload(bytes, keys.previous);
}

Result<Resealed> reseal_uploads(catalogue::Store& store, const FileKeys& keys, const catalogue::Device& device) {
    Resealed out;
    const auto records = store.uploads(device.mac);
    if (!records) return tl::unexpected(records.error());
    for (const catalogue::UploadRecord& record : *records) {
        if (!record.current) continue;
        const auto content = store.read_upload(record.id);
        if (!content || seal_of_upload(content->bytes()) == nullptr || open_upload(content->bytes(), keys.present))
            continue;
        const auto opened = open_upload(content->bytes(), keys.previous);
        if (!opened) {
            out.closed.push_back(record.kind);
            continue;
        }
        auto sealed = opened->seal->seal(opened->plain, keys.present, device.mac.text() + ' ' + record.kind);
        if (!sealed) return tl::unexpected(sealed.error());
        if (const auto done = store_anew(store, record, device.mac, std::move(*sealed)); !done)
            return tl::unexpected(done.error());
        out.kinds.push_back(record.kind);
    }
    return out;
}

} // namespace offhook::server
