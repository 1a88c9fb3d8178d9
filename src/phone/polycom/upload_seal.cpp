#include "phone/polycom/upload_seal.hpp"

#include "base/text.hpp"
#include "phone/discovery/told_text.hpp"
#include "phone/polycom/sealed_file.hpp"

#include <fmt/format.h>

namespace offhook::phone::polycom {

std::optional<std::string> body_to_send(Session& session, std::string_view rule, const std::string& name,
                                        const std::string& plain) {
    if (session.parameter(rule) != "1") return plain;
    const auto key = trim(session.flash().parameter(key_parameter));
    const auto* seal = config::find_seal("polycom-project");
    if (key.empty() || seal == nullptr) {
        session.problem(
            fmt::format("{} is not uploaded: {} wants it encrypted, and {}", shown_address(name), rule,
                        key.empty() ? "the phone has no device.sec.configEncryption.key" : "this program cannot"));
        return std::nullopt;
    }
    auto sealed = seal->seal(plain, key, session.flash().mac.text());
    if (!sealed) {
        session.problem(fmt::format("{} is not uploaded: {}", shown_address(name), sealed.error().text()));
        return std::nullopt;
    }
    return std::move(*sealed);
}

} // namespace offhook::phone::polycom
