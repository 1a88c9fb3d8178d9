/// /v1/devices/{mac}/diff: what a change would do to a phone's files, what was changed since a revision, and how a file
/// of somebody else's differs from ours. In parameters, not lines.
#include "base/text.hpp"
#include "server/api/api.hpp"
#include "server/api/device_files.hpp"
#include "server/api/shapes.hpp"
#include "server/layer_pasts.hpp"
#include "server/parameter_diff.hpp"

#include <boost/json/array.hpp>

namespace offhook::server {
namespace {

namespace json = boost::json;

json::object to_json(const ParameterChange& change, Secrets secrets) {
    const auto shown = [&](const std::optional<std::string>& value) -> json::value {
        if (!value) return nullptr;
        const bool hidden = secrets == Secrets::hidden && change.secrecy == config::Secrecy::secret && !value->empty();
        return hidden ? json::value(masked_value) : json::value(*value);
    };
    json::object out{{"name", change.name}, {"layer", layer_text(change)}, {"reboots", change.reboots}};
    if (!change.setting.empty()) out["setting"] = change.setting;
    if (change.secrecy == config::Secrecy::secret) out["secret"] = true;
    out["before"] = shown(change.before);
    out["after"] = shown(change.after);
    return out;
}

/// What is compared with what the device gets now: its files as something else would have them.
class Comparison {
public:
    Comparison(const ApiCall& call, const DeviceFiles& files)
        : files_(files), secrets_(call.flag("show_secrets") ? Secrets::shown : Secrets::hidden) {}

    void add(const config::Document& document, const std::vector<ParameterChange>& changes) {
        json::array rows;
        for (const ParameterChange& change : changes) {
            rows.push_back(to_json(change, secrets_));
            reboots_ = reboots_ || change.reboots;
        }
        if (!rows.empty()) rows_.push_back(json::object{{"name", files_.name(document)}, {"changes", std::move(rows)}});
    }
    void note(std::string text) { notes_.emplace_back(std::move(text)); }
    ApiAnswer answer() {
        return {200, json::object{{"files", std::move(rows_)}, {"reboots", reboots_}, {"notes", std::move(notes_)}}};
    }

private:
    const DeviceFiles& files_;
    const Secrets secrets_;
    json::array rows_, notes_;
    bool reboots_ = false;
};

/// Of all files of the device, or the one that is named. Errors: not_found.
Result<std::vector<const config::Document*>> wanted_documents(const DeviceFiles& files, const json::object& body) {
    const auto name = text_member(body, "file");
    if (!name) return tl::unexpected(name.error());
    std::vector<const config::Document*> out;
    if (*name) {
        const auto document = files.document(**name);
        if (!document) return tl::unexpected(document.error());
        out.push_back(*document);
        return out;
    }
    for (const config::Document& document : files.family->documents())
        if (files.is_for(document) && document.directory == nullptr)
            out.push_back(&document); // contacts are compared nowhere
    return out;
}

/// Before: as it is. After: with the body's settings in the device's layer.
Result<ApiAnswer> diff_settings(const ApiCall& call, const DeviceFiles& files, const json::object& body) {
    const auto changes = setting_changes(body);
    if (!changes) return tl::unexpected(changes.error());
    config::LayerBuilder layer(files.device->layer);
    for (const auto& setting : changes->set)
        if (const auto set = layer.set(setting.name, setting.value); !set) return tl::unexpected(set.error());
    for (const auto& name : changes->unset)
        if (const auto unset = layer.unset(name); !unset) return tl::unexpected(unset.error());
    catalogue::Device changed = *files.device;
    changed.layer = layer.build();
    changed.held = still_held(*files.snapshot, changed); // a held change that is changed again is offered
    const auto documents = wanted_documents(files, body);
    if (!documents) return tl::unexpected(documents.error());
    Comparison comparison(call, files);
    for (const config::Document* document : *documents) {
        const auto before = files.render_or_none(*document, *files.device);
        const auto after = files.render_or_none(*document, changed);
        if (!before) return tl::unexpected(before.error());
        if (!after) return tl::unexpected(after.error());
        comparison.add(*document, changes_between(before->parameters, after->parameters));
    }
    return comparison.answer();
}

/// Before: as that revision had it. After: as it is.
Result<ApiAnswer> diff_revision(const ApiCall& call, const DeviceFiles& files, const json::object& body) {
    json::error_code error;
    const auto then = body.at("revision").to_number<catalogue::Revision>(error);
    if (error) return fail(ErrorCode::invalid, "expected the number of a revision", "revision");
    if (then > files.snapshot->revision())
        return fail(ErrorCode::not_found,
                    "the catalogue is at revision " + std::to_string(files.snapshot->revision()) + " only", "revision");
    const auto documents = wanted_documents(files, body);
    if (!documents) return tl::unexpected(documents.error());
    const auto former =
        LayerPasts::read(*files.store, *files.snapshot, *files.family, *files.site, *files.device).at(then);
    if (!former) return tl::unexpected(former.error());
    Comparison comparison(call, files);
    for (const config::Document* document : *documents) {
        const auto before = files.render_or_none(*document, former->shared(), former->all());
        const auto after = files.render_or_none(*document, *files.device);
        if (!after) return tl::unexpected(after.error());
        if (before)
            comparison.add(*document, changes_between(before->parameters, after->parameters));
        else
            comparison.note(files.name(*document) + " could not be made then: " + before.error().text());
    }
    comparison.note("Site, group and model of the device count as they are today.");
    return comparison.answer();
}

/// Before: a file that the caller has. After: ours of that name.
Result<ApiAnswer> diff_text(const ApiCall& call, const DeviceFiles& files, const json::object& body) {
    const auto text = text_member(body, "text");
    if (!text) return tl::unexpected(text.error());
    if (!body.contains("file"))
        return fail(ErrorCode::invalid, "say with which file of this device it is compared", "file");
    const auto documents = wanted_documents(files, body);
    if (!documents) return tl::unexpected(documents.error());
    const config::Document& document = *documents->front();
    if (document.syntax == nullptr)
        return fail(ErrorCode::invalid, "this file holds contacts, no parameters", document.kind);
    const auto parsed = document.syntax->read(**text);
    if (!parsed)
        return fail(ErrorCode::invalid,
                    "it cannot be read as " + std::string(document.syntax->name()) + ": " + parsed.error().message,
                    parsed.error().where);
    const auto after = files.render(document, *files.device);
    if (!after) return tl::unexpected(after.error());
    Comparison comparison(call, files);
    comparison.add(document, changes_from_file(*files.family, files.model, parsed->parameters, after->parameters));
    for (const config::SyntaxNote& note : parsed->notes)
        comparison.note("line " + std::to_string(note.line) + ": " + note.text);
    return comparison.answer();
}

Result<ApiAnswer> diff(const ApiCall& call) {
    const auto files = find_device_files(call);
    if (!files) return tl::unexpected(files.error());
    const auto body = call.object({"settings", "revision", "text", "file"});
    if (!body) return tl::unexpected(body.error());
    if (body->contains("settings") + body->contains("revision") + body->contains("text") > 1)
        return fail(ErrorCode::invalid, "compare with one thing at a time: settings, revision or text");
    if (body->contains("revision")) return diff_revision(call, *files, *body);
    if (body->contains("text")) return diff_text(call, *files, *body);
    return diff_settings(call, *files, *body);
}

} // namespace

std::vector<ApiRoute> file_diff_routes() { return {{"POST", "/v1/devices/{mac}/diff", diff}}; }

} // namespace offhook::server
