#include "server/discovery/dhcp4_actions.hpp"

namespace offhook::server {

namespace dhcp4 = protocol::dhcp4;
using dhcp4::Message;
using dhcp4::Type;

namespace {

const IpAddress nobody = IpAddress::v4(0);
const IpAddress everybody = IpAddress::v4(0xffffffff);

std::optional<std::string_view> relay_says(const Message& message, RelayCode code) {
    const auto relay = message.option(dhcp4::relay_information);
    if (!relay) return std::nullopt;
    for (const auto& option : dhcp4::sub_options(*relay))
        if (option.code == static_cast<std::uint8_t>(code)) return option.value;
    return std::nullopt;
}

} // namespace

std::optional<IpAddress> relay_address(const Message& message, RelayCode code) {
    const auto value = relay_says(message, code);
    if (!value || value->size() != 4) return std::nullopt;
    std::uint32_t number = 0;
    for (const char c : *value) number = number << 8U | static_cast<std::uint8_t>(c);
    return IpAddress::v4(number);
}

Dhcp4Send addressed(const Message& reply, const Dhcp4Request& request, const Dhcp4Ports& ports) {
    Dhcp4Send out;
    out.from = request.place.local;
    if (reply.giaddr != nobody) {
        out.to = reply.giaddr;
        out.port = relay_says(request.message, RelayCode::source_port) ? request.place.port : ports.server;
        return out;
    }
    out.port = ports.client;
    if (reply.type() != Type::nak && reply.ciaddr != nobody) {
        out.to = reply.ciaddr;
        return out;
    }
    out.to = everybody; // all clients that were tried take it, and nobody answers ARP for yiaddr yet
    out.interface = request.place.interface;
    return out;
}

} // namespace offhook::server
