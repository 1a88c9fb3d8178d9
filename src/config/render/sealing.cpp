#include "config/render/sealing.hpp"

namespace offhook::config {
namespace {

/// Empty: nobody states it.
std::string_view stated(const Effective& settings, std::string_view name) {
    const auto key = find_setting(name);
    const auto* value = key ? settings.find(*key) : nullptr;
    return value == nullptr ? std::string_view() : std::string_view(value->value);
}

} // namespace

bool is_sealed_elsewhere(const Document& document, const Subject& subject) {
    return document.sealed == Document::Sealed::elsewhere && document.scope == DocumentScope::device &&
           stated(Effective(subject.all), "provisioning.sealed") == "yes";
}

Result<void> seal_rendered(Rendered& rendered, const Document& document, const Subject& subject) {
    using Sealed = Document::Sealed;
    if (is_sealed_elsewhere(document, subject) && document.fixed.empty())
        return fail(ErrorCode::forbidden,
                    "not served while provisioning.sealed is yes: this phone has a sealed file instead", document.kind);
    if (document.seal == nullptr || document.scope != DocumentScope::device) return {};
    const Effective settings(subject.all);
    if (document.sealed != Sealed::always && stated(settings, "provisioning.sealed") != "yes") return {};
    const std::string_view previous = stated(settings, "provisioning.previous_file_key");
    const std::string_view key = previous.empty() ? stated(settings, "provisioning.file_key") : previous;
    if (key.empty())
        return fail(ErrorCode::not_found, "this file is served sealed, and there is no key: set provisioning.file_key",
                    document.kind);
    auto sealed = document.seal->seal(rendered.text, key, subject.mac.text() + ' ' + document.kind);
    if (!sealed) {
        const char* setting = previous.empty() ? "provisioning.file_key" : "provisioning.previous_file_key";
        Error error = sealed.error();
        error.where = std::string(setting) + ", for " + document.kind;
        return tl::unexpected(std::move(error));
    }
    rendered.sealed = std::move(*sealed);
    rendered.seal = document.seal;
    return {};
}

} // namespace offhook::config
