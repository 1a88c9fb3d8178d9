#include "server/resync/resyncs.hpp"

#include "base/log.hpp"
#include "net/as_result.hpp"

#include <algorithm>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_future.hpp>
#include <boost/system/system_error.hpp>
#include <utility>

namespace offhook::server {
namespace {

namespace asio = boost::asio;
using Phone = ResyncPhone;

Phone::State state_of(NotifyOutcome::State state) {
    switch (state) {
    case NotifyOutcome::State::accepted:
        return Phone::State::accepted;
    case NotifyOutcome::State::refused:
        return Phone::State::refused;
    case NotifyOutcome::State::wrong_account:
        return Phone::State::wrong_account;
    case NotifyOutcome::State::unreachable:
        return Phone::State::unreachable;
    case NotifyOutcome::State::no_answer:
        return Phone::State::no_answer;
    }
    return Phone::State::no_answer;
}

/// A phone may do as it is told and not say so; and one that reboots at once answers the NOTIFY's repeats with ICMP.
bool may_have_heard(const NotifyOutcome& outcome) {
    using State = NotifyOutcome::State;
    return outcome.state == State::accepted || outcome.state == State::no_answer ||
           (outcome.state == State::unreachable && outcome.was_sent);
}

/// Whether nothing further is to be waited for: it did not come, or its fetch is over.
bool has_ended(const std::optional<PhoneVisit>& visit, WallTime until, WallTime now) {
    if (!visit) return now >= until;
    return visit->is_whole || now >= visit->last + Resyncs::quiet_time || now >= until + Resyncs::quiet_time;
}

/// A task that was told to stop says so by an exception; that is no failure.
void report(const std::exception_ptr& failure) {
    try {
        std::rethrow_exception(failure);
    } catch (const boost::system::system_error& error) {
        if (error.code() == asio::error::operation_aborted) return;
    } catch (...) { // logged below
    }
    net::log_task_failure(failure);
}

} // namespace

struct Resyncs::Run {
    ResyncOptions options;
    std::vector<ResyncTarget> targets; // each until its phone is asked: they hold passwords
    std::vector<Phone> phones;         // by the targets' places
    std::vector<std::size_t> settled;  // places, in the order they settled
    std::size_t next = 0;              // whose turn it is
    Instant next_start{};              // before it nobody has a turn
    bool stopped = false;

    [[nodiscard]] bool is_sending() const { return next < phones.size(); }
};

Resyncs::Resyncs(const Clock& clock, Heard heard, catalogue::EventRing* ring, protocol::sip::TransactionTiming timing)
    : clock_(clock), heard_(std::move(heard)), ring_(ring), sender_(clock, random_, timing), loop_(0, clock),
      tasks_(loop_.executor(), report) {
    loop_.start();
}

Resyncs::~Resyncs() {
    auto ended = asio::co_spawn(loop_.executor(), end_all(), asio::use_future);
    ended.wait();
    loop_.finish();
    loop_.join();
}

asio::awaitable<void> Resyncs::end_all() {
    {
        const std::scoped_lock guard(lock_);
        for (auto& [number, run] : runs_) run->stopped = true;
    }
    tasks_.close();
    tasks_.cancel();
    co_await tasks_.join();
}

void Resyncs::forget_old_runs() {
    for (auto at = runs_.begin(); at != runs_.end() && runs_.size() >= runs_kept_max;)
        at = at->second->is_sending() ? std::next(at) : runs_.erase(at);
}

Result<std::uint64_t> Resyncs::start(std::vector<ResyncTarget> targets, ResyncOptions options) {
    auto run = std::make_shared<Run>();
    run->options = options;
    for (const ResyncTarget& target : targets) {
        Phone phone;
        phone.mac = target.mac, phone.model = target.model, phone.event = target.task.event;
        if (target.address) phone.address = protocol::sip::host_and_port(target.address->text(), target.port);
        run->phones.push_back(std::move(phone));
    }
    run->targets = std::move(targets);
    run->next_start = clock_.instant();
    std::uint64_t number = 0;
    {
        const std::scoped_lock guard(lock_);
        const auto active =
            std::count_if(runs_.begin(), runs_.end(), [](const auto& each) { return each.second->is_sending(); });
        if (static_cast<std::size_t>(active) >= runs_active_max)
            return fail(ErrorCode::unavailable, "phones are being told already, in several runs; try again later");
        forget_old_runs();
        number = next_++;
        runs_.emplace(number, run);
    }
    loop_.post([this, run] {
        const std::size_t workers = std::min<std::size_t>(run->options.at_once, run->targets.size());
        for (std::size_t i = 0; i < workers; ++i) tasks_.spawn(work(run));
    });
    return number;
}

asio::awaitable<void> Resyncs::work(RunPtr run) {
    asio::steady_timer pause(loop_.context());
    for (;;) {
        std::size_t place = 0;
        Instant start{};
        {
            const std::scoped_lock guard(lock_);
            if (run->stopped || !run->is_sending()) break;
            place = run->next++;
            start = std::max(run->next_start, clock_.instant());
            if (run->targets[place].address) run->next_start = start + run->options.stagger;
        }
        pause.expires_after(start - clock_.instant());
        const auto [cancelled] = co_await pause.async_wait(net::as_result);
        if (cancelled) break;
        co_await ask(run, place);
    }
    const std::scoped_lock guard(lock_);
    for (; run->stopped && run->is_sending(); ++run->next) {
        run->phones[run->next].state = Phone::State::stopped;
        run->settled.push_back(run->next);
        run->targets[run->next] = {};
    }
}

asio::awaitable<void> Resyncs::ask(RunPtr run, std::size_t place) {
    ResyncTarget target;
    {
        const std::scoped_lock guard(lock_);
        // Moved: the passwords in it are kept no longer than they are needed.
        target = std::exchange(run->targets[place], ResyncTarget());
        Phone& phone = run->phones[place];
        if (run->stopped || !target.address) {
            phone.state = target.address ? Phone::State::stopped : Phone::State::unknown_address;
            phone.text = target.why_not;
            run->settled.push_back(place);
            co_return;
        }
        phone.state = Phone::State::asked;
        phone.asked_at = clock_.wall();
    }
    const NotifyDestination to{*target.address, target.port, run->options.wire};
    auto sending = target.page ? call_page(*target.page, to.address, to.port, random_) : sender_.send(target.task, to);
    const NotifyOutcome outcome = co_await std::move(sending);
    log::info("RESYNC_ASKED", "{} at {}: {} ({})", target.mac.text(), run->phones[place].address,
              notify_state_text.to_text(outcome.state), target.task.event);
    note(target, outcome);
    const std::scoped_lock guard(lock_);
    Phone& phone = run->phones[place];
    phone.state = state_of(outcome.state);
    phone.status = outcome.status;
    phone.text = outcome.text;
    phone.answered_at = clock_.wall();
    if (may_have_heard(outcome) && run->options.wait.count() > 0)
        phone.arrival = Phone::Arrival::awaited;
    else
        run->settled.push_back(place);
}

void Resyncs::note(const ResyncTarget& target, const NotifyOutcome& outcome) {
    using catalogue::Outcome;
    if (ring_ == nullptr) return;
    catalogue::TimelineEvent event;
    event.at = clock_.wall();
    event.mac = target.mac;
    event.source = *target.address;
    event.transport = catalogue::EventTransport::notify;
    event.verb = catalogue::EventVerb::other;
    event.status = outcome.status;
    event.outcome = outcome.state == NotifyOutcome::State::accepted      ? Outcome::served
                    : outcome.state == NotifyOutcome::State::no_answer   ? Outcome::absent
                    : outcome.state == NotifyOutcome::State::unreachable ? Outcome::failed
                                                                         : Outcome::refused;
    event.family = target.family;
    event.path = target.task.event;
    ring_->push(event);
}

Resyncs::RunPtr Resyncs::find(std::uint64_t number) const {
    const std::scoped_lock guard(lock_);
    const auto found = runs_.find(number);
    return found == runs_.end() ? nullptr : found->second;
}

void Resyncs::look_for_arrivals(Run& run) {
    struct Awaited {
        std::size_t place;
        MacAddress mac;
        WallTime asked_at, until;
        std::optional<PhoneVisit> visit = {};
    };
    std::vector<Awaited> awaited;
    {
        const std::scoped_lock guard(lock_);
        for (std::size_t place = 0; place < run.next; ++place) {
            const Phone& phone = run.phones[place];
            if (phone.arrival != Phone::Arrival::awaited) continue;
            // Who does not answer at all has been waited for by the NOTIFY's own timers.
            const bool waits = phone.state != Phone::State::no_answer;
            awaited.push_back({place, phone.mac, *phone.asked_at,
                               *phone.answered_at + (waits ? run.options.wait : std::chrono::seconds(0))});
        }
    }
    const WallTime now = clock_.wall();
    for (Awaited& one : awaited) { // without the lock: it may take time
        one.visit = heard_(one.mac, one.asked_at);
        if (one.visit && one.visit->came > one.until) one.visit.reset(); // for another reason
    }
    const std::scoped_lock guard(lock_);
    for (Awaited& one : awaited) {
        Phone& phone = run.phones[one.place];
        if (phone.arrival != Phone::Arrival::awaited || !has_ended(one.visit, one.until, now)) continue;
        phone.arrival = one.visit ? Phone::Arrival::came : Phone::Arrival::silent;
        if (one.visit) {
            phone.came_at = one.visit->came;
            phone.fetch = one.visit->fetch;
            phone.fetch_text = std::move(one.visit->text);
        }
        run.settled.push_back(one.place);
    }
}

std::optional<Resyncs::View> Resyncs::view(std::uint64_t number, std::size_t from) {
    const RunPtr run = find(number);
    if (run == nullptr) return std::nullopt;
    look_for_arrivals(*run);
    const std::scoped_lock guard(lock_);
    View out{run->phones.size(), run->next, run->settled.size(), {}};
    for (std::size_t i = from; i < run->settled.size() && out.page.size() < page_max; ++i)
        out.page.push_back(run->phones[run->settled[i]]);
    return out;
}

bool Resyncs::stop(std::uint64_t number) {
    const RunPtr run = find(number);
    if (run == nullptr) return false;
    const std::scoped_lock guard(lock_);
    run->stopped = true;
    return true;
}

} // namespace offhook::server
