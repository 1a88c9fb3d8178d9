/// @file  HTTP credentials and challenges: what is read is written, read again, and the same; nothing is too long.
#include "base/assert.hpp"
#include "protocol/http_auth/authorization.hpp"
#include "protocol/http_auth/digest.hpp"

#include <cstdint>
#include <string>
#include <string_view>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
    using namespace offhook::protocol;
    const std::string_view text(reinterpret_cast<const char*>(bytes), size);
    const auto read = parse_authorization(text);
    if (!read) {
        OFFHOOK_ASSERT(read.error().offset <= size);
    } else {
        const std::string again_text = to_text(*read);
        const auto again = parse_authorization(again_text);
        // Escapes may make the written field longer than a field may be.
        OFFHOOK_ASSERT(again ? *again == *read : again_text.size() > 4096);
        if (const auto* digest = std::get_if<DigestCredentials>(&*read)) {
            auto answered = *digest;
            answered.response = digest_response(*digest, "GET", "secret");
            OFFHOOK_ASSERT(DigestCheck(answered, "GET").matches("secret"));
            (void)same_target(digest->uri, text);
        }
    }
    const auto challenge = parse_digest_challenge(text);
    if (!challenge) return 0;
    std::string line;
    append_challenge(line, *challenge);
    constexpr std::size_t name_bytes = sizeof("WWW-Authenticate: ") - 1;
    const auto again = parse_digest_challenge(std::string_view(line).substr(name_bytes, line.size() - name_bytes - 2));
    OFFHOOK_ASSERT(again ? *again == *challenge : line.size() > 4096);
    return 0;
}
