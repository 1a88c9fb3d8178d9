#include "config/render/render.hpp"

#include "base/assert.hpp"
#include "base/limits.hpp"
#include "config/render/carried.hpp"
#include "config/render/sealing.hpp"
#include "config/render/stated_fixed.hpp"

#include <algorithm>
#include <iterator>
#include <unordered_map>

namespace offhook::config {
namespace {

/// What all phones of the subject's model share: `all` without what is a group's or a device's own.
std::span<const LayerRef> of_model(const Subject& subject) {
    std::size_t count = 0;
    while (count < subject.all.size() && subject.all[count].kind <= LayerKind::model) ++count;
    return subject.all.first(count);
}

/// The layers that a document may speak of, because whoever gets it is under them.
std::span<const LayerRef> layers_of(const Document& document, const Subject& subject) {
    if (document.content == Document::Content::shared) return subject.shared;
    return document.scope == DocumentScope::device ? subject.all : of_model(subject);
}

/// What files call this server, where a setting states it.
std::string origin_of(const Effective& settings, const Subject& subject, SettingKey setting,
                      std::string_view otherwise) {
    const auto* stated = settings.find(setting);
    std::string_view origin = stated != nullptr && !stated->value.empty() ? stated->value : otherwise;
    while (origin.ends_with('/')) origin.remove_suffix(1);
    std::string out(origin);
    const auto last = out.rfind('/');
    const bool has_token = last != std::string::npos && std::string_view(out).substr(last + 1) == subject.token;
    if (!out.empty() && !subject.token.empty() && !has_token) out.append("/").append(subject.token);
    return out;
}

std::string origin_of(const Effective& settings, const Subject& subject) {
    static const auto setting = find_setting("provisioning.server").value();
    return origin_of(settings, subject, setting, subject.origin);
}

/// Where a phone gets its file key, which must not go over whatever it asked by.
std::string key_origin_of(const Effective& settings, const Subject& subject, std::string_view origin) {
    static const auto setting = find_setting("provisioning.key_server").value();
    return origin_of(settings, subject, setting, origin);
}

constexpr std::string_view setting_word = "setting:";

constexpr std::string_view url_word = "url:";

/// What {setting:NAME} or {url:NAME} of a fixed value stands for. Null: nobody states it.
const Effective::Value* setting_of(std::string_view word, const Effective& settings) {
    const auto name = word.substr(word.find(':') + 1);
    const auto key = find_setting(name.substr(0, name.find('?'))); // the pack's loader has checked the name
    const auto* stated = key ? settings.find(*key) : nullptr;
    return stated == nullptr || stated->value.empty() ? nullptr : stated;
}

/// {setting:NAME} and {url:NAME} of a fixed value: it says nothing unless all of them are stated.
std::vector<std::string_view> needed_settings(std::string_view pattern) {
    std::vector<std::string_view> out;
    for (auto at = pattern.find('{'); at != std::string_view::npos; at = pattern.find('{', at + 1)) {
        const auto word = pattern.substr(at + 1, pattern.find('}', at) - at - 1);
        const bool names_one = word.starts_with(setting_word) || word.starts_with(url_word);
        // A question has an answer where nobody states it.
        if (names_one && word.find('?') == std::string_view::npos) out.push_back(word);
    }
    return out;
}

/// What is known when a pattern is expanded.
struct Known {
    std::string_view origin, key_origin;
    const Effective* settings = nullptr;
};

/// {setting:NAME}, {setting:NAME?A:B} and {url:NAME}: a file's name stands behind where we are, a whole URL as it is.
std::string setting_text(std::string_view word, const Known& known) {
    const auto* stated = known.settings != nullptr ? setting_of(word, *known.settings) : nullptr;
    if (const auto query = word.find('?'); query != std::string_view::npos) {
        const auto colon = word.find(':', query);
        return std::string(stated != nullptr && stated->value == "yes" ? word.substr(query + 1, colon - query - 1)
                                                                       : word.substr(colon + 1));
    }
    if (stated == nullptr) return {};
    const bool is_url = stated->value.find("://") != std::string_view::npos;
    return (word.starts_with(url_word) && !is_url ? std::string(known.origin) + '/' : std::string()) +
           std::string(stated->value);
}

/// Replaces {mac} {MAC} {model} {part} {site} {origin} {key_origin} {setting:NAME} {url:NAME} and {path:KIND}; {{x}}
/// becomes {x}. Anything else in braces stays as it is, for the phone to expand.
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
        } else if (word == "key_origin") {
            out += known.key_origin;
        } else if (word == "part" && subject.model != nullptr && !subject.model->part_numbers.empty()) {
            out += subject.model->part_numbers.front();
        } else if (word.starts_with(setting_word) || word.starts_with(url_word)) {
            out += setting_text(word, known);
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

/// What layers are in the vendor's words.
WriteResult write_layers(std::span<const LayerRef> layers, const Subject& subject) {
    Effective settings(layers);
    std::vector<SettingKey> left_out;
    if (subject.wire == Wire::clear) left_out = settings.drop_provisioning_credentials();
    WriteResult written = subject.family->write(settings, subject.model);
    drop_fixed_names(written, *subject.family);
    if (subject.wire == Wire::clear) drop_raw_credentials(written, subject);
    for (const SettingKey key : left_out)
        written.notes.push_back(
            {name_of(key), "left out: this file goes over a transport that anybody on the way can read"});
    return written;
}

/// The narrowest layer that has another say about what a parameter was made from.
LayerKind emptied_by(const WrittenParameter& p, std::span<const LayerRef> layers) {
    for (auto layer = layers.rbegin(); layer != layers.rend(); ++layer) {
        const bool is_raw = p.setting.id == Layer::raw_id;
        if (is_raw ? layer->layer->find_raw(p.parameter.name) : layer->layer->find(p.setting)) return layer->kind;
    }
    return p.origin;
}

/// Lists of the narrower layers of which this family can say no word: what a broader layer says of them stays.
bool is_unsayable(const WrittenParameter& p, std::span<const LayerRef> layers, const std::vector<SettingKey>& written) {
    if (p.setting.id == Layer::raw_id || spec_of(p.setting).type != SettingType::list) return false;
    if (std::find(written.begin(), written.end(), p.setting) != written.end()) return false;
    for (auto layer = layers.rbegin(); layer != layers.rend(); ++layer)
        if (const auto stated = layer->layer->find(p.setting)) return !stated->empty();
    return false;
}

/// Takes out of `parameters` what stands in `said` already, and empties what `said` states and they do not, as far as
/// the family's phones can be told so.
void keep_differences(std::vector<WrittenParameter>& parameters, const std::vector<WrittenParameter>& said,
                      std::span<const LayerRef> layers, const Family& family) {
    std::unordered_map<std::string_view, const WrittenParameter*> said_by_name;
    said_by_name.reserve(said.size());
    for (const WrittenParameter& p : said) said_by_name.emplace(p.parameter.name, &p);
    std::vector<WrittenParameter> kept;
    std::vector<SettingKey> lists; // that are written at all
    for (const WrittenParameter& p : parameters)
        if (p.setting.id != Layer::raw_id && spec_of(p.setting).type == SettingType::list) lists.push_back(p.setting);
    for (WrittenParameter& p : parameters) {
        const auto same = said_by_name.find(p.parameter.name);
        const bool known = same != said_by_name.end();
        const bool differs = !known || same->second->parameter.value != p.parameter.value;
        if (known) said_by_name.erase(same);
        if (differs) kept.push_back(std::move(p));
    }
    for (const WrittenParameter& p : said) {
        const auto hidden = said_by_name.find(p.parameter.name);
        if (hidden == said_by_name.end() || hidden->second != &p || p.parameter.value.empty()) continue;
        const auto nothing = family.nothing_of(p.parameter.name);
        if (!nothing || *nothing == p.parameter.value || is_unsayable(p, layers, lists)) continue;
        WrittenParameter emptied = p;
        emptied.parameter.value = *nothing;
        emptied.origin = emptied_by(p, layers);
        kept.push_back(std::move(emptied));
    }
    parameters = std::move(kept);
}

/// What a document that several phones share may hold of it: no secret, and nothing that restarts phones which apply
/// their own file after it.
std::vector<WrittenParameter> shareable(std::vector<WrittenParameter> parameters, const Family& family) {
    parameters = without_secrets(std::move(parameters));
    if (family.restarting_parameters() == RestartingParameters::own_document)
        std::erase_if(parameters, [](const WrittenParameter& p) { return p.reboots; });
    return parameters;
}

std::vector<WrittenParameter> in_shared_document(const Subject& subject) {
    return shareable(write_layers(subject.shared, subject).parameters, *subject.family);
}

/// The model's document, of all that the layers up to the model's write. A secret has no place in it, and what is one
/// does not empty what the shared document says.
std::vector<WrittenParameter> in_model_document(std::vector<WrittenParameter> written,
                                                const std::vector<WrittenParameter>& shared,
                                                std::span<const LayerRef> layers, const Family& family) {
    keep_differences(written, shared, layers, family);
    return shareable(std::move(written), family);
}

/// What this phone is told by its family's other documents. Of parameters of one name the first counts.
std::vector<WrittenParameter> told_by_others(const Subject& subject) {
    const auto documents = subject.family->documents();
    const auto has = [&](Document::Content content) {
        return std::any_of(documents.begin(), documents.end(),
                           [&](const Document& other) { return other.content == content; });
    };
    if (!has(Document::Content::shared)) return {}; // a family whose phones take one file alone
    auto shared = in_shared_document(subject);
    const auto layers = of_model(subject);
    if (!has(Document::Content::model) || layers.size() == subject.shared.size()) return shared;
    auto told = in_model_document(write_layers(layers, subject).parameters, shared, layers, *subject.family);
    told.insert(told.end(), std::make_move_iterator(shared.begin()), std::make_move_iterator(shared.end()));
    return told;
}

/// The pack's text for one of them, by whether own files are sealed.
std::string_view fixed_text(const Document& document, const Parameter& fixed, const Effective& settings) {
    static const auto sealed = find_setting("provisioning.sealed").value();
    const auto* stated = document.fixed_sealed.empty() ? nullptr : settings.find(sealed);
    if (stated == nullptr || stated->value != "yes") return fixed.value;
    const auto found = std::find_if(document.fixed_sealed.begin(), document.fixed_sealed.end(),
                                    [&](const Parameter& other) { return other.name == fixed.name; });
    return found == document.fixed_sealed.end() ? fixed.value : found->value;
}

/// Whether a fixed value is about a directory that this phone does not have.
bool names_no_file(const Document& document, std::string_view pattern, const Subject& subject) {
    return !document.names_directory.empty() && subject.directory == NamedDirectory::absent &&
           pattern.find("{path:" + document.names_directory + '}') != std::string_view::npos;
}

/// The document's own parameters: as layers state them, else as the pack does.
void add_fixed(Rendered& out, const Document& document, const Subject& subject, const Known& known) {
    auto instead = stated_fixed(document, *subject.family, *known.settings, out.notes);
    for (const Parameter& fixed : document.fixed) {
        const auto same = [&](const WrittenParameter& p) { return p.parameter.name == fixed.name; };
        // A row's, or the operator's own. What a row only empties, so that a broader layer's does not count, is not
        // said.
        const auto there = std::find_if(out.parameters.begin(), out.parameters.end(), same);
        const bool is_there = there != out.parameters.end();
        if (is_there && (there->setting.id == Layer::raw_id || !there->parameter.value.empty())) continue;
        if (const auto other = std::find_if(instead.begin(), instead.end(), same); other != instead.end()) {
            out.parameters.push_back(std::move(*other));
            instead.erase(other);
            continue;
        }
        WrittenParameter p;
        p.setting.id = Layer::raw_id;
        const auto pattern = fixed_text(document, fixed, *known.settings);
        bool complete = !names_no_file(document, pattern, subject);
        for (const auto word : needed_settings(pattern)) {
            const auto* setting = setting_of(word, *known.settings);
            complete = complete && setting != nullptr;
            if (setting == nullptr || (p.setting.id != Layer::raw_id && setting->origin <= p.origin)) continue;
            p.setting = setting->key;
            p.origin = setting->origin;
        }
        if (!complete) continue;
        p.parameter = {fixed.name, expand(pattern, subject, known)};
        if (is_there)
            *there = std::move(p);
        else
            out.parameters.push_back(std::move(p));
    }
    std::move(instead.begin(), instead.end(), std::back_inserter(out.parameters)); // of one model only
    if (document.content == Document::Content::fixed)
        drop_hidden_by_model(out.parameters, *subject.family, document.fixed);
}

} // namespace

std::string document_name(const Document& document, const Subject& subject) {
    return expand(document.paths.front(), subject);
}

Result<Rendered> render(const Document& document, const Subject& subject) {
    if (document.syntax == nullptr)
        return fail(ErrorCode::invalid, "it holds contacts: render_directory() makes it", document.kind);
    if (const auto there = check_twin(document, subject.all); !there) return tl::unexpected(there.error());
    Rendered out;
    const bool stub = is_stub(document, subject.all);
    if (stub)
        out.notes.push_back({"provisioning.sealed", document.kind + " says only where this phone's sealed file is"});
    if (document.content != Document::Content::fixed && !stub) {
        WriteResult written = write_layers(layers_of(document, subject), subject);
        out.notes = std::move(written.notes);
        out.parameters = std::move(written.parameters);
        if (document.content == Document::Content::own)
            keep_differences(out.parameters, told_by_others(subject), subject.all, *subject.family);
        if (document.content == Document::Content::model)
            out.parameters = in_model_document(std::move(out.parameters), in_shared_document(subject),
                                               of_model(subject), *subject.family);
        if (document.scope != DocumentScope::device)
            out.parameters = shareable(std::move(out.parameters), *subject.family);
    }
    const Effective stated(document.fixed.empty() ? std::span<const LayerRef>() : layers_of(document, subject));
    std::string origin;
    if (document.names_origin) origin = origin_of(stated, subject);
    if (document.names_origin && origin.empty())
        return fail(ErrorCode::not_found,
                    "this file says where the server is, and nothing does: set provisioning.server", document.kind);
    const std::string key_origin = document.names_origin ? key_origin_of(stated, subject, origin) : std::string();
    add_fixed(out, document, subject, {origin, key_origin, &stated});
    auto text = write_carried(document, out, *subject.family);
    if (!text) return tl::unexpected(text.error());
    if (text->size() > limits::document_bytes_max)
        return fail(ErrorCode::too_large, "the rendered file passes 1 MiB", document.kind);
    out.text = std::move(*text);
    if (const auto done = seal_rendered(out, document, subject); !done) return tl::unexpected(done.error());
    return out;
}

} // namespace offhook::config
