#include "phone/stay.hpp"

#include "phone/limits.hpp"
#include "phone/name_lookup.hpp"
#include "phone/notify/notify_answerer.hpp"
#include "phone/notify/notify_listener.hpp"
#include "phone/running_timers.hpp"
#include "phone/web/web_listener.hpp"
#include "protocol/sip/notify_request.hpp"

#include <algorithm>

namespace offhook::phone {
namespace {

constexpr std::string_view waits_for_idle = "it waits until it is idle";

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
    if (options.busy.count() > 0) rules.idle = waits_for_idle;
    answerer.set_rules(std::move(rules), std::move(registrars));
}

/// Why a phone that waited does something.
struct Waking {
    enum class Why : std::uint8_t { over, told, lease, timer } why = Why::over;
    PhoneOrder told = {};
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

/// What a NOTIFY would have to say for the same. nullopt: it is a log that is sent.
std::optional<NotifyAction> same_order(OwnAction::What what) {
    switch (what) {
    case OwnAction::What::check:
        return NotifyAction::check;
    case OwnAction::What::resync:
        return NotifyAction::resync;
    case OwnAction::What::upgrade:
        return NotifyAction::upgrade;
    case OwnAction::What::send_logs:
        break;
    }
    return std::nullopt;
}

/// As a NOTIFY would have it done. nullopt: its log was sent, and that is all.
std::optional<NotifyAction> do_own(const OwnAction& action, const OwnLife& own, BootReport& report) {
    const auto order = same_order(action.what);
    if (!order && own.send_logs) own.send_logs(report);
    return order;
}

/// The phone's pages, as its configuration has them now; their port stays the same once it is known.
class ServedPages {
public:
    ServedPages(const StayOptions& options, WebPages* pages, NotifyListener& listener, const WebListener::Hears& hears,
                std::ostream& err)
        : options_(options), pages_(pages), err_(err) {
        if (pages_ != nullptr) listener_.emplace(listener.context(), *pages_, hears);
    }
    void open() {
        const auto configured = pages_ == nullptr ? std::nullopt : pages_->port();
        if (!configured) return close();
        const std::uint16_t wanted = options_.web_port ? fixed_.value_or(*options_.web_port) : *configured;
        if (listener_->is_open() && (wanted == 0 || listener_->port() == wanted)) return;
        close();
        listener_->open(options_.sip_address, wanted);
        fixed_ = listener_->port();
        err_ << "listening web " << listener_->local() << std::endl;
    }
    void close() {
        if (listener_) listener_->close();
    }

private:
    const StayOptions& options_;
    WebPages* pages_;
    std::ostream& err_;
    std::optional<WebListener> listener_;
    std::optional<std::uint16_t> fixed_;
};

/// Until when an action that is wanted since then waits while the phone is in use; a resync not for ever, a report
/// and a log (nullopt) not at all.
std::function<std::optional<Instant>(std::optional<NotifyAction>, Instant since)>
holds_until(Instant busy_until, std::optional<std::chrono::milliseconds> resync_wait_max) {
    return [busy_until, resync_wait_max](std::optional<NotifyAction> action, Instant since) -> std::optional<Instant> {
        if (!action || action == NotifyAction::report) return std::nullopt;
        const bool resyncs = action == NotifyAction::resync || action == NotifyAction::check;
        if (resyncs && resync_wait_max) return std::min(busy_until, since + *resync_wait_max);
        return busy_until;
    };
}

/// By the phone's clock, which may run faster than ours.
std::optional<std::chrono::milliseconds> longest_wait(const StayOptions& options, std::string_view family,
                                                      const BootReport& report) {
    std::optional<std::chrono::milliseconds> longest = notify_rules(family, report).resync_wait_max;
    if (longest) *longest /= std::max(1U, options.time_speed);
    return longest;
}

/// What it was told waits, and what its own clock wants.
void hold_back(NotifyListener& listener, RunningTimers& timers, Instant busy_until,
               std::optional<std::chrono::milliseconds> resync_wait_max) {
    const auto held = holds_until(busy_until, resync_wait_max);
    listener.set_holds([held](const PhoneOrder& order, Instant since) { return held(order.action, since); });
    timers.set_holds([held](const OwnAction& action, Instant end) { return held(same_order(action.what), end); });
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
    ServedPages pages(options, own.pages, listener, {tell, [&](PhoneOrder order) { listener.take(std::move(order)); }},
                      err);
    err << "listening sip " << protocol::sip::host_and_port(local.address.text(), local.port) << std::endl;
    pages.open();
    RunningTimers timers(options.time_speed, clock.instant(), clock.wall());
    if (options.busy.count() > 0)
        hold_back(listener, timers, clock.instant() + options.busy, longest_wait(options, family, report));
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
        std::optional<PhoneOrder> order; // nullopt: a boot
        auto cause = BootSurroundings::Cause::power;
        if (waking.why == Waking::Why::lease) {
            past_end = end;
            tell("the lease of the phone's address has ended: it boots again");
        } else if (waking.why == Waking::Why::told) {
            order = waking.told;
            cause = BootSurroundings::Cause::notify;
        } else if (const auto due = timers.take_due(clock.instant())) {
            tell("by the phone's own clock: " + due->why);
            cause = BootSurroundings::Cause::own_clock;
            listener.take_signals(NotifyListener::Signals::end_the_process);
            if (const auto action = do_own(*due, own, report)) order = PhoneOrder{*action};
            listener.take_signals(NotifyListener::Signals::end_the_wait);
            if (!order) set_timers(Running::kept);
            if (!order) continue;
        } else {
            continue;
        }
        listener.take_signals(NotifyListener::Signals::end_the_process);
        if (order && order->action == NotifyAction::report) { // fetching would be something else
            if (own.send_report) own.send_report(report);
            listener.take_signals(NotifyListener::Signals::end_the_wait);
            continue;
        }
        const bool boots = !order || order->action == NotifyAction::reboot;
        if (boots) pages.close();
        if (boots) listener.free_udp();
        report = again(order, cause);
        take_rules(options, family, report, answerer, clock); // may take a while: a signal still ends the process
        listener.take_signals(NotifyListener::Signals::end_the_wait);
        set_timers(boots || report.reboots > 0 ? Running::forgotten : Running::kept);
        if (boots) {
            listener.deaf(); // to streams that came meanwhile
            listener.take_udp();
        }
        pages.open();
    }
}

} // namespace offhook::phone
