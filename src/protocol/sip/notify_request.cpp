#include "protocol/sip/notify_request.hpp"

#include "protocol/sip/message.hpp"

#include <fmt/format.h>

namespace offhook::protocol::sip {
namespace {

/// RFC 3261 25.1: unreserved and user-unreserved.
bool may_stand_in_user(char c) {
    const bool is_letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
    return is_letter || (c >= '0' && c <= '9') ||
           std::string_view("-_.!~*'()&=+$,;?/").find(c) != std::string_view::npos;
}

std::string bracketed(std::string_view host) {
    const bool is_v6 = host.find(':') != std::string_view::npos && !host.starts_with('[');
    return is_v6 ? fmt::format("[{}]", host) : std::string(host);
}

} // namespace

std::string host_and_port(std::string_view host, std::uint16_t port) {
    return fmt::format("{}:{}", bracketed(host), port);
}

std::string sip_uri(std::string_view user, std::string_view host, std::uint16_t port, std::string_view parameters) {
    std::string out = "sip:";
    for (const char c : user) {
        if (may_stand_in_user(c))
            out += c;
        else
            out += fmt::format("%{:02X}", static_cast<unsigned char>(c));
    }
    if (!user.empty()) out += '@';
    out += host_and_port(host, port);
    if (!parameters.empty()) out += fmt::format(";{}", parameters);
    return out;
}

void write(const NotifyRequest& request, std::string& out) {
    MessageWriter writer(out);
    // A parameter of the request-URI says how to get there; To says who it is.
    const auto at = request.request_uri.find('@');
    const auto parameters = request.request_uri.find(';', at == std::string::npos ? 0 : at);
    writer.request("NOTIFY", request.request_uri)
        .header("Via", fmt::format("SIP/2.0/{} {};rport;branch={}", request.via, request.sent_by, request.branch))
        .header("Max-Forwards", "70")
        .header("From", fmt::format("<{}>;tag={}", request.from, request.from_tag))
        .header("To", fmt::format("<{}>", request.request_uri.substr(0, parameters)))
        .header("Call-ID", request.call_id)
        .header("CSeq", fmt::format("{} NOTIFY", request.cseq))
        .header("Contact",
                fmt::format("<sip:offhook@{}{}>", request.sent_by, request.via == "TCP" ? ";transport=tcp" : ""))
        .header("Event", request.event);
    if (!request.subscription_state.empty()) writer.header("Subscription-State", request.subscription_state);
    if (!request.credentials.empty()) writer.header(request.credentials_name, request.credentials);
    writer.header("User-Agent", "Offhook").no_body();
}

} // namespace offhook::protocol::sip
