#include "phone/network/interface_address.hpp"

#include "base/text.hpp"

#include <bit>
#include <fmt/format.h>

namespace offhook::phone {

std::string InterfaceAddress::text() const { return fmt::format("{}/{}", address.text(), prefix_bits); }

Result<InterfaceAddress> interface_address_from_text(std::string_view text) {
    const auto wrong = [&] {
        return fail(ErrorCode::invalid,
                    fmt::format("'{}' is no address with a prefix, as in 10.99.0.50/24", printable(text, 60)));
    };
    const auto slash = text.find('/');
    if (slash == std::string_view::npos) return wrong();
    const auto address = IpAddress::from_text(text.substr(0, slash));
    const auto bits = to_number<unsigned>(text.substr(slash + 1));
    if (!address || !bits || *bits == 0 || *bits > (address->is_v4() ? 32U : 128U)) return wrong();
    return InterfaceAddress{*address, *bits};
}

std::uint32_t v4_number(const IpAddress& address) {
    std::uint32_t number = 0;
    for (unsigned i = 12; i < 16; ++i) number = number << 8U | address.bytes()[i];
    return number;
}

IpAddress broadcast_of(const InterfaceAddress& address) {
    const std::uint32_t host_bits = address.prefix_bits >= 32 ? 0 : 0xffff'ffffU >> address.prefix_bits;
    return IpAddress::v4(v4_number(address.address) | host_bits);
}

std::optional<unsigned> prefix_bits_of_mask(const IpAddress& mask) {
    const auto number = v4_number(mask);
    const auto ones = static_cast<unsigned>(std::countl_one(number));
    if (!mask.is_v4() || (ones < 32 && number << ones != 0)) return std::nullopt;
    return ones;
}

IpAddress link_local_of(MacAddress mac) {
    std::array<std::uint8_t, 16> bytes{0xfe, 0x80};
    const auto byte = [&](unsigned i) { return static_cast<std::uint8_t>(mac.bits() >> (40U - 8U * i)); };
    bytes[8] = byte(0) ^ 0x02U; // the bit that says "universal"
    bytes[9] = byte(1);
    bytes[10] = byte(2);
    bytes[11] = 0xff;
    bytes[12] = 0xfe;
    for (unsigned i = 3; i < 6; ++i) bytes[10 + i] = byte(i);
    return IpAddress(bytes);
}

} // namespace offhook::phone
