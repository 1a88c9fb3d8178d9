#pragma once
/// @file  PnpSubscribe: who asks for a boot server by multicast, read off the SUBSCRIBE in whatever dialect.
///
/// MAC      in the user of Request-URI, From or To behind "MAC", with ':', '=', '-', their %-escapes or nothing
/// between;
///          else a word of the User-Agent. Phones that name none exist.
/// Vendor   `vendor=` and `vender=`; quoted or not.
/// Source   vendors' manuals and traces of their phones; RFC 6080 8 for the event, RFC 3265 for the rest.
#include "base/enum_text.hpp"
#include "base/mac_address.hpp"
#include "protocol/sip/header_values.hpp"
#include "protocol/sip/message.hpp"

#include <cstdint>
#include <optional>
#include <string_view>

namespace offhook::protocol::sip {

/// Why a message is none of ours. All are passed over in silence: another server may own the phone, and some phones
/// stop at the first refusal.
enum class PnpIgnored : std::uint8_t {
    no,
    not_subscribe,
    in_dialog,      ///< To has a tag: it continues what somebody else began
    other_event,    ///< not ua-profile
    accepts_no_url, ///< an Accept that leaves application/url out
    unreadable      ///< its Via, From or To
};
inline constexpr EnumText<PnpIgnored, 6> pnp_ignored_text{{{{PnpIgnored::no, "no"},
                                                            {PnpIgnored::not_subscribe, "not_subscribe"},
                                                            {PnpIgnored::in_dialog, "in_dialog"},
                                                            {PnpIgnored::other_event, "other_event"},
                                                            {PnpIgnored::accepts_no_url, "accepts_no_url"},
                                                            {PnpIgnored::unreadable, "unreadable"}}}};

struct PnpSubscribe {
    PnpIgnored ignored = PnpIgnored::no;
    std::optional<MacAddress> mac;
    std::string_view vendor, model, version; ///< as said, any bytes, cut at limits::parameter_bytes_max
    std::string_view user_agent;
    std::string_view event; ///< the whole value, to be echoed
    Via via;                ///< the topmost
    std::string_view from_tag;
    std::optional<Uri> contact;
    std::string_view contact_uri; ///< the same as text; "" where `contact` is none
};

/// Lifetime: views go where the message's go.
[[nodiscard]] PnpSubscribe read_pnp_subscribe(const Message& message);

/// The MAC of a URI's user: "MAC%3a0080F0C571EB", "MAC=00304fa99948", "MAC001565112233".
[[nodiscard]] std::optional<MacAddress> mac_of_pnp_user(std::string_view user);
/// The MAC that stands as a word in a User-Agent, in any spelling of MacAddress.
[[nodiscard]] std::optional<MacAddress> mac_of_user_agent(std::string_view user_agent);

} // namespace offhook::protocol::sip
