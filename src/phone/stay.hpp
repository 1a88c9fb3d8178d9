#pragma once
/// @file  Stay: a phone that has booted goes on running, listens for NOTIFY, and does as it is told.
/// Its own timers make it fetch, too, or send its log: running_timers.hpp.
///
/// Errors   throws std::runtime_error where its SIP port cannot be had.
/// Threads  the calling one; it returns when the time is over or SIGINT or SIGTERM came.
#include "base/clock.hpp"
#include "base/ip_address.hpp"
#include "base/random.hpp"
#include "phone/boot_observer.hpp"
#include "phone/boot_surroundings.hpp"
#include "phone/notify/notify_rules.hpp"
#include "phone/phone_order.hpp"
#include "phone/running.hpp"
#include "phone/web/web_pages.hpp"

#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>
#include <ostream>
#include <string_view>
#include <vector>

namespace offhook::phone {

struct StayOptions {
    std::optional<std::chrono::seconds> time; ///< after the first boot; 0: until interrupted. nullopt: it does not stay
    std::optional<IpAddress> sip_address;     ///< nullopt: all
    std::uint16_t sip_port = 5060;            ///< 0: a free one
    /// Of its own pages; 0: a free one; nullopt: as its configuration says where it has a network of its own, else
    /// none.
    std::optional<std::uint16_t> web_port = {};
    /// After the first boot it is in use so long: what it is told, and what its own clock wants, waits for the end.
    std::chrono::seconds busy{0};
    unsigned time_speed = 1; ///< the phone's own timers run so many times as fast: a day's polling in minutes
    NotifySource source = NotifySource::anybody; ///< registrars: of whatever the family's own rules are
};

/// Does what the phone was told and reports it; nullopt: it boots, for its address has ended. `cause` is notify for
/// what a NOTIFY or its own page told alone.
using DoAgain = std::function<BootReport(std::optional<PhoneOrder>, BootSurroundings::Cause cause)>;
/// When the lease of the phone's address ends; nullopt: never.
using LeaseEnds = std::function<std::optional<Instant>()>;

/// What the phone does by its own clock: FamilyBoot's own_actions() and send_logs(). Empty functions: nothing.
struct OwnLife {
    std::function<std::vector<OwnAction>(const BootReport&, WallTime)> actions = {};
    std::function<void(BootReport&)> send_logs = {};
    std::function<void(BootReport&)> send_report = {};
    WebPages* pages = nullptr; ///< null: it has none, or they are not served
};

/// `report` is of the boot before, and afterwards of the last one. "listening sip ADDR:PORT", and "listening web
/// ADDR:PORT" whenever its pages are there anew, go to `err`.
void stay(const StayOptions& options, std::string_view family, BootReport& report, BootObserver& observer,
          const Clock& clock, Random& random, std::ostream& err, const DoAgain& again, const LeaseEnds& lease_ends,
          const OwnLife& own = {});

} // namespace offhook::phone
