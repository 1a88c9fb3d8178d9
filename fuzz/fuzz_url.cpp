/// @file  A phone's URL: what is read is within bounds and, shown, reads back the same but for its credentials.
#include "base/assert.hpp"
#include "base/limits.hpp"
#include "protocol/url.hpp"

#include <cstdint>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
    const std::string_view text(reinterpret_cast<const char*>(bytes), size);
    auto first = offhook::protocol::parse_url(text);
    if (!first) return 0;
    OFFHOOK_ASSERT(!first->host.empty() && first->shown().size() <= offhook::limits::path_bytes_max + 2);
    if (first->host.find_first_of("[]@") != std::string::npos) return 0; // a host that no one can write twice
    first->credentials.reset();
    const auto second = offhook::protocol::parse_url(first->shown());
    if (!second) {
        OFFHOOK_ASSERT(second.error().code == offhook::ErrorCode::too_large); // brackets were added
        return 0;
    }
    OFFHOOK_ASSERT(*second == *first);
    return 0;
}
