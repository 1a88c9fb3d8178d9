#pragma once
/// @file  Guard: slows down, then shuts out, who guesses MACs or passwords.
///
/// Counted are distinct unknown MACs and distinct wrong credentials of a source within a window, never plain requests:
/// a whole company may sit behind one address, and one phone that retries a wrong password for a year counts once.
/// A source is an IPv4 address or an IPv6 /64. What comes over TFTP may bear anybody's address, so it is counted apart
/// and never keeps its source from the other transports.
/// Limits   in either scope sources_max sources are counted, guarded_max are slowed or shut out; the longest unheard
///          goes first.
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

/// What is counted together.
enum class GuardScope : std::uint8_t {
    all, ///< what came over TCP; it keeps its source from every transport
    tftp ///< what came over TFTP; it keeps its source from TFTP alone
};
inline constexpr EnumText<GuardScope, 2> guard_scope_text{{{{GuardScope::all, "all"}, {GuardScope::tftp, "tftp"}}}};

/// A source that is slowed or shut out, for people.
struct GuardedSource {
    Network source; ///< a single IPv4 address, or a /64
    GuardScope scope = GuardScope::all;
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
    [[nodiscard]] Standing standing(const IpAddress& source, GuardScope scope) const;

    /// A MAC that is no device's, or may not be served there: the two look alike.
    void unknown_mac(const IpAddress& source, GuardScope scope, MacAddress mac);
    /// Over TCP. The password is kept as a bit of a keyed hash.
    void failed_login(const IpAddress& source, std::string_view user, std::string_view password);
    /// A wrong answer to a challenge, over TCP. The password is not seen, and a client that repeats it makes another
    /// response each time: so a user's first answers_shared within answer_slot count as one, and from then on each.
    void failed_answer(const IpAddress& source, std::string_view user, std::string_view response);
    static constexpr unsigned answers_shared = 3;
    static constexpr std::chrono::seconds answer_slot{30};

    /// By source and scope.
    [[nodiscard]] std::vector<GuardedSource> list() const;
    enum class Lifted : std::uint8_t { yes, not_guarded };
    /// In both scopes; forgets what was counted, too.
    Lifted lift(const IpAddress& source);

    static constexpr std::size_t sources_max = 16'384, guarded_max = 4'096;

private:
    struct Counted;
    struct Ledger;

    [[nodiscard]] bool is_exempt(const IpAddress& source) const;
    [[nodiscard]] std::uint64_t hash(std::string_view a, std::string_view b) const;
    [[nodiscard]] Ledger& ledger(GuardScope scope) const { return *ledgers_[static_cast<std::size_t>(scope)]; }
    [[nodiscard]] Standing standing_in(const Ledger& ledger, const IpAddress& source) const;
    Counted& counted(Ledger& ledger, const IpAddress& source);
    void judge(Ledger& ledger, Counted& source);
    void guard(Ledger& ledger, const GuardedSource& entry, const IpAddress& source, std::chrono::milliseconds hold,
               Instant until);
    void sweep(Ledger& ledger);

    GuardOptions options_;
    const Clock& clock_;
    std::uint64_t seeds_[2];
    mutable std::mutex lock_; // guards what is in the ledgers, but for their marks
    std::unique_ptr<Ledger> ledgers_[2];
};

} // namespace offhook::server
