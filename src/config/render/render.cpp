#include "config/render/render.hpp"

#include "base/assert.hpp"
#include "base/limits.hpp"
#include "config/render/sealing.hpp"

#include <algorithm>
#include <functional>
#include <unordered_map>

namespace offhook::config {
namespace {

/// What files call this server.
std::string origin_of(const Document& document, const Subject& subject) {
    static const auto setting = find_pattern("provisioning.server").value();
    const Effective settings(document.scope == DocumentScope::device ? subject.all : subject.shared);
    const auto* stated = settings.find({setting, 0});
    std::string_view origin = stated != nullptr && !stated->value.empty() ? stated->value : subject.origin;
    while (origin.ends_with('/')) origin.remove_suffix(1);
    std::string out(origin);
    const auto last = out.rfind('/');
    const bool has_token = last != std::string::npos && std::string_view(out).substr(last + 1) == subject.token;
    if (!out.empty() && !subject.token.empty() && !has_token) out.append("/").append(subject.token);
    return out;
}

constexpr std::string_view setting_word = "setting:";

/// What {setting:NAME} of a fixed value stands for. Null: nobody states it.
const Effective::Value* setting_of(std::string_view word, const Effective& settings) {
    const auto key = find_setting(word.substr(setting_word.size())); // the pack's loader has checked the name
    const auto* stated = key ? settings.find(*key) : nullptr;
    return stated == nullptr || stated->value.empty() ? nullptr : stated;
}

/// The setting that a fixed value needs, where it needs one.
std::string_view needed_setting(std::string_view pattern) {
    const auto at = pattern.find("{setting:");
    if (at == std::string_view::npos) return {};
    return pattern.substr(at + 1, pattern.find('}', at) - at - 1);
}

/// What is known when a pattern is expanded.
struct Known {
    std::string_view origin;
    const Effective* settings = nullptr;
};

/// Replaces {mac} {MAC} {model} {part} {site} {origin} {setting:NAME} and {path:KIND}; {{x}} becomes {x}. Anything else
/// in braces stays as it is, for the phone to expand.
std::string expand(std::string_view pattern, const Subject& subject, const Known& known = {}) {
    std::string out;
    while (!pattern.empty()) {
        const auto open = pattern.find('{');
        const auto close = pattern.find('}', open == std::string_view::npos ? pattern.size() : open);
        if (open == std::string_view::npos || close == std::string_view::npos) break;
        out += pattern.substr(0, open);
        if (const auto end = pattern.find("}}", open); pattern.substr(open).starts_with("{{") && end != pattern.npos) {
            out += pattern.substr(open + 1, end - open);
            pattern.remove_prefix(end + 2);
            continue;
        }
        const std::string_view word = pattern.substr(open + 1, close - open - 1);
        if (word == "mac") {
            out += subject.mac.text();
        } else if (word == "MAC") {
            out += subject.mac.text_upper();
        } else if (word == "model") {
            out += subject.model_name;
        } else if (word == "origin") {
            out += known.origin;
        } else if (word == "part" && subject.model != nullptr && !subject.model->part_numbers.empty()) {
            out += subject.model->part_numbers.front();
        } else if (word.starts_with(setting_word)) {
            if (const auto* stated = known.settings ? setting_of(word, *known.settings) : nullptr) out += stated->value;
        } else if (word == "site") {
            out += subject.site_name;
        } else if (word.starts_with("path:")) {
            const auto documents = subject.family->documents();
            const auto named = std::find_if(documents.begin(), documents.end(),
                                            [&](const Document& other) { return other.kind == word.substr(5); });
            if (named != documents.end())
                out += document_name(*named, subject); // the pack's loader has checked the kind
        } else {
            out += pattern.substr(open, close - open + 1);
        }
        pattern.remove_prefix(close + 1);
    }
    return out += pattern;
}

std::vector<WrittenParameter> without_secrets(std::vector<WrittenParameter> parameters) {
    std::erase_if(parameters, [](const WrittenParameter& p) { return p.secrecy == Secrecy::secret; });
    return parameters;
}

/// What `subject` has beyond the shared document: new, different or secret; and emptied, where a narrower layer hides
/// what the shared one says.
void keep_own(std::vector<WrittenParameter>& parameters, const Subject& subject) {
    const Effective shared_settings(subject.shared);
    const auto shared = without_secrets(subject.family->write(shared_settings, subject.model).parameters);
    std::unordered_map<std::string_view, const WrittenParameter*> shared_by_name;
    shared_by_name.reserve(shared.size());
    for (const WrittenParameter& p : shared) shared_by_name.emplace(p.parameter.name, &p);

    std::vector<WrittenParameter> own;
    for (WrittenParameter& p : parameters) {
        const auto same = shared_by_name.find(p.parameter.name);
        const bool known = same != shared_by_name.end();
        const bool differs = !known || same->second->parameter.value != p.parameter.value;
        if (known) shared_by_name.erase(same);
        if (differs) own.push_back(std::move(p));
    }
    for (const WrittenParameter& p : shared) {
        if (!shared_by_name.contains(p.parameter.name) || p.parameter.value.empty()) continue;
        WrittenParameter hidden = p;
        hidden.parameter.value.clear();
        hidden.origin = LayerKind::device;
        own.push_back(std::move(hidden));
    }
    parameters = std::move(own);
}

/// The vendor's names for the boot server's own account: where a value goes that we put into those settings.
std::vector<std::string> credential_names(const Subject& subject) {
    constexpr std::string_view probe = "a probe";
    LayerBuilder builder;
    for (const auto* setting : {"provisioning.user", "provisioning.password"})
        OFFHOOK_ASSERT(builder.set(setting, probe).has_value());
    const Layer layer = builder.build();
    const LayerRef stated[]{{LayerKind::device, &layer}};
    std::vector<std::string> names;
    for (const auto& written : subject.family->write(Effective(stated), subject.model).parameters)
        if (written.parameter.value.find(probe) != std::string::npos) names.push_back(written.parameter.name);
    return names;
}

/// The account may be typed as the vendor's own parameters, too.
void drop_raw_credentials(WriteResult& written, const Subject& subject) {
    const auto is_raw = [](const WrittenParameter& p) { return p.setting.id == Layer::raw_id; };
    if (std::none_of(written.parameters.begin(), written.parameters.end(), is_raw)) return;
    const auto names = credential_names(subject);
    std::erase_if(written.parameters, [&](const WrittenParameter& p) {
        if (!is_raw(p) || std::find(names.begin(), names.end(), p.parameter.name) == names.end()) return false;
        written.notes.push_back({std::string(Layer::raw_prefix) + p.parameter.name,
                                 "left out: this file goes over a transport that anybody on the way can read"});
        return true;
    });
}

Error without_value(Error error, const std::vector<WrittenParameter>& parameters) {
    // A syntax names the parameter it could not carry; whether it may show the value it cannot know.
    for (const WrittenParameter& p : parameters)
        if (p.secrecy == Secrecy::secret && !p.parameter.value.empty() &&
            error.message.find(p.parameter.value) != std::string::npos)
            error.message = "a secret value holds a character that this file's grammar cannot carry";
    return error;
}

} // namespace

std::string document_name(const Document& document, const Subject& subject) {
    return expand(document.paths.front(), subject);
}

Result<Rendered> render(const Document& document, const Subject& subject) {
    Rendered out;
    if (document.content != Document::Content::fixed) {
        const bool own = document.content == Document::Content::own;
        Effective settings(own ? subject.all : subject.shared);
        std::vector<SettingKey> left_out;
        if (subject.wire == Wire::clear) left_out = settings.drop_provisioning_credentials();
        WriteResult written = subject.family->write(settings, subject.model);
        if (subject.wire == Wire::clear) drop_raw_credentials(written, subject);
        out.notes = std::move(written.notes);
        for (const SettingKey key : left_out)
            out.notes.push_back(
                {name_of(key), "left out: this file goes over a transport that anybody on the way can read"});
        out.parameters = document.scope == DocumentScope::device ? std::move(written.parameters)
                                                                 : without_secrets(std::move(written.parameters));
        if (own) keep_own(out.parameters, subject);
    }
    std::string origin;
    if (document.names_origin) origin = origin_of(document, subject);
    if (document.names_origin && origin.empty())
        return fail(ErrorCode::not_found,
                    "this file says where the server is, and nothing does: set provisioning.server", document.kind);
    const Effective stated(document.scope == DocumentScope::device ? subject.all : subject.shared);
    for (const Parameter& fixed : document.fixed) {
        WrittenParameter p;
        p.setting.id = Layer::raw_id;
        if (const auto word = needed_setting(fixed.value); !word.empty()) {
            const auto* setting = setting_of(word, stated);
            if (setting == nullptr) continue;
            p.setting = setting->key;
            p.origin = setting->origin;
        }
        p.parameter = {fixed.name, expand(fixed.value, subject, {origin, &stated})};
        out.parameters.push_back(std::move(p));
    }
    std::vector<Parameter> parameters;
    parameters.reserve(out.parameters.size());
    for (const WrittenParameter& p : out.parameters) parameters.push_back(p.parameter);
    auto text = document.syntax->write(parameters);
    if (!text) return tl::unexpected(without_value(text.error(), out.parameters));
    if (text->size() > limits::document_bytes_max)
        return fail(ErrorCode::too_large, "the rendered file passes 1 MiB", document.kind);
    out.text = std::move(*text);
    if (const auto done = seal_rendered(out, document, subject); !done) return tl::unexpected(done.error());
    return out;
}

} // namespace offhook::config
