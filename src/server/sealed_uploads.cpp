#include "server/sealed_uploads.hpp"

#include "config/seal/seal.hpp"
#include "server/layers.hpp"

#include <algorithm>
#include <future>
#include <memory>

namespace offhook::server {
namespace {

/// Every seal that can tell its own files: an upload's pack row names none, because a phone seals what it likes.
constexpr std::string_view seals_that_tell[] = {"polycom-project", "panasonic-project"};

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
    const auto* seal = seal_of_upload(bytes);
    if (seal == nullptr || (keys.present.empty() && keys.previous.empty())) return true;
    const auto opens = [&](const std::string& key) { return !key.empty() && seal->open(bytes, key).has_value(); };
    return opens(keys.present) || opens(keys.previous);
}

Result<Resealed> reseal_uploads(catalogue::Store& store, const FileKeys& keys, const catalogue::Device& device) {
    Resealed out;
    const auto records = store.uploads(device.mac);
    if (!records) return tl::unexpected(records.error());
    for (const catalogue::UploadRecord& record : *records) {
        if (!record.current) continue;
        const auto content = store.read_upload(record.id);
        const auto* seal = content ? seal_of_upload(content->bytes()) : nullptr;
        if (seal == nullptr || seal->open(content->bytes(), keys.present)) continue;
        const auto plain = seal->open(content->bytes(), keys.previous);
        if (!plain) {
            out.closed.push_back(record.kind);
            continue;
        }
        auto sealed = seal->seal(*plain, keys.present, device.mac.text() + ' ' + record.kind);
        if (!sealed) return tl::unexpected(sealed.error());
        if (const auto done = store_anew(store, record, device.mac, std::move(*sealed)); !done)
            return tl::unexpected(done.error());
        out.kinds.push_back(record.kind);
    }
    return out;
}

} // namespace offhook::server
