/// @file  What a session ticket carries: what is read is within bounds and, written again, is the same bytes.
#include "base/assert.hpp"
#include "net/peer_certificate.hpp"

#include <cstdint>
#include <string_view>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
    const auto read = offhook::net::read_ticket(std::as_bytes(std::span(bytes, size)));
    if (!read) return 0;
    const auto text =
        offhook::net::to_ticket(read->generation, read->origin, read->certificate ? &*read->certificate : nullptr);
    OFFHOOK_ASSERT(text == std::string_view(reinterpret_cast<const char*>(bytes), size));
    return 0;
}
