#include "phone/polycom/sealed_file.hpp"

#include "base/text.hpp"

#include <fmt/format.h>

namespace offhook::phone::polycom {

Result<std::string> open_if_sealed(std::string content, std::string_view key_string, const config::Seal* seal) {
    if (seal == nullptr || !seal->looks_sealed(content)) return content;
    const auto key = trim(key_string);
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
