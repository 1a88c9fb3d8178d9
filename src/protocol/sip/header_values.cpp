#include "protocol/sip/header_values.hpp"

#include "base/text.hpp"
#include "protocol/sip/grammar.hpp"

#include <algorithm>

namespace offhook::protocol::sip {
namespace {

struct HostPort {
    std::string_view host;
    std::uint16_t port = 0;
};

/// `host`, `host:5060`, `[2001:db8::1]:5060`, with blanks around the colon.
std::optional<HostPort> host_port(std::string_view text) {
    HostPort out;
    auto end = text.find(':');
    if (!text.empty() && text.front() == '[') {
        end = text.find(']');
        if (end == std::string_view::npos || end < 3) return std::nullopt;
        ++end;
    }
    out.host = trim(text.substr(0, end));
    if (out.host.empty() || out.host.find_first_of(" \t\"<>,;@") != std::string_view::npos) return std::nullopt;
    auto rest = end < text.size() ? trim(text.substr(end)) : std::string_view{};
    if (rest.empty()) return out;
    if (rest.front() != ':') return std::nullopt;
    const auto port = to_number<std::uint16_t>(trim(rest.substr(1)));
    if (!port) return std::nullopt;
    out.port = *port;
    return out;
}

/// No empty parameter, but for one at the end: phones leave a semicolon there.
bool are_parameters(std::string_view list) {
    while (!list.empty()) {
        const auto one = take_parameter(list);
        if (one.name.empty() && (one.has_value || !list.empty())) return false;
    }
    return true;
}

std::string_view take_until(std::string_view& text, std::string_view stops) {
    const auto end = std::min(text.find_first_of(stops), text.size());
    const auto piece = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    return trim(piece);
}

bool has_blank(std::string_view text) { return std::any_of(text.begin(), text.end(), ascii_blank); }

/// Without its quotes; nullopt: no end. Takes it off `text`.
std::optional<std::string_view> take_quoted(std::string_view& text) {
    for (std::size_t i = 1; i < text.size(); ++i) {
        if (text[i] == '\\') {
            ++i;
        } else if (text[i] == '"') {
            const auto out = text.substr(1, i - 1);
            text.remove_prefix(i + 1);
            return out;
        }
    }
    return std::nullopt;
}

} // namespace

std::optional<Via> parse_via(std::string_view value) {
    auto text = value.substr(0, find_outside_quotes(value, ','));
    const auto head_end = find_outside_quotes(text, ';');
    auto head = text.substr(0, head_end);
    Via out;
    if (!is_token(take_until(head, "/")) || !is_token(take_until(head, "/"))) return std::nullopt;
    head = trim(head);
    out.protocol = take_until(head, " \t");
    const auto sent_by = host_port(trim(head));
    if (!is_token(out.protocol) || !sent_by) return std::nullopt;
    out.host = sent_by->host;
    out.port = sent_by->port;
    auto list = head_end < text.size() ? text.substr(head_end + 1) : std::string_view{};
    if (!are_parameters(list)) return std::nullopt;
    while (!list.empty()) {
        const auto one = take_parameter(list);
        if (equal_ignoring_case(one.name, "branch")) out.branch = one.value;
        if (equal_ignoring_case(one.name, "maddr")) out.maddr = one.value;
        if (equal_ignoring_case(one.name, "rport")) out.asks_rport = one.value.empty();
    }
    return out;
}

std::optional<Uri> parse_uri(std::string_view text) {
    if (text.find_first_of("<>\"") != std::string_view::npos || has_blank(text)) return std::nullopt;
    Uri out;
    const auto colon = text.find(':');
    if (colon == std::string_view::npos) return std::nullopt;
    out.scheme = text.substr(0, colon);
    if (!is_token(out.scheme)) return std::nullopt;
    text.remove_prefix(colon + 1);
    const auto take_parameters = [&] {
        const auto semicolon = text.find(';');
        if (semicolon == std::string_view::npos) return;
        out.parameters = text.substr(semicolon + 1);
        text = text.substr(0, semicolon);
    };
    if (!equal_ignoring_case(out.scheme, "sip") && !equal_ignoring_case(out.scheme, "sips")) {
        take_parameters();
        out.user = text;
        return out;
    }
    // A user may hold ';' and '?', so it goes first; an '@' that is meant is escaped.
    if (const auto at = text.find('@'); at != std::string_view::npos) {
        out.user = text.substr(0, at);
        text.remove_prefix(at + 1);
        if (out.user.empty() || text.find('@') != std::string_view::npos) return std::nullopt;
    }
    text = text.substr(0, text.find('?'));
    take_parameters();
    const auto place = host_port(text);
    if (!place) return std::nullopt;
    out.host = place->host;
    out.port = place->port;
    return out;
}

std::optional<NameAddress> parse_name_address(std::string_view value) {
    auto text = trim(value);
    NameAddress out;
    if (!text.empty() && text.front() == '"') {
        const auto name = take_quoted(text);
        if (!name) return std::nullopt;
        out.display_name = *name;
        text = trim(text);
        if (text.empty() || text.front() != '<') return std::nullopt;
    }
    const auto angle = text.find('<');
    if (angle != std::string_view::npos && angle < text.find_first_of(",;\"")) {
        if (angle != 0) out.display_name = trim(text.substr(0, angle));
        const auto end = text.find('>', angle);
        if (end == std::string_view::npos) return std::nullopt;
        out.uri = text.substr(angle + 1, end - angle - 1);
        text = trim(text.substr(end + 1));
        if (!text.empty() && text.front() != ';' && text.front() != ',') return std::nullopt;
    } else {
        const auto end = std::min(text.find_first_of(",;"), text.size());
        out.uri = trim(text.substr(0, end));
        text.remove_prefix(end);
        // Without brackets nobody could tell whose the headers behind '?' are (RFC 3261 20.10).
        if (out.uri.find('?') != std::string_view::npos) return std::nullopt;
    }
    if (out.uri.find(':') == std::string_view::npos || has_blank(out.uri) ||
        out.uri.find_first_of("<>\"") != std::string_view::npos)
        return std::nullopt;
    if (text.empty() || text.front() != ';') return out;
    text.remove_prefix(1);
    out.parameters = trim(text.substr(0, find_outside_quotes(text, ',')));
    if (!are_parameters(out.parameters)) return std::nullopt;
    return out;
}

std::optional<std::string_view> parameter(std::string_view parameters, std::string_view name) {
    while (!parameters.empty()) {
        const auto one = take_parameter(parameters);
        if (equal_ignoring_case(one.name, name)) return one.value;
    }
    return std::nullopt;
}

Event parse_event(std::string_view value) {
    const auto end = find_outside_quotes(value, ';');
    Event out;
    out.type = trim(value.substr(0, end));
    if (end < value.size()) out.parameters = trim(value.substr(end + 1));
    return out;
}

} // namespace offhook::protocol::sip
