#pragma once
/// @file  What stands in SIP headers: Via, From and To, Event, CSeq, URIs. Pure readers of a header's value.
///
/// Lifetime  all views go into the value given.
/// Source    RFC 3261 20, 25.1; RFC 3581; RFC 6665 8.4.
#include <cstdint>
#include <optional>
#include <string_view>

namespace offhook::protocol::sip {

struct Via {
    std::string_view protocol; ///< "UDP"
    std::string_view host;     ///< of sent-by; IPv6 with its brackets
    std::uint16_t port = 0;    ///< 0: not given
    std::string_view branch;   ///< "": RFC 2543
    std::string_view maddr;
    bool asks_rport = false; ///< ;rport without a value
};
/// The first of a header's list. nullopt: none.
[[nodiscard]] std::optional<Via> parse_via(std::string_view value);

struct Uri {
    std::string_view scheme;     ///< "sip", "sips", "tel"; as written
    std::string_view user;       ///< still percent-encoded, with its password; of other schemes than sip: all up to ';'
    std::string_view host;       ///< IPv6 with its brackets
    std::uint16_t port = 0;      ///< 0: not given
    std::string_view parameters; ///< behind the first ';', without it
};
[[nodiscard]] std::optional<Uri> parse_uri(std::string_view text);

struct NameAddress {
    std::string_view display_name; ///< without quotes
    std::string_view uri;
    std::string_view parameters; ///< of the header: "tag=77aa"
};
/// From, To, Contact: `"A" <sip:a@b>;tag=x` or `sip:a@b;tag=x`. The first of a list. nullopt: none.
[[nodiscard]] std::optional<NameAddress> parse_name_address(std::string_view value);

/// One parameter of a list like `a=b;c="d;e"; f`: its value without quotes, "" for one without a value.
/// nullopt: there is none of that name (any letter case).
[[nodiscard]] std::optional<std::string_view> parameter(std::string_view parameters, std::string_view name);

struct Event {
    std::string_view type; ///< "ua-profile", "check-sync"
    std::string_view parameters;
};
[[nodiscard]] Event parse_event(std::string_view value);

} // namespace offhook::protocol::sip
