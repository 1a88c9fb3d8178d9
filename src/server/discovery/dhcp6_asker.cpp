#include "server/discovery/dhcp6_asker.hpp"

namespace offhook::server {

namespace dhcp6 = protocol::dhcp6;

namespace {

constexpr std::string_view ethernet("\0\1", 2);

/// Option 79: hardware type, then the address.
std::optional<MacAddress> mac_seen_by(const dhcp6::Relay& relay) {
    const auto seen = relay.options.option(dhcp6::client_link_layer_address);
    if (!seen || seen->size() != 8 || !seen->starts_with(ethernet)) return std::nullopt;
    std::uint64_t bits = 0;
    for (const char c : seen->substr(2)) bits = bits << 8U | static_cast<unsigned char>(c);
    return MacAddress(bits);
}

std::optional<MacAddress> mac_of(const dhcp6::Message& message, const Dhcp6Way& way,
                                 const NeighbourLookup& neighbours) {
    if (const auto duid = message.options.option(dhcp6::client_id))
        if (const auto mac = dhcp6::mac_of_duid(*duid)) return mac;
    // The nearest relay saw the client itself; those further out saw a relay.
    if (!message.relays.empty())
        if (const auto mac = mac_seen_by(message.relays.back())) return mac;
    if (const auto mac = mac_of_link_local(dhcp6_client_address(message, way.source))) return mac;
    if (!message.relays.empty() || !neighbours) return std::nullopt;
    return neighbours(way.source, way.interface);
}

} // namespace

IpAddress dhcp6_client_address(const dhcp6::Message& message, const IpAddress& source) {
    return message.relays.empty() ? source : message.relays.back().peer_address;
}

std::optional<MacAddress> mac_of_link_local(const IpAddress& address) {
    const auto& bytes = address.bytes();
    if (bytes[0] != 0xfe || bytes[1] != 0x80 || bytes[11] != 0xff || bytes[12] != 0xfe) return std::nullopt;
    for (std::size_t i = 2; i < 8; ++i)
        if (bytes[i] != 0) return std::nullopt;
    std::uint64_t bits = bytes[8] ^ 2U; // the bit for "universal" is turned over
    for (const std::size_t i : {9U, 10U, 13U, 14U, 15U}) bits = bits << 8U | bytes[i];
    return MacAddress(bits);
}

Asker dhcp6_asker(const dhcp6::Message& message, const Dhcp6Way& way, std::uint16_t listener,
                  const NeighbourLookup& neighbours) {
    Asker out;
    out.method = config::OfferMethod::dhcp6;
    out.listener = listener;
    out.source = way.source;
    out.local = way.local;
    out.mac = mac_of(message, way, neighbours);
    if (const auto value = message.options.option(dhcp6::vendor_class)) {
        if (const auto block = dhcp6::parse_vendor_class(*value)) {
            out.enterprise = block->enterprise;
            if (!block->pieces.empty()) out.vendor_class = block->pieces.front().value;
        }
    }
    if (out.enterprise) return out;
    if (const auto value = message.options.option(dhcp6::vendor_options))
        if (const auto block = dhcp6::parse_vendor_options(*value)) out.enterprise = block->enterprise;
    return out;
}

} // namespace offhook::server
