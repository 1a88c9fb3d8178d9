/// @file  Sealed files of every kind: a file that opens holds what its seal would make again, and nothing else crashes.
#include "base/assert.hpp"
#include "config/seal/seal.hpp"

#include <cstdint>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
    const std::string_view text(reinterpret_cast<const char*>(bytes), size);
    constexpr const char* key = "00112233445566778899aabbccddeeff";
    for (const char* name : {"polycom-project", "panasonic-project", "openssl-enc", "openssl-enc-256",
                             "openssl-raw-256", "openssl-raw-256-sha256"}) {
        const auto* seal = offhook::config::find_seal(name);
        const auto plain = seal->open(text, key);
        if (plain) OFFHOOK_ASSERT(seal->looks_sealed(text));
        const std::string_view content = plain ? std::string_view(*plain) : text;
        const auto sealed = seal->seal(content, key, "salt");
        if (!sealed) continue; // longer than a document may be
        OFFHOOK_ASSERT(seal->looks_sealed(*sealed));
        const auto opened = seal->open(*sealed, key);
        OFFHOOK_ASSERT(opened.has_value() && *opened == content);
    }
    const auto* genband = offhook::config::find_seal("genband-project"); // it has no sign of its own
    if (const auto plain = genband->open(text, key)) OFFHOOK_ASSERT(*genband->seal(*plain, key, "") == text);
    if (const auto sealed = genband->seal(text, key, "")) OFFHOOK_ASSERT(*genband->open(*sealed, key) == text);
    (void)offhook::config::find_seal("polycom-project")->seal("x", text, "");
    (void)offhook::config::find_seal("panasonic-project")->seal("x", text, "");
    (void)offhook::config::find_seal("openssl-enc")->seal("x", text, "");
    return 0;
}
