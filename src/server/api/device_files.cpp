#include "server/api/device_files.hpp"

#include "base/text.hpp"
#include "config/render/sealing.hpp"
#include "server/directories.hpp"

namespace offhook::server {
namespace {

constexpr std::string_view unknown_origin = "{origin}"; // nobody is asking just now

/// Says so where a file names a server that nobody states.
Result<config::Rendered> with_origin_note(Result<config::Rendered> rendered, const config::Document& document) {
    if (rendered && document.names_origin && rendered->text.find(unknown_origin) != std::string::npos)
        rendered->notes.push_back({"provisioning.server", "not set: {origin} stands for the scheme, address and port "
                                                          "at which the phone finds this server"});
    return rendered;
}

} // namespace

Result<config::Rendered> DeviceFiles::render(const config::Document& document, const catalogue::Device& as) const {
    const bool own = document.scope == config::DocumentScope::device;
    if (document.directory != nullptr)
        return render_directory({*snapshot, *family, document, *site, own ? &as : nullptr}, *store);
    const Layers layers(*snapshot, *family, *site, own ? &as : nullptr, model);
    return with_origin_note(config::render(document, subject(document, as, layers.shared(), layers.all())), document);
}

Result<config::Rendered> DeviceFiles::render(const config::Document& document, std::span<const config::LayerRef> shared,
                                             std::span<const config::LayerRef> all) const {
    return with_origin_note(config::render(document, subject(document, *device, shared, all)), document);
}

Result<config::Rendered> DeviceFiles::render_or_none(const config::Document& document,
                                                     const catalogue::Device& as) const {
    const Layers layers(*snapshot, *family, *site, &as, model);
    if (!config::check_twin(document, layers.all())) return config::Rendered();
    return render(document, as);
}

Result<config::Rendered> DeviceFiles::render_or_none(const config::Document& document,
                                                     std::span<const config::LayerRef> shared,
                                                     std::span<const config::LayerRef> all) const {
    if (!config::check_twin(document, all)) return config::Rendered();
    return render(document, shared, all);
}

bool DeviceFiles::is_there(const config::Document& document) const {
    const Layers layers(*snapshot, *family, *site, device);
    return config::check_twin(document, layers.all()).has_value();
}

std::string DeviceFiles::name(const config::Document& document) const {
    const Layers layers(*snapshot, *family, *site, device);
    return config::document_name(document, subject(document, *device, layers.shared(), layers.all()));
}

bool DeviceFiles::is_for(const config::Document& document) const {
    const std::string named = name(document); // the match views into it
    const auto match = family->match_path(named);
    if (!match) return false;
    if (match->mac) return match->mac == device->mac;
    if (match->model.empty() && match->part.empty()) return document.needed;
    return model != nullptr && config::model_of(*family, *match) == model;
}

Result<const config::Document*> DeviceFiles::document(std::string_view file) const {
    const auto match = family->match_path(file);
    if (!match || match->document == nullptr || (match->mac && *match->mac != device->mac))
        return fail(ErrorCode::not_found,
                    "no such file of this device; `offhook render " + device->mac.text() + "` lists them",
                    printable(file));
    return match->document;
}

config::Subject DeviceFiles::subject(const config::Document& document, const catalogue::Device& as,
                                     std::span<const config::LayerRef> shared,
                                     std::span<const config::LayerRef> all) const {
    const bool own = document.scope == config::DocumentScope::device;
    config::Subject out;
    out.family = family;
    out.model = model;
    out.mac = as.mac;
    out.model_name = as.model;
    out.site_name = site->name;
    out.origin = unknown_origin;
    out.directory = named_directory(*snapshot, *family, document, *site, own ? &as : nullptr);
    out.shared = shared;
    out.all = all;
    return out;
}

Result<DeviceFiles> find_device_files(const ApiCall& call) {
    const auto mac = call.mac();
    if (!mac) return tl::unexpected(mac.error());
    DeviceFiles out;
    out.snapshot = call.context.catalogue.snapshot();
    out.device = out.snapshot->find(*mac);
    if (out.device == nullptr) return fail(ErrorCode::not_found, "no such device in the catalogue", mac->text());
    out.site = out.snapshot->site(out.device->site);
    out.family = config::find_family(call.context.families, out.device->family);
    if (out.family == nullptr) return fail(ErrorCode::not_found, "no pack for this family", out.device->family);
    out.model = out.family->find_model(out.device->model);
    out.store = &call.context.catalogue.store();
    return out;
}

LocalLayer local_layer_of(const DeviceFiles& files, catalogue::Store& store) {
    std::vector<catalogue::UploadContent> contents;
    std::vector<LocalUpload> uploads;
    std::vector<LocalProblem> gone;
    for (const config::OtherFile& file : files.family->other_files()) {
        if (file.upload.becomes != config::UploadRules::Becomes::local) continue;
        const auto* mark = files.snapshot->upload(files.device->mac, file.kind);
        if (mark == nullptr) continue;
        auto content = store.read_upload(mark->id);
        if (!content) { // a newer one took its place since: it will be there for whoever asks again
            gone.push_back({file.kind, "", "it was replaced by a newer one just now: ask again"});
            continue;
        }
        contents.push_back(std::move(*content));
        uploads.push_back({&file, {}, mark->stored_at});
    }
    for (std::size_t i = 0; i < contents.size(); ++i) uploads[i].bytes = contents[i].bytes(); // none moves any more
    const Layers layers(*files.snapshot, *files.family, *files.site, files.device);
    const config::Effective stated(layers.all());
    std::vector<std::string_view> keys;
    for (const auto* name : {"provisioning.file_key", "provisioning.previous_file_key"})
        if (const auto key = config::find_setting(name); key)
            if (const auto* value = stated.find(*key); value != nullptr && !value->value.empty())
                keys.push_back(value->value);
    auto out = read_local({files.family, files.model, layers.all(), keys}, uploads);
    out.problems.insert(out.problems.end(), gone.begin(), gone.end());
    return out;
}

} // namespace offhook::server
