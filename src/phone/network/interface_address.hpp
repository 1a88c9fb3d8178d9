#pragma once
/// @file  InterfaceAddress: an address with the length of its network's prefix, as an interface has one.
#include "base/ip_address.hpp"
#include "base/mac_address.hpp"
#include "base/result.hpp"

#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace offhook::phone {

struct InterfaceAddress {
    IpAddress address;
    unsigned prefix_bits = 24; ///< 0..32 or 0..128

    [[nodiscard]] std::string text() const; ///< 10.99.0.50/24
    friend constexpr auto operator<=>(const InterfaceAddress&, const InterfaceAddress&) = default;
};

/// Seconds for which an address may be used. An address that is set by hand is for ever.
struct AddressLife {
    static constexpr std::uint32_t for_ever = 0xffff'ffff; // on the wire of DHCP and of netlink alike
    std::uint32_t preferred = for_ever, valid = for_ever;

    friend constexpr bool operator==(const AddressLife&, const AddressLife&) = default;
};

/// "10.99.0.50/24", "2001:db8::50/64". Errors: invalid, with what would have been right.
[[nodiscard]] Result<InterfaceAddress> interface_address_from_text(std::string_view text);

/// The last address of an IPv4 network: 10.99.0.255.
[[nodiscard]] IpAddress broadcast_of(const InterfaceAddress& address);
/// Of a subnet mask: 255.255.255.0 is 24. nullopt: ones behind a zero.
[[nodiscard]] std::optional<unsigned> prefix_bits_of_mask(const IpAddress& mask);
/// fe80:: with the MAC in it (RFC 4291 2.5.1).
[[nodiscard]] IpAddress link_local_of(MacAddress mac);
[[nodiscard]] std::uint32_t v4_number(const IpAddress& address); ///< host order

} // namespace offhook::phone
