#pragma once
/// @file  The two messages that answer a PnP SUBSCRIBE: the 200 OK, and the NOTIFY with the URL.
///
/// Pure: text in, text out. Two forms of the NOTIFY: that of the RFCs, and the loose one that many servers in the field
/// send and some phones expect.
/// Source  RFC 3261 8.2.6, 12.1.1; RFC 3581; RFC 6665 4.2; vendors' traces for the loose form.
#include "base/ip_address.hpp"
#include "protocol/sip/message.hpp"
#include "protocol/sip/pnp_subscribe.hpp"

#include <cstdint>
#include <string>
#include <string_view>

namespace offhook::server {

/// What both messages are made of. Lifetime: until they are written.
struct PnpExchange {
    const protocol::sip::Message& subscribe;
    const protocol::sip::PnpSubscribe& asked;
    IpAddress source; ///< of the packet
    std::uint16_t source_port = 0;
    IpAddress local; ///< ours, on the interface that was asked
    std::uint16_t local_port = 0;
    std::string_view tag; ///< ours
};

enum class NotifyForm : std::uint8_t {
    correct, ///< in the dialog: our Via, From and To the other way round, our tag
    legacy   ///< the SUBSCRIBE's Via, From and To as they came, no tag of ours
};

struct PnpNotify {
    NotifyForm form = NotifyForm::correct;
    std::string_view url;
    std::string_view branch; ///< of our Via; correct form only
    std::uint32_t cseq = 1;  ///< correct form only
    // A whole header that answers a challenge; "": none.
    std::string_view credentials_name, credentials;
};

/// Where the NOTIFY goes by name: the Contact where its host is the packet's source, else the source itself.
[[nodiscard]] std::string pnp_target(const PnpExchange& exchange);
/// The Contact's port, where it is the source's host and another port; else 0.
[[nodiscard]] std::uint16_t pnp_other_port(const PnpExchange& exchange);

void write_pnp_ok(std::string& out, const PnpExchange& exchange);
void write_pnp_notify(std::string& out, const PnpExchange& exchange, const PnpNotify& notify);

} // namespace offhook::server
