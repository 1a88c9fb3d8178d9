#include "phone/panasonic/device_file.hpp"

#include "base/text.hpp"
#include "config/seal/seal.hpp"
#include "config/syntax/panasonic_text.hpp"
#include "phone/panasonic/configuration.hpp"
#include "phone/web_page.hpp"

#include <fmt/format.h>

namespace offhook::phone::panasonic {
namespace {

const SealedExtension* find_extension(std::string_view name, const Generation& generation) {
    for (const auto& each : generation.seals)
        if (name.ends_with(each.extension)) return &each;
    return nullptr;
}

/// The container that is public comes in three strengths, by CFG_FILE_KEY_LENGTH (its factory value: R).
std::string seal_name(const SealedExtension& extension, const Flash& flash) {
    const auto bits = in_force(flash, "CFG_FILE_KEY_LENGTH");
    const bool has_strengths = extension.seal == "openssl-enc" && (bits == "192" || bits == "256");
    return has_strengths ? fmt::format("{}-{}", extension.seal, bits) : std::string(extension.seal);
}

/// The plain text; `how` says what it took.
Result<std::string> unsealed(std::string_view body, const SealedExtension& extension, const Flash& flash,
                             std::string& how) {
    const auto key = in_force(flash, extension.key_parameter);
    if (key.empty())
        return fail(ErrorCode::invalid, fmt::format("it is encrypted, by its name ({}), and the phone has no {}",
                                                    extension.extension, extension.key_parameter));
    const auto* seal = config::find_seal(seal_name(extension, flash));
    if (seal == nullptr)
        return fail(ErrorCode::invalid, fmt::format("it is encrypted, by its name ({}), and nothing here opens {}",
                                                    extension.extension, extension.seal));
    auto plain = seal->open(body, key);
    if (!plain)
        return fail(ErrorCode::invalid,
                    fmt::format("it does not open with {}: {}", extension.key_parameter, plain.error().message));
    const auto label = config::label(*seal);
    how =
        fmt::format("opened with {} ({}{}{})", extension.key_parameter, seal->name(), label.empty() ? "" : ": ", label);
    return plain;
}

bool is_known(const std::string& name, const config::Family& family) {
    return find_own_parameter(name) != nullptr || family.facts(name) != nullptr;
}

} // namespace

Result<DeviceFile> read_device_file(std::string_view name, std::string_view body, const Flash& flash,
                                    const config::Family& family) {
    using Spoilt = config::PanasonicRules::Spoilt;
    if (is_web_page(body)) return fail(ErrorCode::invalid, std::string(web_page_reason));
    const auto& generation = generation_of(flash);
    DeviceFile out;
    std::string plain;
    if (const auto* extension = find_extension(name, generation)) {
        auto opened = unsealed(body, *extension, flash, out.sealed);
        if (!opened) return tl::unexpected(opened.error());
        plain = std::move(*opened);
        body = plain;
    }
    const bool is_strict = switched(flash, "phone.STRICT", false);
    const auto spoilt = is_strict ? Spoilt::refused : Spoilt::left_out;
    auto document = config::PanasonicText().read_as(body, {generation.magics, spoilt, spoilt});
    if (!document) return tl::unexpected(document.error());
    out.notes = std::move(document->notes);
    for (auto& parameter : document->parameters) {
        auto takes = check_value(parameter, family);
        if (takes && is_strict && !is_known(parameter.name, family))
            takes = fail(ErrorCode::invalid, "the phone knows no such parameter", parameter.name);
        if (takes)
            out.parameters.push_back(std::move(parameter));
        else
            out.notes.push_back({fmt::format("{} is ignored: {}", parameter.name, takes.error().message), 0});
    }
    return out;
}

} // namespace offhook::phone::panasonic
