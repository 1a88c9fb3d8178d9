#pragma once
/// @file  ResyncTargets: where a phone is, which event it takes, and with whose password.
///
/// Where    the source of the newest request by the phone that it got a file for: who asks under its MAC and is refused
///          is not told, and neither is who has a lease or an offer. Where a site lets a MAC alone do, that is still
///          anybody who asks under it. An old address may be another phone's by now: the answer to the challenge, or
///          the silence afterwards, shows it.
/// Which    the family's first event, "check-sync" where the pack names none.
/// Page     of Via::url: the pack's, at web.port, with web.admin_password.
/// Account  line 1's, by the family's rules: Linksys and Polycom phones challenge with a line's credentials.
/// Source   reference: protocols 2.1, 2.2; Linksys 11; Polycom 9.
#include "catalogue/snapshot.hpp"
#include "catalogue/timeline/timeline.hpp"
#include "config/family/family.hpp"
#include "server/resync/resyncs.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace offhook::server {

/// What every pack's phones may be told, beside the events that the packs name.
[[nodiscard]] bool is_known_event(std::string_view event, const config::Family* family);
[[nodiscard]] std::string known_events(); ///< for an error message

struct ResyncAddress {
    IpAddress address;
    std::uint16_t port = 5060;
};
/// "192.0.2.7", "192.0.2.7:5062", "2001:db8::7", "[2001:db8::7]:5062". Names are none: they would have to be looked
/// up. Errors: invalid.
[[nodiscard]] Result<ResyncAddress> read_resync_address(std::string_view text, std::uint16_t port = 5060);

/// Where the phone last got a file.
[[nodiscard]] std::optional<IpAddress> last_address(catalogue::Timeline& timeline, MacAddress mac);

struct ResyncWish {
    std::string event;                    ///< "": the family's
    std::optional<ResyncAddress> address; ///< nullopt: where it last got a file
    NotifyExchange::Wire wire = NotifyExchange::Wire::datagrams;
    enum class Via : std::uint8_t { notify, url } via = Via::notify; ///< url: the phone's own page
    std::string rule = {}; ///< of Via::url: what stands behind the page's question mark, not yet percent-encoded
};
[[nodiscard]] ResyncTarget resync_target(const catalogue::Snapshot& snapshot, const config::Families& families,
                                         catalogue::Timeline& timeline, const catalogue::Device& device,
                                         const ResyncWish& wish);

} // namespace offhook::server
