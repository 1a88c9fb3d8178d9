/// /v1/devices/{mac}/local: what was changed on the phone itself, taken over or taken back.
#include "base/text.hpp"
#include "server/api/api.hpp"
#include "server/api/checks.hpp"
#include "server/api/device_files.hpp"
#include "server/api/shapes.hpp"
#include "server/stored_files.hpp"

#include <algorithm>
#include <boost/json/array.hpp>
#include <future>
#include <memory>

namespace offhook::server {
namespace {

namespace json = boost::json;
using Becomes = config::UploadRules::Becomes;

json::object to_json(const LocalEntry& entry, Secrets secrets) {
    const bool hidden = secrets == Secrets::hidden && entry.secrecy == config::Secrecy::secret;
    const auto shown = [&](const std::string& value) {
        return hidden && !value.empty() ? json::value(masked_value) : json::value(value);
    };
    json::object out{{"name", entry.name},
                     {"value", shown(entry.value)},
                     {"upload", entry.file},
                     {"stored_at", to_text(entry.stored_at)},
                     {"secret", entry.secrecy == config::Secrecy::secret}};
    if (entry.shadows)
        out["shadows"] = json::object{{"value", shown(entry.shadows->value)},
                                      {"layer", to_text(entry.shadows->layer)},
                                      {"same", entry.shadows->value == entry.value}};
    return out;
}

Result<ApiAnswer> show_local(const ApiCall& call) {
    const auto files = find_device_files(call);
    if (!files) return tl::unexpected(files.error());
    const LocalLayer local = local_layer_of(*files, call.context.catalogue.store());
    const Secrets secrets = call.flag("show_secrets") ? Secrets::shown : Secrets::hidden;
    json::array uploads, settings, problems;
    for (const config::OtherFile& file : files->family->other_files()) {
        if (file.upload.becomes != Becomes::local) continue;
        if (const auto* mark = files->snapshot->upload(files->device->mac, file.kind))
            uploads.push_back(json::object{{"name", file.kind},
                                           {"file", upload_name(file, files->device->mac)},
                                           {"bytes", mark->bytes},
                                           {"stored_at", to_text(mark->stored_at)}});
    }
    for (const LocalEntry& entry : local.entries) settings.push_back(to_json(entry, secrets));
    for (const LocalProblem& problem : local.problems)
        problems.push_back(json::object{{"upload", problem.file}, {"where", problem.where}, {"text", problem.text}});
    return ApiAnswer{200, json::object{{"mac", files->device->mac.text()},
                                       {"uploads", std::move(uploads)},
                                       {"settings", std::move(settings)},
                                       {"problems", std::move(problems)}}};
}

/// The settings that the body names, or all. Errors: invalid, not_found for one that was not changed on the phone.
Result<std::vector<const LocalEntry*>> chosen(const LocalLayer& local, const json::object& body) {
    std::vector<const LocalEntry*> out;
    const auto* names = body.if_contains("settings");
    if (names == nullptr) {
        for (const LocalEntry& entry : local.entries) out.push_back(&entry);
        return out;
    }
    if (!names->is_array()) return fail(ErrorCode::invalid, "expected a list of settings' names", "settings");
    for (const json::value& name : names->get_array()) {
        if (!name.is_string()) return fail(ErrorCode::invalid, "expected a list of settings' names", "settings");
        const std::string_view wanted = name.get_string();
        const auto found = std::find_if(local.entries.begin(), local.entries.end(),
                                        [&](const LocalEntry& entry) { return entry.name == wanted; });
        if (found == local.entries.end())
            return fail(ErrorCode::not_found,
                        "it was not changed on the phone; `offhook device local MAC` lists what was",
                        printable(wanted, 80));
        out.push_back(&*found);
    }
    return out;
}

/// Into the device's layer. The phone keeps its own value, which is the same from then on.
Result<ApiAnswer> adopt_local(const ApiCall& call) {
    const auto files = find_device_files(call);
    if (!files) return tl::unexpected(files.error());
    const auto body = call.object({"settings"});
    if (!body) return tl::unexpected(body.error());
    const LocalLayer local = local_layer_of(*files, call.context.catalogue.store());
    const auto entries = chosen(local, *body);
    if (!entries) return tl::unexpected(entries.error());
    catalogue::DeviceChange change;
    json::array names;
    for (const LocalEntry* entry : *entries) {
        change.set.push_back({entry->name, entry->value});
        names.emplace_back(entry->name);
    }
    if (const auto said = check_raw_parameters(call.context.families, files->device->family, change.set); !said)
        return tl::unexpected(said.error());
    const LayerChange to_offer{change.set, change.unset, &files->device->layer};
    if (const auto fit = check_offers(call.context.offer_lengths, *files->snapshot, to_offer); !fit)
        return tl::unexpected(fit.error());
    if (!change.set.empty())
        if (const auto done = call.context.catalogue.store().change_device(files->device->mac, change); !done)
            return tl::unexpected(done.error());
    return ApiAnswer{200, json::object{{"mac", files->device->mac.text()}, {"adopted", std::move(names)}}};
}

/// Waits until the upload is stored. Errors: unavailable.
Result<void> put(catalogue::Store& store, catalogue::UploadDraft draft) {
    auto stored = std::make_shared<std::promise<catalogue::UploadOutcome>>();
    auto outcome = stored->get_future();
    if (!store.put_upload(std::move(draft), [stored](const auto& done) { stored->set_value(done); }))
        return fail(ErrorCode::unavailable, "the queue of writes is full: try again");
    if (outcome.get().state != catalogue::UploadOutcome::State::stored)
        return fail(ErrorCode::unavailable, "it was not stored; the log says more");
    return {};
}

/// An empty file in the place of what the phone sent: it is what the phone fetches with its next boot. The older
/// versions stay, so nothing is lost.
Result<ApiAnswer> discard(const ApiCall& call) {
    const auto files = find_device_files(call);
    if (!files) return tl::unexpected(files.error());
    json::array names;
    for (const config::OtherFile& file : files->family->other_files()) {
        if (file.upload.becomes != Becomes::local) continue;
        if (files->snapshot->upload(files->device->mac, file.kind) == nullptr) continue;
        auto nothing = file.upload.syntax->write({});
        if (!nothing) return tl::unexpected(nothing.error());
        catalogue::UploadDraft draft;
        draft.mac = files->device->mac;
        draft.kind = file.kind;
        draft.content = std::move(*nothing);
        draft.bytes_max = file.upload.bytes_max;
        draft.transport = "offhook";
        draft.source = "operator";
        if (const auto done = put(call.context.catalogue.store(), std::move(draft)); !done)
            return tl::unexpected(done.error());
        names.emplace_back(file.kind);
    }
    return ApiAnswer{200, json::object{{"mac", files->device->mac.text()}, {"discarded", std::move(names)}}};
}

} // namespace

std::vector<ApiRoute> local_routes() {
    return {{"GET", "/v1/devices/{mac}/local", show_local},
            {"POST", "/v1/devices/{mac}/local/adopt", adopt_local},
            {"DELETE", "/v1/devices/{mac}/local", discard}};
}

} // namespace offhook::server
