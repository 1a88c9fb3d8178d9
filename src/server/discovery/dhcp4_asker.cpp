#include "server/discovery/dhcp4_asker.hpp"

#include <array>

namespace offhook::server {

namespace dhcp4 = protocol::dhcp4;

Asker dhcp4_asker(const dhcp4::Message& message, std::uint16_t listener, const IpAddress& source,
                  const IpAddress& local) {
    Asker out;
    out.method = config::OfferMethod::dhcp4;
    out.listener = listener;
    out.source = source;
    out.local = local;
    out.mac = message.mac();
    constexpr std::uint64_t group_bit = 0x0100'0000'0000ULL; // nobody sends from a group's address
    if (out.mac && (out.mac->bits() == 0 || (out.mac->bits() & group_bit) != 0)) out.mac.reset();
    const auto raw_class = message.option(dhcp4::vendor_class);
    if (raw_class && !raw_class->empty() && raw_class->front() == '\0') {
        const auto blocks = dhcp4::enterprise_blocks(*raw_class);
        if (!blocks.empty()) out.enterprise = blocks.front().enterprise;
    } else if (const auto text = message.text(dhcp4::vendor_class)) {
        out.vendor_class = *text;
    }
    if (!out.enterprise)
        if (const auto vendors = message.option(dhcp4::vi_vendor_class)) {
            const auto blocks = dhcp4::enterprise_blocks(*vendors);
            if (!blocks.empty()) out.enterprise = blocks.front().enterprise;
        }
    if (out.vendor_class.empty())
        if (const auto user = message.option(dhcp4::user_class)) out.vendor_class = dhcp4::user_class_of(*user);
    return out;
}

std::string asked_text(const dhcp4::Message& message) {
    static constexpr std::array<std::string_view, 9> names{"?",   "DISCOVER", "OFFER",   "REQUEST", "DECLINE",
                                                           "ACK", "NAK",      "RELEASE", "INFORM"};
    std::string out(names[static_cast<std::size_t>(message.type())]);
    const auto wanted = message.option(dhcp4::parameter_list);
    if (!wanted || wanted->empty()) return out;
    out += " wants ";
    constexpr std::size_t shown_max = 40;
    for (std::size_t i = 0; i < std::min(wanted->size(), shown_max); ++i)
        out += (i == 0 ? "" : ",") + std::to_string(static_cast<std::uint8_t>((*wanted)[i]));
    return out;
}

} // namespace offhook::server
