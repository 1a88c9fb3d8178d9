/// @file  A packet as a packet socket gives it: what is read is written and read again as the same.
#include "base/assert.hpp"
#include "phone/network/udp4_packet.hpp"

#include <cstdint>
#include <string>
#include <string_view>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
    using namespace offhook::phone;
    const auto packet = read_udp4_packet({reinterpret_cast<const char*>(bytes), size});
    if (!packet || packet->payload.size() > 65'507) return 0;
    const auto written = to_bytes(*packet);
    const auto again = read_udp4_packet(written);
    OFFHOOK_ASSERT(again.has_value());
    OFFHOOK_ASSERT(again->source == packet->source && again->destination == packet->destination);
    OFFHOOK_ASSERT(again->source_port == packet->source_port && again->destination_port == packet->destination_port);
    OFFHOOK_ASSERT(again->payload == packet->payload);
    return 0;
}
