#include "server/guard/guard.hpp"

#include "base/log.hpp"
#include "server/guard/distinct.hpp"

#include <algorithm>
#include <array>

namespace offhook::server {
namespace {

std::uint64_t mixed(std::uint64_t bits) {
    bits *= 0x9e37'79b9'7f4a'7c15ULL;
    bits ^= bits >> 32U;
    bits *= 0xd6e8'feb8'6659'fd93ULL;
    return bits ^ (bits >> 32U);
}

/// 0 at `from`, 1 at `to`.
double way(std::size_t count, std::size_t from, std::size_t to) {
    if (count <= from || to <= from) return 0;
    return std::min(1.0, static_cast<double>(count - from) / static_cast<double>(to - from));
}

Network network_of(const IpAddress& source) {
    return Network::from_text(source.is_v4() ? source.text() : source.text() + "/64").value_or(Network());
}

} // namespace

struct Guard::Counted {
    IpAddress source;
    Instant window_end;
    Distinct<4'096> macs = {};
    Distinct<1'024> logins = {};
    std::int64_t answers_slot = 0;          // the answer_slot that `answers` is about
    std::array<std::uint8_t, 64> answers{}; // wrong ones by hash of the user, up to answers_shared
};

/// Of one scope, with bounds of its own: a flood under forged addresses pushes out nothing of the other.
struct Guard::Ledger {
    Ledger(GuardScope of, std::uint64_t seed) : scope(of), marks(seed) {}

    void forget(const IpAddress& source) {
        marks.take(source);
        guarded.erase(source);
    }

    const GuardScope scope;
    Marks marks;
    Instant next_sweep{};
    std::list<Counted> recent; // last heard first
    std::map<IpAddress, std::list<Counted>::iterator> counted;
    std::map<IpAddress, GuardedSource> guarded;
};

Guard::Guard(GuardOptions options, const Clock& clock, Random& random)
    : options_(std::move(options)), clock_(clock), seeds_{random.next(), random.next()} {
    for (const auto scope : {GuardScope::all, GuardScope::tftp})
        ledgers_[static_cast<std::size_t>(scope)] = std::make_unique<Ledger>(scope, random.next());
}
Guard::~Guard() = default;

Guard::Standing Guard::standing_in(const Ledger& ledger, const IpAddress& source) const {
    if (ledger.marks.is_empty()) return {};
    const Marks::Hold hold = ledger.marks.find(source, clock_.instant());
    if (hold == Marks::shut_out) return {true, options_.hold_most};
    return {false, std::chrono::milliseconds(hold)};
}

Guard::Standing Guard::standing(const IpAddress& source, GuardScope scope) const {
    const Standing everywhere = standing_in(ledger(GuardScope::all), source);
    if (scope == GuardScope::all) return everywhere;
    const Standing there = standing_in(ledger(scope), source);
    return {everywhere.is_shut_out || there.is_shut_out, std::max(everywhere.hold, there.hold)};
}

bool Guard::is_exempt(const IpAddress& source) const {
    return !options_.is_on || std::any_of(options_.exempt.begin(), options_.exempt.end(),
                                          [&](const Network& network) { return network.contains(source); });
}

std::uint64_t Guard::hash(std::string_view a, std::string_view b) const {
    std::uint64_t out = seeds_[0];
    const auto add = [&](std::string_view text) {
        for (const char c : text) out = (out ^ static_cast<unsigned char>(c)) * 0x0000'0100'0000'01b3ULL;
        out = mixed(out ^ text.size());
    };
    add(a);
    add(b);
    return mixed(out ^ seeds_[1]);
}

Guard::Counted& Guard::counted(Ledger& ledger, const IpAddress& source) {
    const IpAddress whole = guarded_source(source);
    const Instant now = clock_.instant();
    if (const auto known = ledger.counted.find(whole); known != ledger.counted.end()) {
        ledger.recent.splice(ledger.recent.begin(), ledger.recent, known->second);
        if (ledger.recent.front().window_end <= now) ledger.recent.front() = {whole, now + options_.window};
        return ledger.recent.front();
    }
    if (ledger.counted.size() == sources_max) {
        ledger.counted.erase(ledger.recent.back().source);
        ledger.recent.pop_back();
    }
    ledger.recent.push_front({whole, now + options_.window});
    ledger.counted.emplace(whole, ledger.recent.begin());
    return ledger.recent.front();
}

void Guard::unknown_mac(const IpAddress& source, GuardScope scope, MacAddress mac) {
    if (is_exempt(source)) return;
    const std::scoped_lock locked(lock_);
    Counted& entry = counted(ledger(scope), source);
    entry.macs.add(mixed(mixed(mac.bits() ^ seeds_[0]) ^ seeds_[1]));
    judge(ledger(scope), entry);
}

void Guard::failed_login(const IpAddress& source, std::string_view user, std::string_view password) {
    if (is_exempt(source)) return;
    const std::scoped_lock locked(lock_);
    Counted& entry = counted(ledger(GuardScope::all), source);
    entry.logins.add(hash(user, password));
    judge(ledger(GuardScope::all), entry);
}

void Guard::failed_answer(const IpAddress& source, std::string_view user, std::string_view response) {
    if (is_exempt(source)) return;
    const std::scoped_lock locked(lock_);
    Counted& entry = counted(ledger(GuardScope::all), source);
    const std::int64_t slot = clock_.instant().time_since_epoch() / answer_slot;
    if (entry.answers_slot != slot) {
        entry.answers_slot = slot;
        entry.answers = {};
    }
    auto& answers = entry.answers[hash(user, {}) % entry.answers.size()];
    const bool shared = answers < answers_shared;
    if (shared) ++answers;
    entry.logins.add(shared ? hash(user, std::to_string(slot)) : hash(user, response));
    judge(ledger(GuardScope::all), entry);
}

void Guard::judge(Ledger& ledger, Counted& entry) {
    const std::size_t macs = entry.macs.count(), logins = entry.logins.count();
    if (macs < options_.slow_from_macs && logins < options_.slow_from_logins) return;
    if (standing_in(ledger, entry.source).is_shut_out) return; // what was under way when it was shut out
    GuardedSource out{network_of(entry.source), ledger.scope, GuardState::slowed, macs, logins, clock_.wall(), {}};
    const IpAddress source = entry.source;
    if (macs >= options_.shut_out_from_macs || logins >= options_.shut_out_from_logins) {
        out.state = GuardState::shut_out;
        out.until = clock_.wall() + options_.shut_out;
        guard(ledger, out, source, std::chrono::milliseconds(Marks::shut_out), clock_.instant() + options_.shut_out);
        ledger.counted.erase(source); // it starts anew afterwards
        ledger.recent.pop_front();
        return;
    }
    const double how_far = std::max(way(macs, options_.slow_from_macs, options_.shut_out_from_macs),
                                    way(logins, options_.slow_from_logins, options_.shut_out_from_logins));
    const auto more = static_cast<double>((options_.hold_most - options_.hold_least).count()) * how_far;
    const auto hold = options_.hold_least + std::chrono::milliseconds(static_cast<std::int64_t>(more));
    out.until =
        clock_.wall() + std::chrono::duration_cast<std::chrono::milliseconds>(entry.window_end - clock_.instant());
    guard(ledger, out, source, hold, entry.window_end);
}

void Guard::guard(Ledger& ledger, const GuardedSource& entry, const IpAddress& source, std::chrono::milliseconds hold,
                  Instant until) {
    sweep(ledger);
    const auto known = ledger.guarded.find(source);
    const bool news = known == ledger.guarded.end() || known->second.state != entry.state;
    const std::string_view where = ledger.scope == GuardScope::tftp ? " for TFTP" : "";
    if (news && entry.state == GuardState::slowed)
        log::warning("GUARD_SLOWED",
                     "{} is slowed down{}: about {} unknown MACs, {} wrong credentials within {} minutes",
                     entry.source.text(), where, entry.unknown_macs, entry.failed_logins, options_.window.count());
    if (news && entry.state == GuardState::shut_out)
        log::warning("GUARD_SHUT_OUT",
                     "{} is shut out for {} minutes{}: about {} unknown MACs, {} wrong credentials within {} minutes; "
                     "`offhook guard lift` lets it in again",
                     entry.source.text(), options_.shut_out.count(), where, entry.unknown_macs, entry.failed_logins,
                     options_.window.count());
    if (known == ledger.guarded.end() && ledger.guarded.size() == guarded_max)
        ledger.forget(std::min_element(ledger.guarded.begin(), ledger.guarded.end(), [](const auto& a, const auto& b) {
                          return a.second.until < b.second.until;
                      })->first);
    GuardedSource& place = ledger.guarded[source];
    const WallTime since = news ? entry.since : place.since;
    place = entry;
    place.since = since;
    ledger.marks.put(source, static_cast<Marks::Hold>(hold.count()), until);
}

void Guard::sweep(Ledger& ledger) {
    if (clock_.instant() < ledger.next_sweep) return; // a flood of failures must not pay for it each time
    ledger.next_sweep = clock_.instant() + std::chrono::seconds(1);
    const WallTime now = clock_.wall();
    std::erase_if(ledger.guarded, [&](const auto& entry) { return entry.second.until <= now; });
    ledger.marks.sweep(clock_.instant());
}

std::vector<GuardedSource> Guard::list() const {
    const std::scoped_lock locked(lock_);
    std::vector<std::pair<IpAddress, GuardedSource>> rows;
    for (const auto& ledger : ledgers_)
        for (const auto& row : ledger->guarded) {
            const Standing standing = standing_in(*ledger, row.first);
            if (standing.is_shut_out || standing.hold.count() != 0) rows.emplace_back(row);
        }
    std::stable_sort(rows.begin(), rows.end(), [](const auto& a, const auto& b) { return a.first < b.first; });
    std::vector<GuardedSource> out;
    for (auto& [source, entry] : rows) out.push_back(entry);
    return out;
}

Guard::Lifted Guard::lift(const IpAddress& source) {
    const IpAddress whole = guarded_source(source);
    const std::scoped_lock locked(lock_);
    Lifted out = Lifted::not_guarded;
    for (const auto& ledger : ledgers_) {
        if (const auto known = ledger->counted.find(whole); known != ledger->counted.end()) {
            ledger->recent.erase(known->second);
            ledger->counted.erase(known);
        }
        if (!ledger->guarded.contains(whole)) continue;
        ledger->forget(whole);
        out = Lifted::yes;
    }
    return out;
}

} // namespace offhook::server
