#include "phone/stay.hpp"

#include "phone/limits.hpp"
#include "phone/name_lookup.hpp"
#include "phone/notify/notify_answerer.hpp"
#include "phone/notify/notify_listener.hpp"
#include "phone/running_timers.hpp"
#include "protocol/sip/notify_request.hpp"

namespace offhook::phone {
namespace {

/// Names are looked up only where somebody is filtered by them.
void take_rules(const StayOptions& options, std::string_view family, const BootReport& report, NotifyAnswerer& answerer,
                const Clock& clock) {
    NotifyRules rules = notify_rules(family, report);
    bool filters = false;
    for (NotifyEvent& event : rules.events) {
        if (options.source == NotifySource::registrars) event.source = NotifySource::registrars;
        filters = filters || event.source == NotifySource::registrars;
    }
    std::vector<IpAddress> registrars;
    if (filters) registrars = addresses_of(rules.registrars, ask_system(IpKind::any), limits::lookup_time, clock);
    answerer.set_rules(std::move(rules), std::move(registrars));
}

/// Why a phone that waited does something.
struct Waking {
    enum class Why : std::uint8_t { over, told, lease, timer } why = Why::over;
    NotifyAction told = NotifyAction::check;
};

/// Waits for whatever comes first.
Waking wait(NotifyListener& listener, std::optional<Instant> over, std::optional<Instant> lease,
            std::optional<Instant> timer) {
    Waking waking;
    std::optional<Instant> until = over;
    auto at_end = Waking::Why::over;
    for (const auto& [end, why] : {std::pair(lease, Waking::Why::lease), std::pair(timer, Waking::Why::timer)})
        if (end && (!until || *end < *until)) until = end, at_end = why;
    switch (listener.wait(until, waking.told)) {
    case NotifyListener::End::told:
        waking.why = Waking::Why::told;
        break;
    case NotifyListener::End::time_over:
        waking.why = at_end;
        break;
    case NotifyListener::End::interrupted:
        break;
    }
    return waking;
}

/// As a NOTIFY would have it done. nullopt: its log was sent, and that is all.
std::optional<NotifyAction> do_own(const OwnAction& action, const OwnLife& own, BootReport& report) {
    if (action.what == OwnAction::What::check) return NotifyAction::check;
    if (action.what == OwnAction::What::resync) return NotifyAction::resync;
    if (own.send_logs) own.send_logs(report);
    return std::nullopt;
}

} // namespace

void stay(const StayOptions& options, std::string_view family, BootReport& report, BootObserver& observer,
          const Clock& clock, Random& random, std::ostream& err, const DoAgain& again, const LeaseEnds& lease_ends,
          const OwnLife& own) {
    using Running = RunningTimers::Running;
    const auto tell = [&](const std::string& line) { observer.on_event({BootEvent::Kind::decision, line}); };
    NotifyAnswerer answerer(clock, random);
    take_rules(options, family, report, answerer, clock);
    NotifyListener listener(answerer, clock, tell);
    listener.open(options.sip_address, options.sip_port);
    const NotifyPeer local = listener.local();
    err << "listening sip " << protocol::sip::host_and_port(local.address.text(), local.port) << std::endl;
    RunningTimers timers(options.time_speed, clock.instant(), clock.wall());
    const auto set_timers = [&](Running running) {
        const Instant now = clock.instant();
        if (own.actions) timers.set(own.actions(report, timers.wall(now)), now, running);
    };
    set_timers(Running::forgotten);
    std::optional<Instant> until;
    if (options.time && options.time->count() > 0) until = clock.instant() + *options.time;
    std::optional<Instant> past_end; // of a lease that nobody has renewed at the boot since
    for (;;) {
        auto end = lease_ends();
        if (end == past_end) end.reset();
        const Waking waking = wait(listener, until, end, timers.next());
        if (waking.why == Waking::Why::over) return;
        std::optional<NotifyAction> action; // nullopt: a boot
        auto cause = BootSurroundings::Cause::power;
        if (waking.why == Waking::Why::lease) {
            past_end = end;
            tell("the lease of the phone's address has ended: it boots again");
        } else if (waking.why == Waking::Why::told) {
            action = waking.told;
            cause = BootSurroundings::Cause::notify;
        } else if (const auto due = timers.take_due(clock.instant())) {
            tell("by the phone's own clock: " + due->why);
            cause = BootSurroundings::Cause::own_clock;
            listener.take_signals(NotifyListener::Signals::end_the_process);
            action = do_own(*due, own, report);
            listener.take_signals(NotifyListener::Signals::end_the_wait);
            if (!action) set_timers(Running::kept);
            if (!action) continue;
        } else {
            continue;
        }
        if (action == NotifyAction::report) { // fetching would be something else
            tell("reports are not uploaded yet");
            continue;
        }
        listener.take_signals(NotifyListener::Signals::end_the_process);
        const bool boots = !action || action == NotifyAction::reboot;
        if (boots) listener.free_udp();
        report = again(action, cause);
        take_rules(options, family, report, answerer, clock); // may take a while: a signal still ends the process
        listener.take_signals(NotifyListener::Signals::end_the_wait);
        set_timers(boots || report.reboots > 0 ? Running::forgotten : Running::kept);
        if (!boots) continue;
        listener.deaf(); // to streams that came meanwhile
        listener.take_udp();
    }
}

} // namespace offhook::phone
