#pragma once
/// @file  NotifyRules: what each family's phone does when a NOTIFY tells it to fetch anew, restart or report.
///
/// Which events there are, what they do, who may send them, and with whose password, as the configuration in force
/// says. Marks are the reference's: G guide, C code or trace, U unconfirmed, I inferred. No socket, no clock.
/// Source  reference: protocols 2.1; Polycom 9; Panasonic 4.4; Linksys 11; GENBAND 3.
#include "base/enum_text.hpp"
#include "phone/boot_report.hpp"
#include "protocol/http_auth/authorization.hpp"

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace offhook::phone {

enum class NotifyAction : std::uint8_t {
    check,  ///< fetches its files, and restarts only where one of them has changed
    resync, ///< fetches its files, without a restart unless they want one
    reboot,
    report, ///< sends what it has in force
    upgrade ///< fetches its firmware: no NOTIFY says so, but a phone's own page
};
inline constexpr EnumText<NotifyAction, 5> notify_action_text{{{{NotifyAction::check, "check"},
                                                                {NotifyAction::resync, "resync"},
                                                                {NotifyAction::reboot, "reboot"},
                                                                {NotifyAction::report, "report"},
                                                                {NotifyAction::upgrade, "upgrade"}}}};

/// From whom a phone takes it.
enum class NotifySource : std::uint8_t { anybody, registrars };

struct NotifyEvent {
    std::string name; ///< of the Event header, without parameters; letter case counts for nothing
    NotifyAction action = NotifyAction::check;
    enum class Use : std::uint8_t { on, off } use = Use::on; ///< off: known, and switched off: 403 (U)
    enum class Proof : std::uint8_t { none, digest } proof = Proof::none;
    NotifySource source = NotifySource::anybody;
};

struct NotifyRules {
    std::vector<NotifyEvent> events;
    // Of the challenge.
    std::string realm;
    protocol::DigestQop qop = protocol::DigestQop::none;
    protocol::BasicCredentials account;
    /// Of phones that look at the line that a NOTIFY is addressed to; empty: the above counts for all.
    struct Line {
        std::string user; ///< of the request's URI
        NotifyEvent::Proof proof = NotifyEvent::Proof::none;
        std::string realm;
        protocol::BasicCredentials account;
    };
    std::vector<Line> lines = {};
    std::vector<std::string> registrars;                      ///< of the lines: hosts as configured
    std::optional<std::chrono::seconds> resync_wait_max = {}; ///< for idle; nullopt: for ever
    std::string idle; ///< what is said of waiting for idle; "": the family does not wait

    [[nodiscard]] const NotifyEvent* find(std::string_view event) const;
    /// The line of this user, else the first. Null: the phone has none, or does not look.
    [[nodiscard]] const Line* line_of(std::string_view user) const;
};

/// `report`: of the boot whose configuration is in force.
[[nodiscard]] NotifyRules notify_rules(std::string_view family, const BootReport& report);

} // namespace offhook::phone
