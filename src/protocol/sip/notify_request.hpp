#pragma once
/// @file  NotifyRequest: a NOTIFY that belongs to no dialog, as a server tells a phone to fetch its files anew.
///
/// RFC 6665 knows no such request: phones take it all the same, each by the name of its event.
/// Shape    no body, no To tag, and no Subscription-State, because servers in the field send none.
/// Errors   none: bytes that would end a line become blanks (MessageWriter).
/// Source   RFC 3261 8.1.1, RFC 3581; reference: protocols 2.1, Polycom 13.7, Linksys 18.5.
#include <cstdint>
#include <string>
#include <string_view>

namespace offhook::protocol::sip {

struct NotifyRequest {
    std::string request_uri; ///< "sip:101@192.0.2.44:5060"; stands in To as well, without its parameters
    std::string event;       ///< "check-sync;reboot=true"
    std::string via;         ///< "UDP" or "TCP"
    std::string sent_by;     ///< "192.0.2.5:5071"; IPv6 with its brackets
    std::string branch;      ///< with its cookie, z9hG4bK; a new one for each attempt, a repeat keeps it
    std::string from;        ///< URI: "sip:offhook@192.0.2.5"
    std::string from_tag;
    std::string call_id;
    std::uint32_t cseq = 1;
    std::string subscription_state = {};    ///< "": no such header
    std::string credentials = {};           ///< of an answered challenge; "": none
    std::string_view credentials_name = {}; ///< "Authorization" or "Proxy-Authorization"
};

void write(const NotifyRequest& request, std::string& out);

/// Of a user, a host and a port. What may not stand in a user part goes as %NN; "": a URI without a user. IPv6 hosts
/// get their brackets. `parameters` as in "transport=tcp".
[[nodiscard]] std::string sip_uri(std::string_view user, std::string_view host, std::uint16_t port,
                                  std::string_view parameters = {});
/// "192.0.2.5:5060", "[2001:db8::1]:5060"
[[nodiscard]] std::string host_and_port(std::string_view host, std::uint16_t port);

} // namespace offhook::protocol::sip
