#include "server/guard/guard.hpp"

#include "base/log.hpp"
#include "server/guard/distinct.hpp"

#include <algorithm>

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
    Distinct<4'096> macs;
    Distinct<1'024> logins;
};

Guard::Guard(GuardOptions options, const Clock& clock, Random& random)
    : options_(std::move(options)), clock_(clock), seeds_{random.next(), random.next()}, marks_(random.next()) {}
Guard::~Guard() = default;

Guard::Standing Guard::standing(const IpAddress& source) const {
    if (marks_.is_empty()) return {};
    const Marks::Hold hold = marks_.find(source, clock_.instant());
    if (hold == Marks::shut_out) return {true, options_.hold_most};
    return {false, std::chrono::milliseconds(hold)};
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

Guard::Counted& Guard::counted(const IpAddress& source) {
    const IpAddress whole = guarded_source(source);
    const Instant now = clock_.instant();
    if (const auto known = counted_.find(whole); known != counted_.end()) {
        recent_.splice(recent_.begin(), recent_, known->second);
        if (recent_.front().window_end <= now) recent_.front() = {whole, now + options_.window, {}, {}};
        return recent_.front();
    }
    if (counted_.size() == sources_max) {
        counted_.erase(recent_.back().source);
        recent_.pop_back();
    }
    recent_.push_front({whole, now + options_.window, {}, {}});
    counted_.emplace(whole, recent_.begin());
    return recent_.front();
}

void Guard::unknown_mac(const IpAddress& source, MacAddress mac) {
    if (is_exempt(source)) return;
    const std::scoped_lock locked(lock_);
    Counted& entry = counted(source);
    entry.macs.add(mixed(mixed(mac.bits() ^ seeds_[0]) ^ seeds_[1]));
    judge(entry);
}

void Guard::failed_login(const IpAddress& source, std::string_view user, std::string_view secret) {
    if (is_exempt(source)) return;
    const std::scoped_lock locked(lock_);
    Counted& entry = counted(source);
    entry.logins.add(hash(user, secret));
    judge(entry);
}

void Guard::judge(Counted& entry) {
    const std::size_t macs = entry.macs.count(), logins = entry.logins.count();
    if (macs < options_.slow_from_macs && logins < options_.slow_from_logins) return;
    if (standing(entry.source).is_shut_out) return; // what was under way when it was shut out
    GuardedSource out{network_of(entry.source), GuardState::slowed, macs, logins, clock_.wall(), {}};
    const IpAddress source = entry.source;
    if (macs >= options_.shut_out_from_macs || logins >= options_.shut_out_from_logins) {
        out.state = GuardState::shut_out;
        out.until = clock_.wall() + options_.shut_out;
        guard(out, source, std::chrono::milliseconds(Marks::shut_out), clock_.instant() + options_.shut_out);
        counted_.erase(source); // it starts anew afterwards
        recent_.pop_front();
        return;
    }
    const double how_far = std::max(way(macs, options_.slow_from_macs, options_.shut_out_from_macs),
                                    way(logins, options_.slow_from_logins, options_.shut_out_from_logins));
    const auto more = static_cast<double>((options_.hold_most - options_.hold_least).count()) * how_far;
    const auto hold = options_.hold_least + std::chrono::milliseconds(static_cast<std::int64_t>(more));
    out.until =
        clock_.wall() + std::chrono::duration_cast<std::chrono::milliseconds>(entry.window_end - clock_.instant());
    guard(out, source, hold, entry.window_end);
}

void Guard::guard(const GuardedSource& entry, const IpAddress& source, std::chrono::milliseconds hold, Instant until) {
    sweep();
    const auto known = guarded_.find(source);
    const bool news = known == guarded_.end() || known->second.state != entry.state;
    if (news && entry.state == GuardState::slowed)
        log::warning("GUARD_SLOWED", "{} is slowed down: about {} unknown MACs, {} wrong credentials within {} minutes",
                     entry.source.text(), entry.unknown_macs, entry.failed_logins, options_.window.count());
    if (news && entry.state == GuardState::shut_out)
        log::warning("GUARD_SHUT_OUT",
                     "{} is shut out for {} minutes: about {} unknown MACs, {} wrong credentials within {} minutes; "
                     "`offhook guard lift` lets it in again",
                     entry.source.text(), options_.shut_out.count(), entry.unknown_macs, entry.failed_logins,
                     options_.window.count());
    if (known == guarded_.end() && guarded_.size() == guarded_max)
        forget(std::min_element(guarded_.begin(), guarded_.end(), [](const auto& a, const auto& b) {
                   return a.second.until < b.second.until;
               })->first);
    GuardedSource& place = guarded_[source];
    const WallTime since = news ? entry.since : place.since;
    place = entry;
    place.since = since;
    marks_.put(source, static_cast<Marks::Hold>(hold.count()), until);
}

void Guard::forget(const IpAddress& source) {
    marks_.take(source);
    guarded_.erase(source);
}

void Guard::sweep() {
    if (clock_.instant() < next_sweep_) return; // a flood of failures must not pay for it each time
    next_sweep_ = clock_.instant() + std::chrono::seconds(1);
    const WallTime now = clock_.wall();
    std::erase_if(guarded_, [&](const auto& entry) { return entry.second.until <= now; });
    marks_.sweep(clock_.instant());
}

std::vector<GuardedSource> Guard::list() const {
    const std::scoped_lock locked(lock_);
    std::vector<GuardedSource> out;
    for (const auto& [source, entry] : guarded_)
        if (standing(source).is_shut_out || standing(source).hold.count() != 0) out.push_back(entry);
    return out;
}

Guard::Lifted Guard::lift(const IpAddress& source) {
    const IpAddress whole = guarded_source(source);
    const std::scoped_lock locked(lock_);
    if (const auto known = counted_.find(whole); known != counted_.end()) {
        recent_.erase(known->second);
        counted_.erase(known);
    }
    if (!guarded_.contains(whole)) return Lifted::not_guarded;
    forget(whole);
    return Lifted::yes;
}

} // namespace offhook::server
