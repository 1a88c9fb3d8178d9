/// @file  DHCPv6 messages: nothing is read beyond the datagram, and what is understood is understood again as written.
#include "base/assert.hpp"
#include "protocol/dhcp6/message.hpp"

#include <cstdint>
#include <string>
#include <string_view>

namespace {

using namespace offhook::protocol::dhcp6;

void check_ia(const IaNa& ia) {
    const auto written = ia_na_value(ia);
    const auto again = parse_ia_na(written);
    OFFHOOK_ASSERT(again && ia_na_value(*again) == written && again->addresses.size() == ia.addresses.size());
}

void check_values(std::string_view value) {
    if (const auto ia = parse_ia_na(value)) check_ia(*ia);
    if (const auto block = parse_vendor_class(value))
        OFFHOOK_ASSERT(block->pieces.size() <= options_max && value.size() >= 4);
    if (const auto block = parse_vendor_options(value)) {
        Options inside;
        OFFHOOK_ASSERT(inside.read(value.substr(4)) && inside.all().size() == block->pieces.size());
    }
    if (const auto mac = mac_of_duid(value)) OFFHOOK_ASSERT(mac_of_duid(duid_ll(*mac)) == mac);
    OFFHOOK_ASSERT(parse_addresses(value).size() <= value.size() / 16);
    (void)parse_status(value);
    if (const auto domain = domain_value(value)) OFFHOOK_ASSERT(domain->size() <= 255);
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
    const std::string_view datagram(reinterpret_cast<const char*>(bytes), size);
    check_values(datagram.substr(0, datagram_bytes_max));
    Message message;
    if (message.read(datagram) != MessageError::none) {
        OFFHOOK_ASSERT(message.type == Type::none);
        return 0;
    }
    OFFHOOK_ASSERT(message.relays.size() <= relays_max);
    std::string written;
    message.write(written);
    OFFHOOK_ASSERT(written.size() <= size); // relays' options in another order, and nothing behind the message inside
    Message again;
    OFFHOOK_ASSERT(again.read(written) == MessageError::none);
    OFFHOOK_ASSERT(again.type == message.type && again.transaction == message.transaction);
    OFFHOOK_ASSERT(again.relays.size() == message.relays.size());
    std::string rewritten;
    again.write(rewritten);
    OFFHOOK_ASSERT(rewritten == written);
    for (const auto& option : message.options.all()) check_values(option.value);
    (void)message.asks_for(vendor_options);
    return 0;
}
