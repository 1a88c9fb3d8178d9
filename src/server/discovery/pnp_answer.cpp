#include "server/discovery/pnp_answer.hpp"

#include <array>
#include <fmt/format.h>

namespace offhook::server {
namespace {

namespace sip = protocol::sip;
using sip::HeaderName;

constexpr std::uint16_t sip_port = 5060; // where a URI names none

/// Text that fits on the stack: no allocation for what is in every answer.
struct Line {
    std::array<char, 256> bytes;
    std::size_t size = 0;
    [[nodiscard]] std::string_view view() const { return {bytes.data(), size}; }
};

template <class... Args>
Line line(fmt::format_string<Args...> format, Args&&... args) {
    Line out;
    const auto end = fmt::format_to_n(out.bytes.data(), out.bytes.size(), format, std::forward<Args>(args)...);
    out.size = std::min(end.size, out.bytes.size());
    return out;
}

bool contact_is_source(const PnpExchange& exchange) {
    return exchange.asked.contact && IpAddress::from_text(exchange.asked.contact->host) == exchange.source;
}

void copy_all(sip::MessageWriter& writer, const sip::Message& from, HeaderName name, std::string_view as) {
    for (const auto& field : from.fields())
        if (field.name == name) writer.header(as, field.value);
}

} // namespace

std::string pnp_target(const PnpExchange& exchange) {
    if (contact_is_source(exchange)) return std::string(exchange.asked.contact_uri);
    return fmt::format("sip:{}:{}", exchange.source.text(), exchange.source_port);
}

std::uint16_t pnp_other_port(const PnpExchange& exchange) {
    if (!contact_is_source(exchange)) return 0;
    const auto port = exchange.asked.contact->port == 0 ? sip_port : exchange.asked.contact->port;
    return port == exchange.source_port ? std::uint16_t{0} : port;
}

void write_pnp_ok(std::string& out, const PnpExchange& exchange) {
    const auto& subscribe = exchange.subscribe;
    const auto local = exchange.local.text();
    sip::MessageWriter writer(out);
    writer.response(200, "OK").vias_of(subscribe, exchange.source.text(), exchange.source_port);
    copy_all(writer, subscribe, HeaderName::record_route, "Record-Route");
    writer.header("From", subscribe.value(HeaderName::from));
    writer.tagged("To", subscribe.value(HeaderName::to), exchange.tag)
        .header("Call-ID", subscribe.value(HeaderName::call_id))
        .header("CSeq", subscribe.value(HeaderName::cseq))
        .header("Contact", line("<sip:{}:{}>", local, exchange.local_port).view())
        .header("Expires", "0")
        .no_body();
}

void write_pnp_notify(std::string& out, const PnpExchange& exchange, const PnpNotify& notify) {
    const auto& subscribe = exchange.subscribe;
    const auto local = exchange.local.text();
    const bool is_correct = notify.form == NotifyForm::correct;
    sip::MessageWriter writer(out);
    writer.request("NOTIFY", pnp_target(exchange));
    if (is_correct)
        writer.header("Via",
                      line("SIP/2.0/UDP {}:{};branch={};rport", local, exchange.local_port, notify.branch).view());
    else
        copy_all(writer, subscribe, HeaderName::via, "Via");
    copy_all(writer, subscribe, HeaderName::record_route, "Route");
    writer.header("Max-Forwards", "70");
    const auto from = subscribe.value(HeaderName::from);
    const auto to = subscribe.value(HeaderName::to);
    if (is_correct)
        writer.tagged("From", to, exchange.tag).header("To", from);
    else
        writer.header("From", from).header("To", to);
    writer.header("Call-ID", subscribe.value(HeaderName::call_id))
        .header("CSeq", line("{} NOTIFY", is_correct ? notify.cseq : subscribe.cseq()).view())
        .header("Contact", line("<sip:{}:{}>", local, exchange.local_port).view())
        .header("Event", exchange.asked.event)
        .header("Subscription-State", "terminated;reason=timeout");
    if (!notify.credentials.empty()) writer.header(notify.credentials_name, notify.credentials);
    writer.body("application/url", notify.url);
}

} // namespace offhook::server
