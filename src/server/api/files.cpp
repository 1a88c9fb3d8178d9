/// /v1/devices/{mac}/files: what a phone is served, with provenance; /diff: what a change would do to it.
#include "base/text.hpp"
#include "config/render/render.hpp"
#include "server/api/api.hpp"
#include "server/api/shapes.hpp"
#include "server/layers.hpp"

#include <algorithm>
#include <boost/json/array.hpp>
#include <map>

namespace offhook::server {
namespace {

namespace json = boost::json;

constexpr std::string_view masked = "[secret]";
constexpr std::string_view unknown_origin = "{origin}";

/// A device with all that rendering its files takes. Lifetime: holds the snapshot that the rest views into.
struct DeviceFiles {
    catalogue::SnapshotPtr snapshot;
    const catalogue::Device* device = nullptr;
    const catalogue::Site* site = nullptr;
    const config::Family* family = nullptr;
    const config::Model* model = nullptr;

    [[nodiscard]] Result<config::Rendered> render(const config::Document& document, const catalogue::Device& as) const {
        const bool own = document.scope == config::DocumentScope::device;
        const Layers layers(*snapshot, *family, *site, own ? &as : nullptr, model);
        auto rendered = config::render(document, subject(as, layers));
        if (rendered && document.names_origin && rendered->text.find(unknown_origin) != std::string::npos)
            rendered->notes.push_back({"provisioning.server",
                                       "not set: {origin} stands for the scheme, address and port "
                                       "at which the phone finds this server"});
        return rendered;
    }
    [[nodiscard]] std::string name(const config::Document& document) const {
        const Layers layers(*snapshot, *family, *site, device);
        return config::document_name(document, subject(*device, layers));
    }

private:
    [[nodiscard]] config::Subject subject(const catalogue::Device& as, const Layers& layers) const {
        config::Subject out;
        out.family = family;
        out.model = model;
        out.mac = as.mac;
        out.model_name = as.model;
        out.site_name = site->name;
        out.origin = unknown_origin; // nobody is asking just now
        out.shared = layers.shared();
        out.all = layers.all();
        return out;
    }
};

Result<DeviceFiles> find_device(const ApiCall& call) {
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
    return out;
}

/// Whether the device itself asks for it: its first name carries the device's MAC, or its model, or is one for all that
/// each phone of the family needs.
bool is_for(const DeviceFiles& files, const config::Document& document) {
    const std::string name = files.name(document); // the match views into it
    const auto match = files.family->match_path(name);
    if (!match) return false;
    if (match->mac) return match->mac == files.device->mac;
    if (match->model.empty() && match->part.empty()) return document.needed;
    return files.model != nullptr && config::model_of(*files.family, *match) == files.model;
}

void mask_secrets(config::Rendered& rendered, const config::Document& document) {
    std::vector<config::Parameter> parameters;
    for (config::WrittenParameter& p : rendered.parameters) {
        if (p.secrecy == config::Secrecy::secret && !p.parameter.value.empty()) p.parameter.value = masked;
        parameters.push_back(p.parameter);
    }
    if (auto text = document.syntax->write(parameters))
        rendered.text = std::move(*text);
    else
        rendered.text.clear();
}

json::array to_json(const std::vector<config::MapNote>& notes) {
    json::array out;
    for (const config::MapNote& note : notes)
        out.push_back(json::object{{"setting", note.setting}, {"text", note.text}});
    return out;
}

std::string origin_text(const config::WrittenParameter& p) {
    const bool fixed = p.setting.id == config::Layer::raw_id && p.origin == config::LayerKind::vendor_default;
    return fixed ? "pack" : std::string(to_text(p.origin));
}

json::object to_json(const config::WrittenParameter& p) {
    json::object out{
        {"name", p.parameter.name}, {"value", p.parameter.value}, {"layer", origin_text(p)}, {"reboots", p.reboots}};
    if (p.setting.id != config::Layer::raw_id)
        out["setting"] = name_of(p.setting);
    else if (origin_text(p) != "pack")
        out["setting"] = "raw:" + p.parameter.name;
    if (p.secrecy == config::Secrecy::secret) out["secret"] = true;
    return out;
}

Result<ApiAnswer> list(const ApiCall& call) {
    const auto files = find_device(call);
    if (!files) return tl::unexpected(files.error());
    json::array rows, notes;
    for (const config::Document& document : files->family->documents()) {
        if (!is_for(*files, document)) continue;
        const auto rendered = files->render(document, *files->device);
        json::object row{{"name", files->name(document)},
                         {"kind", document.kind},
                         {"scope", document.scope == config::DocumentScope::device ? "this device alone"
                                   : document.scope == config::DocumentScope::site ? "site " + files->site->name
                                                                                   : "family"},
                         {"summary", document.summary}};
        if (rendered) {
            row["bytes"] = rendered->text.size();
            for (auto& note : to_json(rendered->notes))
                if (std::find(notes.begin(), notes.end(), note) == notes.end()) notes.push_back(note);
        } else {
            row["error"] = rendered.error().text();
        }
        rows.push_back(std::move(row));
    }
    return ApiAnswer{200, json::object{{"files", std::move(rows)}, {"notes", std::move(notes)}}};
}

Result<ApiAnswer> show(const ApiCall& call) {
    const auto files = find_device(call);
    if (!files) return tl::unexpected(files.error());
    const std::string& name = call.words.at(1);
    const auto match = files->family->match_path(name);
    if (!match || match->document == nullptr || (match->mac && *match->mac != files->device->mac))
        return fail(ErrorCode::not_found,
                    "no such file of this device; `offhook render " + files->device->mac.text() + "` lists them",
                    printable(name));
    auto rendered = files->render(*match->document, *files->device);
    if (!rendered) return tl::unexpected(rendered.error());
    if (!call.flag("show_secrets")) mask_secrets(*rendered, *match->document);
    json::array parameters;
    for (const config::WrittenParameter& p : rendered->parameters) parameters.push_back(to_json(p));
    return ApiAnswer{200, json::object{{"name", name},
                                       {"text", rendered->text},
                                       {"parameters", std::move(parameters)},
                                       {"notes", to_json(rendered->notes)}}};
}

json::array differences(const config::Rendered& before, const config::Rendered& after) {
    std::map<std::string, const config::WrittenParameter*> old;
    for (const config::WrittenParameter& p : before.parameters) old.emplace(p.parameter.name, &p);
    const auto shown = [](const config::WrittenParameter& p) {
        return p.secrecy == config::Secrecy::secret && !p.parameter.value.empty() ? std::string(masked)
                                                                                  : p.parameter.value;
    };
    json::array out;
    for (const config::WrittenParameter& p : after.parameters) {
        const auto found = old.find(p.parameter.name);
        const bool same = found != old.end() && found->second->parameter.value == p.parameter.value;
        if (!same) {
            json::object row = to_json(p);
            row["before"] = found == old.end() ? json::value(nullptr) : json::value(shown(*found->second));
            row["after"] = shown(p);
            row.erase("value");
            out.push_back(std::move(row));
        }
        if (found != old.end()) old.erase(found);
    }
    for (const auto& [name, p] : old) {
        json::object row = to_json(*p);
        row["before"] = shown(*p);
        row["after"] = nullptr;
        row.erase("value");
        out.push_back(std::move(row));
    }
    return out;
}

Result<ApiAnswer> diff(const ApiCall& call) {
    const auto files = find_device(call);
    if (!files) return tl::unexpected(files.error());
    const auto body = call.object({"settings"});
    if (!body) return tl::unexpected(body.error());
    const auto changes = setting_changes(*body);
    if (!changes) return tl::unexpected(changes.error());
    config::LayerBuilder layer(files->device->layer);
    for (const auto& setting : changes->set)
        if (const auto set = layer.set(setting.name, setting.value); !set) return tl::unexpected(set.error());
    for (const auto& name : changes->unset)
        if (const auto unset = layer.unset(name); !unset) return tl::unexpected(unset.error());
    catalogue::Device changed = *files->device;
    changed.layer = layer.build();

    json::array rows;
    bool reboots = false;
    for (const config::Document& document : files->family->documents()) {
        if (!is_for(*files, document)) continue;
        auto before = files->render(document, *files->device);
        auto after = files->render(document, changed);
        if (!before) return tl::unexpected(before.error());
        if (!after) return tl::unexpected(after.error());
        json::array changed_parameters = differences(*before, *after);
        for (const auto& row : changed_parameters) reboots = reboots || row.at("reboots").as_bool();
        if (!changed_parameters.empty())
            rows.push_back(json::object{{"name", files->name(document)}, {"changes", std::move(changed_parameters)}});
    }
    return ApiAnswer{200, json::object{{"files", std::move(rows)}, {"reboots", reboots}}};
}

} // namespace

std::vector<ApiRoute> file_routes() {
    return {{"GET", "/v1/devices/{mac}/files", list},
            {"GET", "/v1/devices/{mac}/files/{name}", show},
            {"POST", "/v1/devices/{mac}/diff", diff}};
}

} // namespace offhook::server
