#include "server/access/digest_nonces.hpp"

namespace offhook::server {
namespace {

constexpr std::uint32_t window = 64; // counts that may come out of order: a phone's connections overtake each other

} // namespace

DigestNonces::DigestNonces(Random& random, Repeats repeats)
    : codec_(random), repeats_(repeats), next_number_(random.next()) {}

std::string DigestNonces::issue(Instant now) {
    return codec_.make({now, next_number_.fetch_add(1, std::memory_order_relaxed)});
}

std::optional<DigestNonces::Nonce> DigestNonces::judge(std::string_view text, Instant now) const {
    auto nonce = codec_.read(text);
    if (nonce && now - nonce->made > life) return std::nullopt;
    return nonce;
}

DigestNonces::Use DigestNonces::use(const Nonce& nonce, std::uint32_t count, Instant now) {
    if (repeats_ == Repeats::allowed) return Use::good;
    Stripe& stripe = stripes_[nonce.number % stripe_count];
    const std::scoped_lock guard(stripe.lock);
    const auto known = stripe.uses.find(nonce.number);
    if (known != stripe.uses.end()) return count_up(known->second, count);
    if (nonce.made <= stripe.floor) return Use::stale;
    make_room(stripe, now);
    if (nonce.made <= stripe.floor) return Use::stale;
    stripe.order.push_back(nonce.number);
    stripe.uses.emplace(nonce.number, Counts{nonce.made, count, 1});
    return Use::good;
}

DigestNonces::Use DigestNonces::count_up(Counts& counts, std::uint32_t count) {
    if (count > counts.highest) {
        const std::uint32_t by = count - counts.highest;
        counts.seen = by >= window ? 1 : counts.seen << by | 1;
        counts.highest = count;
        return Use::good;
    }
    const std::uint32_t behind = counts.highest - count;
    if (behind >= window || (counts.seen >> behind & 1U) != 0) return Use::stale;
    counts.seen |= std::uint64_t{1} << behind;
    return Use::good;
}

void DigestNonces::make_room(Stripe& stripe, Instant now) {
    while (!stripe.order.empty()) {
        const auto oldest = stripe.uses.find(stripe.order.front());
        const bool over = now - oldest->second.made > life;
        if (!over && stripe.order.size() < uses_per_stripe) return;
        if (!over) stripe.floor = std::max(stripe.floor, oldest->second.made);
        stripe.uses.erase(oldest);
        stripe.order.pop_front();
    }
}

} // namespace offhook::server
