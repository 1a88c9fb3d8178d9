#include "phone/polycom/upload_seal.hpp"

#include "base/text.hpp"
#include "config/seal/seal.hpp"

#include <fmt/format.h>

namespace offhook::phone::polycom {

std::string_view key_in(std::string_view text) {
    for (const auto field : split(text, ';'))
        if (trim(field).starts_with("Key=")) return trim(field).substr(4);
    return text;
}

std::optional<std::string> body_to_send(Session& session, std::string_view rule, const std::string& name,
                                        const std::string& plain) {
    if (session.parameter(rule) != "1") return plain;
    const auto key = key_in(session.flash().parameter("device.sec.configEncryption.key"));
    const auto* seal = config::find_seal("polycom-project");
    if (key.empty() || seal == nullptr) {
        session.problem(
            fmt::format("{} is not uploaded: {} wants it encrypted, and {}", name, rule,
                        key.empty() ? "the phone has no device.sec.configEncryption.key" : "this program cannot"));
        return std::nullopt;
    }
    auto sealed = seal->seal(plain, key, session.flash().mac.text());
    if (!sealed) {
        session.problem(fmt::format("{} is not uploaded: {}", name, sealed.error().text()));
        return std::nullopt;
    }
    return std::move(*sealed);
}

} // namespace offhook::phone::polycom
