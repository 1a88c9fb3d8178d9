#pragma once
/// @file  State: what a Linksys SPA phone remembers of its own provisioning, besides its parameters.
///
/// Kept in Flash::parameters as "phone.X", so that the periodic timer survives a reboot.
/// Units   moments are seconds since 1970.
/// Source  reference: Linksys 4.3 (persistence: I), 13 (an unconditional URL is tried once).
#include "base/clock.hpp"
#include "phone/boot_surroundings.hpp"
#include "phone/flash.hpp"

#include <cstdint>
#include <optional>
#include <string>

namespace offhook::phone::linksys {

struct State {
    enum class Synced : std::uint8_t { never, once } synced = Synced::never; ///< arms the periodic timer
    unsigned resync_failures = 0;                                            ///< in a row
    std::optional<std::int64_t> resynced_at, upgraded_at;                    ///< attempts
    unsigned upgrade_failures = 0;                                           ///< in a row
    std::string upgrade_error;                                               ///< $UPGERR
    std::string upgrade_done;     ///< the rule's text and where it led: not fetched again
    std::string upgrade_given_up; ///< the same, of what failed without a retry: until the next reset
};

[[nodiscard]] State read_state(const Flash& flash);
void keep_state(const State& state, Flash& flash);

/// What the phone knows of itself and its macros tell: phone.CCERT and phone.IP in flash count before it.
struct Identity {
    std::string certificate, address; ///< $CCERT, $IP
};
[[nodiscard]] Identity read_identity(const Flash& flash);
void keep_identity(const BootSurroundings& around, Flash& flash);

[[nodiscard]] std::int64_t seconds_since_1970(WallTime time);

} // namespace offhook::phone::linksys
