#pragma once
/// @file  RuleReading: where the guides contradict each other or say nothing, which way a rule is read.
///
/// The defaults are the reference's recommendations. Source  reference: Linksys 5, 17, 19, 20 (7).
#include <cstdint>

namespace offhook::config {

struct RuleReading {
    /// A '#' that is not the first character: anywhere outside of quotes and of a URL (older guide), or of no meaning.
    enum class Comments : std::uint8_t { anywhere, leading_only } comments = Comments::anywhere;
    /// "5.1.10(GW)" beside "5.1.10": none before any, then by the alphabet without letter case (U), or equal in order.
    enum class Suffixes : std::uint8_t { ranked, ignored } suffixes = Suffixes::ranked;
    /// $(MA:99): nothing at all, or as it stands (U).
    enum class PastEnd : std::uint8_t { empty, verbatim } past_end = PastEnd::empty;
    /// --uid, --pwd and --delta, of later members of the family.
    enum class LaterOptions : std::uint8_t { refused, taken } later_options = LaterOptions::refused;
    /// http://user:password@host, which no guide's grammar has (I).
    enum class UserInUrl : std::uint8_t { refused, taken } user_in_url = UserInUrl::refused;
    /// Firmware by HTTPS: the SPA9x2 guide of 5.2 lists it, those of 5.1 do not.
    enum class UpgradeByHttps : std::uint8_t { refused, taken } upgrade_by_https = UpgradeByHttps::refused;
};

} // namespace offhook::config
