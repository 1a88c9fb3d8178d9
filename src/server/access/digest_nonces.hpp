#pragma once
/// @file  DigestNonces: which nonces are ours and young enough, and how often each was used (design 4.1).
///
/// A challenge leaves nothing behind: only a nonce that was answered well gets a place, where its counters are kept.
/// One for all loops, because a phone's retry may land on another.
/// Limits   stripes x uses_per_stripe nonces; when a stripe is full its oldest goes, and nonces as old as that are
///          stale from then on, so that nothing can be replayed.
/// Threads  any: issue() and judge() take no lock, use() that of one stripe.
#include "base/clock.hpp"
#include "base/random.hpp"
#include "protocol/http_auth/nonce.hpp"

#include <array>
#include <atomic>
#include <chrono>
#include <cstdint>
#include <deque>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>

namespace offhook::server {

class DigestNonces {
public:
    using Nonce = protocol::NonceCodec::Nonce;
    enum class Use : std::uint8_t { good, stale };
    enum class Repeats : std::uint8_t { refused, allowed };

    static constexpr std::chrono::seconds life{300};

    /// Repeats::allowed: for clients that answer every request with nc=00000001.
    explicit DigestNonces(Random& random, Repeats repeats = Repeats::refused);

    [[nodiscard]] std::string issue(Instant now);
    /// nullopt: too old, or not ours (one from before a restart).
    [[nodiscard]] std::optional<Nonce> judge(std::string_view text, Instant now) const;
    /// Of an answer whose response was right. stale: that count was used before.
    [[nodiscard]] Use use(const Nonce& nonce, std::uint32_t count, Instant now);

    static constexpr std::size_t stripe_count = 64, uses_per_stripe = 2'048;

private:
    struct Counts {
        Instant made;
        std::uint32_t highest = 0;
        std::uint64_t seen = 0; // bit i: highest - i was used
    };
    struct Stripe {
        std::mutex lock; // guards what follows
        std::unordered_map<std::uint64_t, Counts> uses;
        std::deque<std::uint64_t> order; // as they came in
        Instant floor = Instant::min();  // nonces made until then that have no place are stale
    };

    static Use count_up(Counts& counts, std::uint32_t count);
    static void make_room(Stripe& stripe, Instant now);

    protocol::NonceCodec codec_;
    Repeats repeats_;
    std::atomic<std::uint64_t> next_number_;
    std::array<Stripe, stripe_count> stripes_;
};

} // namespace offhook::server
