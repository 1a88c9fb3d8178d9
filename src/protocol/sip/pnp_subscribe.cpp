#include "protocol/sip/pnp_subscribe.hpp"

#include "base/hex.hpp"
#include "base/text.hpp"
#include "protocol/sip/grammar.hpp"

#include <algorithm>
#include <array>

namespace offhook::protocol::sip {
namespace {

constexpr std::size_t user_bytes_max = 128; // a MAC in the longest spelling has 51

/// Percent-escapes resolved, cut at the buffer's end.
std::string_view unescaped(std::string_view text, std::array<char, user_bytes_max>& buffer) {
    std::size_t size = 0;
    for (std::size_t i = 0; i < text.size() && size < buffer.size(); ++i) {
        char c = text[i];
        if (c == '%' && i + 2 < text.size() && hex_digit(text[i + 1]) >= 0 && hex_digit(text[i + 2]) >= 0) {
            c = static_cast<char>(hex_digit(text[i + 1]) * 16 + hex_digit(text[i + 2]));
            i += 2;
        }
        buffer[size++] = c;
    }
    return {buffer.data(), size};
}

/// Six pairs of digits, each with or without ':' or '-' before it; nothing that looks like a seventh.
std::optional<MacAddress> mac_in_front_of(std::string_view text) {
    std::uint64_t bits = 0;
    for (int pair = 0; pair < 6; ++pair) {
        if (!text.empty() && (text.front() == ':' || text.front() == '-' || (pair == 0 && text.front() == '=')))
            text.remove_prefix(1);
        if (text.size() < 2 || hex_digit(text[0]) < 0 || hex_digit(text[1]) < 0) return std::nullopt;
        bits = bits << 8U | static_cast<std::uint64_t>(hex_digit(text[0]) * 16 + hex_digit(text[1]));
        text.remove_prefix(2);
    }
    if (!text.empty() && hex_digit(text.front()) >= 0) return std::nullopt;
    return MacAddress(bits);
}

std::optional<MacAddress> mac_of_uri(std::string_view text) {
    const auto uri = parse_uri(text);
    return uri ? mac_of_pnp_user(uri->user) : std::nullopt;
}

bool accepts_url(const Message& message) {
    if (!message.has(HeaderName::accept)) return true;
    for (const auto& field : message.fields()) {
        if (field.name != HeaderName::accept) continue;
        auto list = field.value;
        while (!list.empty()) {
            const auto end = find_outside_quotes(list, ',');
            const auto range = list.substr(0, end);
            const auto type = trim(range.substr(0, range.find(';')));
            if (type == "*/*" || type == "application/*" || equal_ignoring_case(type, "application/url")) return true;
            list.remove_prefix(std::min(end + 1, list.size()));
        }
    }
    return false;
}

std::string_view hint(std::string_view parameters, std::string_view name) {
    return parameter(parameters, name).value_or(std::string_view{}).substr(0, limits::parameter_bytes_max);
}

} // namespace

std::optional<MacAddress> mac_of_pnp_user(std::string_view user) {
    std::array<char, user_bytes_max> buffer;
    const auto text = unescaped(user, buffer);
    constexpr std::string_view mark = "MAC";
    for (std::size_t at = 0; at + mark.size() <= text.size(); ++at) {
        if (!equal_ignoring_case(text.substr(at, mark.size()), mark)) continue;
        if (const auto mac = mac_in_front_of(text.substr(at + mark.size()))) return mac;
    }
    return std::nullopt;
}

std::optional<MacAddress> mac_of_user_agent(std::string_view user_agent) {
    constexpr std::string_view ends = " \t()<>[];,/";
    while (!user_agent.empty()) {
        const auto end = std::min(user_agent.find_first_of(ends), user_agent.size());
        const auto word = user_agent.substr(0, end);
        if (const auto mac = MacAddress::from_text(word)) return mac;
        if (starts_with_ignoring_case(word, "MAC"))
            if (const auto mac = mac_in_front_of(word.substr(3))) return mac;
        user_agent.remove_prefix(std::min(end + 1, user_agent.size()));
    }
    return std::nullopt;
}

PnpSubscribe read_pnp_subscribe(const Message& message) {
    PnpSubscribe out;
    const auto because = [&out](PnpIgnored why) {
        out.ignored = why;
        return out;
    };
    if (!message.is_request() || message.method() != Method::subscribe) return because(PnpIgnored::not_subscribe);
    out.event = message.value(HeaderName::event);
    const auto event = parse_event(out.event);
    if (!equal_ignoring_case(event.type, "ua-profile")) return because(PnpIgnored::other_event);
    const auto via = parse_via(message.value(HeaderName::via));
    const auto from = parse_name_address(message.value(HeaderName::from));
    const auto to = parse_name_address(message.value(HeaderName::to));
    if (!via || !from || !to) return because(PnpIgnored::unreadable);
    if (parameter(to->parameters, "tag")) return because(PnpIgnored::in_dialog);
    if (!accepts_url(message)) return because(PnpIgnored::accepts_no_url);

    out.via = *via;
    out.from_tag = parameter(from->parameters, "tag").value_or(std::string_view{});
    out.user_agent = message.value(HeaderName::user_agent);
    out.mac = mac_of_uri(message.request_uri());
    if (!out.mac) out.mac = mac_of_uri(from->uri);
    if (!out.mac) out.mac = mac_of_uri(to->uri);
    if (!out.mac) out.mac = mac_of_user_agent(out.user_agent);
    out.vendor = hint(event.parameters, "vendor");
    if (out.vendor.empty()) out.vendor = hint(event.parameters, "vender");
    out.model = hint(event.parameters, "model");
    out.version = hint(event.parameters, "version");
    if (const auto contact = parse_name_address(message.value(HeaderName::contact))) {
        out.contact = parse_uri(contact->uri);
        if (out.contact) out.contact_uri = contact->uri;
    }
    return out;
}

} // namespace offhook::protocol::sip
