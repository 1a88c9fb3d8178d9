#include "server/discovery/dhcp6_leases.hpp"

#include <algorithm>

namespace offhook::server {
namespace {

using catalogue::Lease;
using catalogue::LeaseState;

constexpr std::uint64_t tries_max = 65'536; // for an address that nobody had yet

/// FNV-1a, mixed at its end: where a client's search begins, the same after a restart.
std::uint64_t hash_of(std::string_view text) {
    std::uint64_t hash = 0xcbf2'9ce4'8422'2325ULL;
    for (const char c : text) hash = (hash ^ static_cast<unsigned char>(c)) * 0x100'0000'01b3ULL;
    return (hash ^ hash >> 32U) * 0x9e37'79b9'7f4a'7c15ULL;
}

std::uint64_t low_half(const IpAddress& address) {
    std::uint64_t out = 0;
    for (std::size_t i = 8; i < 16; ++i) out = out << 8U | address.bytes()[i];
    return out;
}

IpAddress with_low_half(const IpAddress& address, std::uint64_t low) {
    auto bytes = address.bytes();
    for (std::size_t i = 16; i-- > 8; low >>= 8U) bytes[i] = static_cast<std::uint8_t>(low & 0xffU);
    return IpAddress(bytes);
}

} // namespace

bool is_in_range(const Dhcp6Pool& pool, const IpAddress& address) {
    return pool.first <= address && address <= pool.last;
}

void Dhcp6Leases::put(const Lease& lease) {
    auto& there = by_address_[lease.address];
    if (!there.client_id.empty() && there.client_id != lease.client_id) {
        const auto former = by_client_.find(there.client_id);
        if (former != by_client_.end() && former->second == lease.address) by_client_.erase(former);
    }
    by_until_.erase({there.until, lease.address});
    there = lease;
    by_until_.emplace(lease.until, lease.address);
    if (lease.state == LeaseState::declined) {
        const auto client = by_client_.find(lease.client_id);
        if (client != by_client_.end() && client->second == lease.address) by_client_.erase(client);
        return;
    }
    // Rows come back from the store in any order: the youngest is what the client has.
    const auto known = by_client_.find(lease.client_id);
    if (known == by_client_.end())
        by_client_.emplace(lease.client_id, lease.address);
    else if (const auto* other = at(known->second); other == nullptr || other->since <= lease.since)
        known->second = lease.address;
}

void Dhcp6Leases::restore(const IpAddress& address, const std::optional<Lease>& before) {
    const auto found = by_address_.find(address);
    if (found == by_address_.end()) return;
    const auto client = by_client_.find(found->second.client_id);
    if (client != by_client_.end() && client->second == address) by_client_.erase(client);
    by_until_.erase({found->second.until, address});
    by_address_.erase(found);
    if (before) put(*before);
}

const Lease* Dhcp6Leases::at(const IpAddress& address) const {
    const auto found = by_address_.find(address);
    return found == by_address_.end() ? nullptr : &found->second;
}

const Lease* Dhcp6Leases::of_client(std::string_view client) const {
    const auto found = by_client_.find(client);
    return found == by_client_.end() ? nullptr : at(found->second);
}

Dhcp6Leases::Standing Dhcp6Leases::standing(const IpAddress& address, std::string_view client, WallTime now) const {
    const auto* lease = at(address);
    if (lease == nullptr) return by_address_.size() < leases_max ? Standing::unused : Standing::taken;
    if (lease->state != LeaseState::released && lease->until > now &&
        (lease->state == LeaseState::declined || lease->client_id != client))
        return Standing::taken;
    return lease->client_id == client ? Standing::unused : Standing::used_before;
}

std::optional<IpAddress> Dhcp6Leases::choose(const Dhcp6Pool& pool, const Wish& wish, WallTime now) const {
    if (wish.reserved && pool.subnet.contains(*wish.reserved) &&
        standing(*wish.reserved, wish.client, now) != Standing::taken)
        return wish.reserved;
    const auto* own = of_client(wish.client);
    if (own != nullptr && is_in_range(pool, own->address) && is_anybodys(own->address, wish) &&
        standing(own->address, wish.client, now) != Standing::taken)
        return own->address;
    if (wish.hint && is_in_range(pool, *wish.hint) && is_anybodys(*wish.hint, wish) &&
        standing(*wish.hint, wish.client, now) == Standing::unused)
        return wish.hint;
    const auto unused = search_unused(pool, wish, now);
    return unused ? unused : oldest_ended(pool, wish, now);
}

bool Dhcp6Leases::is_anybodys(const IpAddress& address, const Wish& wish) {
    if (std::ranges::find(wish.ours, address) != wish.ours.end()) return false;
    return !wish.is_reserved || !wish.is_reserved(address);
}

std::optional<IpAddress> Dhcp6Leases::search_unused(const Dhcp6Pool& pool, const Wish& wish, WallTime now) const {
    if (pool.last < pool.first || by_address_.size() >= leases_max) return std::nullopt;
    const auto first = low_half(pool.first);
    const auto span = low_half(pool.last) - first; // one less than there are
    const auto tries = span < tries_max ? span + 1 : tries_max;
    auto offset = span == UINT64_MAX ? hash_of(wish.client) : hash_of(wish.client) % (span + 1);
    for (std::uint64_t i = 0; i < tries; ++i, offset = offset == span ? 0 : offset + 1) {
        const auto address = with_low_half(pool.first, first + offset);
        if (standing(address, wish.client, now) == Standing::unused && is_anybodys(address, wish)) return address;
    }
    return std::nullopt;
}

std::optional<IpAddress> Dhcp6Leases::oldest_ended(const Dhcp6Pool& pool, const Wish& wish, WallTime now) const {
    for (const auto& [until, address] : by_until_) {
        if (now < until) break;
        if (is_in_range(pool, address) && is_anybodys(address, wish)) return address;
    }
    return std::nullopt;
}

} // namespace offhook::server
