/// @file  MacAddress: what is read is written and read again, unchanged.
#include "base/assert.hpp"
#include "base/mac_address.hpp"

#include <cstdint>
#include <string_view>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
    const std::string_view text(reinterpret_cast<const char*>(bytes), size);
    if (const auto mac = offhook::MacAddress::from_text(text)) {
        OFFHOOK_ASSERT(offhook::MacAddress::from_text(mac->text()) == mac);
        OFFHOOK_ASSERT(offhook::MacAddress::from_text(mac->text_colons()) == mac);
    }
    if (const auto mac = offhook::MacAddress::from_digits(text))
        OFFHOOK_ASSERT(offhook::MacAddress::from_digits(mac->text()) == mac);
    return 0;
}
