#include "server/discovery/lease_table.hpp"

#include "base/assert.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace offhook::server {

using catalogue::Lease;
using catalogue::LeaseState;

std::uint32_t v4_number(const IpAddress& address) {
    OFFHOOK_ASSERT(address.is_v4());
    std::uint32_t out = 0;
    for (unsigned i = 12; i < 16; ++i) out = out << 8U | address.bytes()[i];
    return out;
}

namespace {

struct Ends {
    IpAddress own, broadcast;
};

/// nullopt: a subnet of one or two addresses, all of which are hosts' (RFC 3021).
std::optional<Ends> ends_of(const Dhcp4Pool& pool) {
    const unsigned host_bits = 128 - pool.subnet.prefix_bits();
    if (host_bits < 2) return std::nullopt;
    const auto hosts = static_cast<std::uint32_t>((std::uint64_t{1} << host_bits) - 1);
    const std::uint32_t first = v4_number(pool.first);
    return Ends{IpAddress::v4(first & ~hosts), IpAddress::v4(first | hosts)};
}

/// What of the range is somebody's that asks for no lease.
Result<void> check_range(const Dhcp4Pool& pool, const std::string& where) {
    const auto refusal = [&](const IpAddress& address, std::string_view whose) {
        return fail(
            ErrorCode::invalid,
            fmt::format("`range` {}-{} holds {}, {}", pool.first.text(), pool.last.text(), address.text(), whose),
            where);
    };
    if (const auto ends = ends_of(pool)) {
        if (pool.first == ends->own) return refusal(pool.first, "the address of the subnet itself");
        if (pool.last == ends->broadcast) return refusal(pool.last, "the broadcast address of the subnet");
    }
    for (const IpAddress& router : pool.routers)
        if (pool.first <= router && router <= pool.last) return refusal(router, "which is a router's");
    return {};
}

} // namespace

bool is_host_address(const Dhcp4Pool& pool, const IpAddress& address) {
    const auto ends = ends_of(pool);
    if (ends && (address == ends->own || address == ends->broadcast)) return false;
    return std::find(pool.routers.begin(), pool.routers.end(), address) == pool.routers.end();
}

Result<void> check_pools(const std::vector<Dhcp4Pool>& pools) {
    for (std::size_t i = 0; i < pools.size(); ++i) {
        const Dhcp4Pool& pool = pools[i];
        const std::string where = "pool " + pool.subnet.text();
        if (!pool.first.is_v4() || !pool.last.is_v4() || pool.subnet.prefix_bits() < 96 + 8)
            return fail(ErrorCode::invalid, "a DHCPv4 pool is made of IPv4 addresses", where);
        if (pool.last < pool.first || !pool.subnet.contains(pool.first) || !pool.subnet.contains(pool.last))
            return fail(ErrorCode::invalid,
                        fmt::format("{} to {} is no range within the subnet", pool.first.text(), pool.last.text()),
                        where);
        if (v4_number(pool.last) - v4_number(pool.first) >= pool_addresses_max)
            return fail(ErrorCode::too_large, fmt::format("a pool holds {} addresses at most", pool_addresses_max),
                        where);
        for (const auto* addresses : {&pool.routers, &pool.dns, &pool.ntp})
            for (const IpAddress& address : *addresses)
                if (!address.is_v4()) return fail(ErrorCode::invalid, address.text() + " is no IPv4 address", where);
        if (const auto fit = check_range(pool, where); !fit) return fit;
        for (std::size_t j = 0; j < i; ++j)
            if (pools[j].subnet.contains(pool.first) || pool.subnet.contains(pools[j].first))
                return fail(ErrorCode::invalid, "it overlaps pool " + pools[j].subnet.text(), where);
    }
    return {};
}

LeaseTable::LeaseTable(std::vector<Dhcp4Pool> pools) : pools_(std::move(pools)) {
    for (const Dhcp4Pool& pool : pools_) {
        const std::uint32_t first = v4_number(pool.first);
        states_.push_back({first, v4_number(pool.last), first, {}});
    }
}

void LeaseTable::load(const std::vector<Lease>& leases) {
    for (const Lease& lease : leases)
        if (lease.address.is_v4() && pool_of_link(lease.address) != nullptr) put(lease);
}

const Dhcp4Pool* LeaseTable::pool_of_link(const IpAddress& address) const {
    for (const Dhcp4Pool& pool : pools_)
        if (pool.subnet.contains(address)) return &pool;
    return nullptr;
}

const Lease* LeaseTable::find(const IpAddress& address) const {
    if (!address.is_v4()) return nullptr;
    const auto found = leases_.find(v4_number(address));
    return found != leases_.end() ? &found->second : nullptr;
}

std::string LeaseTable::key_of(MacAddress mac, std::string_view client_id) {
    if (mac != MacAddress()) return mac.text();
    return "id " + std::string(client_id);
}

bool LeaseTable::is_owner(const Lease& lease, const Client& client) const {
    return lease.state != LeaseState::declined &&
           key_of(lease.mac, lease.client_id) == key_of(client.mac, client.client_id);
}

const Lease* LeaseTable::lease_of(const Client& client, const Dhcp4Pool& pool) const {
    const auto [begin, end] = by_client_.equal_range(key_of(client.mac, client.client_id));
    const Lease* out = nullptr;
    for (auto at = begin; at != end; ++at) {
        const Lease& lease = leases_.at(at->second);
        if (!pool.subnet.contains(lease.address)) continue;
        if (out == nullptr || out->until < lease.until) out = &lease;
    }
    return out;
}

const LeaseTable::Hold* LeaseTable::live_hold(std::uint32_t address, Instant now) const {
    const auto found = holds_.find(address);
    return found != holds_.end() && now < found->second.until ? &found->second : nullptr;
}

std::optional<IpAddress> LeaseTable::held_for(const Client& client, const Dhcp4Pool& pool, Instant now) const {
    const auto found = held_by_client_.find(key_of(client.mac, client.client_id));
    if (found == held_by_client_.end() || live_hold(found->second, now) == nullptr) return std::nullopt;
    const IpAddress out = IpAddress::v4(found->second);
    if (!pool.subnet.contains(out)) return std::nullopt;
    return out;
}

bool LeaseTable::is_free_for(const IpAddress& address, const Client& client, WallTime wall, Instant now) const {
    const std::string key = key_of(client.mac, client.client_id);
    const Hold* hold = live_hold(v4_number(address), now);
    if (hold != nullptr && hold->client != key) return false;
    const Lease* lease = find(address);
    return lease == nullptr || is_owner(*lease, client) || lease->until <= wall;
}

std::optional<IpAddress> LeaseTable::choose(const Client& client, const Dhcp4Pool& pool,
                                            std::optional<IpAddress> wanted, const IsReserved& is_reserved,
                                            WallTime wall, Instant now) {
    PoolState& state = states_[static_cast<std::size_t>(&pool - pools_.data())];
    const auto in_range = [&](const IpAddress& address) {
        const std::uint32_t number = v4_number(address);
        return state.first <= number && number <= state.last;
    };
    const auto usable = [&](const IpAddress& address) {
        return in_range(address) && !is_reserved(address) && is_free_for(address, client, wall, now);
    };
    if (const auto held = held_for(client, pool, now); held && usable(*held)) return held;
    if (const Lease* own = lease_of(client, pool); own != nullptr && usable(own->address)) return own->address;
    if (wanted && wanted->is_v4() && usable(*wanted)) return wanted;
    while (state.next != 0 && state.next <= state.last && leases_.contains(state.next)) ++state.next;
    for (std::uint32_t number = state.next; number <= state.last; ++number)
        if (!leases_.contains(number) && usable(IpAddress::v4(number))) return IpAddress::v4(number);
    for (const auto& [until, number] : state.by_until) {
        if (wall < until) break;
        if (usable(IpAddress::v4(number))) return IpAddress::v4(number);
    }
    return std::nullopt;
}

void LeaseTable::hold(const IpAddress& address, const Client& client, Instant until) {
    let_go(client);
    const std::string key = key_of(client.mac, client.client_id);
    const std::uint32_t number = v4_number(address);
    if (const auto old = holds_.find(number); old != holds_.end()) held_by_client_.erase(old->second.client);
    holds_[number] = {key, until};
    held_by_client_[key] = number;
}

void LeaseTable::let_go(const Client& client) {
    const auto found = held_by_client_.find(key_of(client.mac, client.client_id));
    if (found == held_by_client_.end()) return;
    holds_.erase(found->second);
    held_by_client_.erase(found);
}

LeaseTable::PoolState* LeaseTable::state_of(std::uint32_t address) {
    for (PoolState& state : states_)
        if (state.first <= address && address <= state.last) return &state;
    return nullptr;
}

void LeaseTable::erase(std::uint32_t address) {
    const auto found = leases_.find(address);
    if (found == leases_.end()) return;
    const Lease& lease = found->second;
    const auto [begin, end] = by_client_.equal_range(key_of(lease.mac, lease.client_id));
    for (auto at = begin; at != end; ++at)
        if (at->second == address) {
            by_client_.erase(at);
            break;
        }
    if (PoolState* state = state_of(address)) state->by_until.erase({lease.until, address});
    leases_.erase(found);
}

void LeaseTable::put(const Lease& lease) {
    const std::uint32_t number = v4_number(lease.address);
    erase(number);
    leases_[number] = lease;
    if (lease.state != LeaseState::declined) by_client_.emplace(key_of(lease.mac, lease.client_id), number);
    if (PoolState* state = state_of(number)) state->by_until.emplace(lease.until, number);
}

void LeaseTable::remove(const IpAddress& address) {
    const std::uint32_t number = v4_number(address);
    erase(number);
    if (PoolState* state = state_of(number)) state->next = std::min(state->next, number);
}

} // namespace offhook::server
