#include "config/render/sealing.hpp"

#include <algorithm>

namespace offhook::config {
namespace {

/// Empty: nobody states it.
std::string_view stated(const Effective& settings, std::string_view name) {
    const auto key = find_setting(name);
    const auto* value = key ? settings.find(*key) : nullptr;
    return value == nullptr ? std::string_view() : std::string_view(value->value);
}

/// Whether this document is what a device's rotation waits for.
bool ends_rotation(const Rendered& rendered, const Effective& settings) {
    const auto previous_key = find_setting("provisioning.previous_file_key");
    const auto* previous = previous_key ? settings.find(*previous_key) : nullptr;
    if (previous == nullptr || previous->value.empty() || previous->origin != LayerKind::device) return false;
    const std::string_view key = stated(settings, "provisioning.file_key");
    // By the value, for a pack may write it within another text, in a row of several settings.
    return !key.empty() && std::any_of(rendered.parameters.begin(), rendered.parameters.end(),
                                       [&](const auto& p) { return p.parameter.value.find(key) != std::string::npos; });
}

bool has_introduction_in_pack(const Family& family) {
    const auto documents = family.documents();
    return std::any_of(documents.begin(), documents.end(),
                       [](const Document& other) { return other.sealed == Document::Sealed::introduces; });
}

/// A phone that keeps its key in a setting names it between quotes in its rule: a quotation mark would end it there,
/// and what follows would be options of the rule.
Result<void> check_key_of_rule(const Effective& settings, const char* setting, const Document& document) {
    const std::string_view key = stated(settings, setting);
    const bool has_odd = std::any_of(key.begin(), key.end(), [](char c) { return c < ' ' || c > '~' || c == '"'; });
    if (!has_odd && !key.starts_with(' ') && !key.ends_with(' ')) return {};
    return fail(ErrorCode::invalid,
                "the key holds what the phone's rule cannot carry: it takes printable ASCII without quotation marks, "
                "and no blank at either end",
                std::string(setting) + ", for " + document.kind);
}

} // namespace

Result<void> check_twin(const Document& document, std::span<const LayerRef> all) {
    if (document.sealed != Document::Sealed::always) return {};
    const Effective settings(all);
    const bool has_previous = !stated(settings, "provisioning.previous_file_key").empty();
    if (!has_previous && stated(settings, "provisioning.sealed") != "yes")
        return fail(ErrorCode::not_found, "not served until provisioning.sealed is yes: this phone has the plain file",
                    document.kind);
    if (!has_previous && stated(settings, "provisioning.file_key").empty())
        return fail(ErrorCode::not_found, "this file is served sealed, and there is no key: set provisioning.file_key",
                    document.kind);
    return {};
}

bool is_stub(const Document& document, std::span<const LayerRef> all) {
    if (document.sealed != Document::Sealed::elsewhere || document.scope != DocumentScope::device) return false;
    return stated(Effective(all), "provisioning.sealed") == "yes";
}

Result<void> seal_rendered(Rendered& rendered, const Document& document, const Subject& subject) {
    if (document.scope != DocumentScope::device) return {};
    const bool introduces = document.sealed == Document::Sealed::introduces;
    if (document.seal == nullptr && !introduces) return {};
    const Effective settings(subject.all);
    if (introduces) {
        rendered.is_introduction = stated(settings, "provisioning.sealed") == "yes";
        if (!rendered.is_introduction) return {};
        if (const auto fits = check_key_of_rule(settings, "provisioning.file_key", document); !fits)
            return tl::unexpected(fits.error());
        rendered.ends_key_rotation = ends_rotation(rendered, settings);
        return {};
    }
    if (document.sealed != Document::Sealed::always && stated(settings, "provisioning.sealed") != "yes") return {};
    const std::string_view previous = stated(settings, "provisioning.previous_file_key");
    const std::string_view key = previous.empty() ? stated(settings, "provisioning.file_key") : previous;
    if (key.empty())
        return fail(ErrorCode::not_found, "this file is served sealed, and there is no key: set provisioning.file_key",
                    document.kind);
    if (has_introduction_in_pack(*subject.family))
        for (const auto* setting : {"provisioning.file_key", "provisioning.previous_file_key"})
            if (const auto fits = check_key_of_rule(settings, setting, document); !fits)
                return tl::unexpected(fits.error());
    auto sealed = document.seal->seal(rendered.text, key, subject.mac.text() + ' ' + document.kind);
    if (!sealed) {
        const char* setting = previous.empty() ? "provisioning.file_key" : "provisioning.previous_file_key";
        Error error = sealed.error();
        error.where = std::string(setting) + ", for " + document.kind;
        return tl::unexpected(std::move(error));
    }
    rendered.sealed = std::move(*sealed);
    rendered.seal = document.seal;
    rendered.ends_key_rotation = ends_rotation(rendered, settings);
    return {};
}

} // namespace offhook::config
