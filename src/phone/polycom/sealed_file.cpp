#include "phone/polycom/sealed_file.hpp"

#include "base/text.hpp"

#include <fmt/format.h>

namespace offhook::phone::polycom {

std::string_view key_of(std::string_view key_string) {
    constexpr std::string_view field = "Key=";
    if (key_string.find('=') == std::string_view::npos) return trim(key_string);
    for (const auto piece : split(key_string, ';'))
        if (const auto text = trim(piece); text.starts_with(field)) return text.substr(field.size());
    return {};
}

Result<std::string> open_if_sealed(std::string content, std::string_view key_string, const config::Seal* seal) {
    if (seal == nullptr || !seal->looks_sealed(content)) return content;
    const auto key = key_of(key_string);
    if (key.empty())
        return fail(ErrorCode::invalid,
                    fmt::format("it is encrypted, and the phone has no key; expected one in {}", key_parameter));
    auto opened = seal->open(content, key);
    if (opened) return opened;
    return fail(ErrorCode::invalid,
                fmt::format("it is encrypted and cannot be decrypted ({}); expected a file that the key in {} opens",
                            opened.error().message, key_parameter));
}

} // namespace offhook::phone::polycom
