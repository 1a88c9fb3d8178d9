/// /v1/devices/{mac}/files: what a phone is served, with provenance. What a change does: api/file_diff.cpp.
#include "base/log.hpp"
#include "base/text.hpp"
#include "catalogue/store/store.hpp"
#include "config/render/render.hpp"
#include "server/api/api.hpp"
#include "server/api/device_files.hpp"
#include "server/api/written_json.hpp"

#include <algorithm>
#include <boost/json/array.hpp>

namespace offhook::server {
namespace {

namespace json = boost::json;

void mask_secrets(config::Rendered& rendered, const config::Document& document) {
    if (document.syntax == nullptr) return; // contacts are no secret
    std::vector<config::Parameter> parameters;
    for (config::WrittenParameter& p : rendered.parameters) {
        if (p.secrecy == config::Secrecy::secret && !p.parameter.value.empty()) p.parameter.value = masked_value;
        parameters.push_back(p.parameter);
    }
    if (auto text = document.syntax->write(parameters))
        rendered.text = std::move(*text);
    else
        rendered.text.clear();
}

/// How a file is sealed that is served so; null: it is served as it is shown.
json::value seal_json(const config::Rendered& rendered) {
    if (rendered.seal == nullptr) return nullptr;
    return json::object{
        {"seal", rendered.seal->name()}, {"label", config::label(*rendered.seal)}, {"bytes", rendered.sealed.size()}};
}

json::array notes_json(const std::vector<config::MapNote>& notes) {
    json::array out;
    for (const config::MapNote& note : notes)
        out.push_back(json::object{{"setting", note.setting}, {"text", note.text}});
    return out;
}

/// What the phone has changed is the only part of a file's answer that needs the database, and the one that can be
/// missed.
LocalLayer local_or_note(const DeviceFiles& files, catalogue::Store& store, json::array& notes) {
    try {
        return local_layer_of(files, store);
    } catch (const catalogue::StoreFailure& failure) {
        log::error("API_STORE_FAILED", "what {} changed on itself: {}", files.device->mac.text(), failure.what());
        notes.push_back(
            json::object{{"setting", ""},
                         {"text", "what was changed on the phone itself is not shown: the database does not answer"}});
        return {};
    }
}

Result<ApiAnswer> list_files(const ApiCall& call) {
    const auto files = find_device_files(call);
    if (!files) return tl::unexpected(files.error());
    json::array rows, notes;
    for (const config::Document& document : files->family->documents()) {
        if (!files->is_for(document) || !files->is_there(document)) continue;
        const auto rendered = files->render(document, *files->device);
        if (rendered && rendered->text.empty() && document.directory != nullptr) continue; // no phone gets it
        json::object row{{"name", files->name(document)},
                         {"kind", document.kind},
                         {"scope", document.scope == config::DocumentScope::device ? "this device alone"
                                   : document.scope == config::DocumentScope::site ? "site " + files->site->name
                                                                                   : "family"},
                         {"summary", document.summary}};
        if (rendered) {
            row["bytes"] = rendered->served().size();
            row["sealed"] = seal_json(*rendered);
            for (auto& note : notes_json(rendered->notes))
                if (std::find(notes.begin(), notes.end(), note) == notes.end()) notes.push_back(note);
        } else {
            row["error"] = rendered.error().text();
        }
        rows.push_back(std::move(row));
    }
    return ApiAnswer{200, json::object{{"files", std::move(rows)}, {"notes", std::move(notes)}}};
}

Result<ApiAnswer> show_file(const ApiCall& call) {
    const auto files = find_device_files(call);
    if (!files) return tl::unexpected(files.error());
    const std::string& name = call.words.at(1);
    const auto document = files->document(name);
    if (!document) return tl::unexpected(document.error());
    auto rendered = files->render(**document, *files->device);
    if (!rendered) return tl::unexpected(rendered.error());
    if (rendered->text.empty() && (*document)->directory != nullptr)
        return fail(
            ErrorCode::not_found,
            "nothing is in it: no phonebook entry, no key, nothing that the phone sent; phones get no such file",
            printable(name));
    const bool hidden = !call.flag("show_secrets");
    if (hidden) mask_secrets(*rendered, **document);
    json::array parameters;
    json::array notes = notes_json(rendered->notes);
    const LocalLayer local = local_or_note(*files, call.context.catalogue.store(), notes);
    for (const config::WrittenParameter& p : rendered->parameters) {
        json::object row = to_json(p, *files->family);
        if (const std::string* changed = local.find(p.parameter.name))
            row["local"] = hidden && p.secrecy == config::Secrecy::secret ? masked_value : std::string_view(*changed);
        parameters.push_back(std::move(row));
    }
    return ApiAnswer{200, json::object{{"name", name},
                                       {"text", rendered->text},
                                       {"sealed", seal_json(*rendered)},
                                       {"parameters", std::move(parameters)},
                                       {"notes", std::move(notes)}}};
}

} // namespace

std::vector<ApiRoute> file_routes() {
    return {{"GET", "/v1/devices/{mac}/files", list_files}, {"GET", "/v1/devices/{mac}/files/{name}", show_file}};
}

} // namespace offhook::server
