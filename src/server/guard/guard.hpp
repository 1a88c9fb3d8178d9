#pragma once
/// @file  Guard: slows down, then shuts out, who guesses MACs or passwords.
///
/// Counted are distinct unknown MACs and distinct wrong credentials of a source within a window, never plain requests:
/// a whole company may sit behind one address, and one phone that retries a wrong password for a year counts once.
/// A source is an IPv4 address or an IPv6 /64.
/// Limits   sources_max sources are counted, guarded_max are slowed or shut out; the longest unheard goes first.
/// Threads  any. standing() is for every request: one load while nobody is guarded, no lock ever. What counts takes a
/// lock: only failures come there.
#include "base/clock.hpp"
#include "base/enum_text.hpp"
#include "base/ip_address.hpp"
#include "base/mac_address.hpp"
#include "base/random.hpp"
#include "server/guard/guard_options.hpp"
#include "server/guard/marks.hpp"

#include <chrono>
#include <cstdint>
#include <list>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

namespace offhook::server {

enum class GuardState : std::uint8_t { slowed, shut_out };
inline constexpr EnumText<GuardState, 2> guard_state_text{
    {{{GuardState::slowed, "slowed"}, {GuardState::shut_out, "shut_out"}}}};

/// A source that is slowed or shut out, for people.
struct GuardedSource {
    Network source; ///< a single IPv4 address, or a /64
    GuardState state = GuardState::slowed;
    std::size_t unknown_macs = 0, failed_logins = 0; ///< about
    WallTime since{}, until{};
};

class Guard {
public:
    /// `clock` outlives it.
    Guard(GuardOptions options, const Clock& clock, Random& random);
    ~Guard();
    Guard(const Guard&) = delete;
    Guard& operator=(const Guard&) = delete;

    struct Standing {
        bool is_shut_out = false;
        std::chrono::milliseconds hold{0}; ///< for answers that are not `found`
    };
    [[nodiscard]] Standing standing(const IpAddress& source) const;

    /// A MAC that is no device's, or may not be served there: the two look alike.
    void unknown_mac(const IpAddress& source, MacAddress mac);
    /// `secret` is the password, or what stands for it where only a hash was seen. Kept as a bit of a keyed hash.
    void failed_login(const IpAddress& source, std::string_view user, std::string_view secret);

    /// By source.
    [[nodiscard]] std::vector<GuardedSource> list() const;
    enum class Lifted : std::uint8_t { yes, not_guarded };
    /// Forgets what was counted, too.
    Lifted lift(const IpAddress& source);

    static constexpr std::size_t sources_max = 16'384, guarded_max = 4'096;

private:
    struct Counted;
    using Recent = std::list<Counted>;

    [[nodiscard]] bool is_exempt(const IpAddress& source) const;
    [[nodiscard]] std::uint64_t hash(std::string_view a, std::string_view b) const;
    Counted& counted(const IpAddress& source);
    void judge(Counted& source);
    void guard(const GuardedSource& entry, const IpAddress& source, std::chrono::milliseconds hold, Instant until);
    void forget(const IpAddress& source);
    void sweep();

    GuardOptions options_;
    const Clock& clock_;
    std::uint64_t seeds_[2];
    Marks marks_;
    mutable std::mutex lock_; // guards what follows
    Instant next_sweep_{};
    Recent recent_; // last heard first
    std::map<IpAddress, Recent::iterator> counted_;
    std::map<IpAddress, GuardedSource> guarded_;
};

} // namespace offhook::server
