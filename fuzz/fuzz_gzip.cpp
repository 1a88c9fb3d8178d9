/// @file  Compressed profiles: what unpacks stays within its bound and packs to what unpacks to the same.
#include "base/assert.hpp"
#include "config/seal/gzip.hpp"

#include <cstdint>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
    constexpr std::size_t limit = 64 * 1024;
    const std::string_view text(reinterpret_cast<const char*>(bytes), size);
    const auto plain = offhook::config::gunzip(text, limit);
    if (plain) OFFHOOK_ASSERT(plain->size() <= limit);
    const std::string_view content = plain ? std::string_view(*plain) : text;
    const auto again = offhook::config::gunzip(offhook::config::gzip(content), content.size());
    OFFHOOK_ASSERT(again.has_value() && *again == content);
    return 0;
}
