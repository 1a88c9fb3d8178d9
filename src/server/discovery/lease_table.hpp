#pragma once
/// @file  LeaseTable: who has which address, in memory; the store has the same, durably.
///
/// A client is its MAC; option 61 counts only for one without a usable MAC. A phone's boot stage and its application
/// may differ in 61, and would get two addresses; clients that all send the same 61 would get one.
/// Choice   the client's own address while there is one (bound, held or former), then one never used, then the one
///          that has been free for longest. Quarantine ends as a lease does.
/// Held     an address that was offered is kept for its client for a while, in memory alone.
/// Limits   what the pools hold; no pool counts more than pool_addresses_max.
#include "base/clock.hpp"
#include "base/result.hpp"
#include "catalogue/lease.hpp"
#include "server/discovery/discovery_options.hpp"

#include <functional>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace offhook::server {

inline constexpr std::size_t pool_addresses_max = 65'536;

/// Requires v4.
[[nodiscard]] std::uint32_t v4_number(const IpAddress& address);

class LeaseTable {
public:
    struct Client {
        MacAddress mac;             ///< all zero: none
        std::string_view client_id; ///< option 61
    };
    /// Whether the address is kept for somebody else.
    using IsReserved = std::function<bool(const IpAddress&)>;

    /// `pools` as check() accepted them.
    explicit LeaseTable(std::vector<Dhcp4Pool> pools);
    /// Leases outside of every pool's subnet are left alone.
    void load(const std::vector<catalogue::Lease>& leases);

    [[nodiscard]] const Dhcp4Pool* pool_of_link(const IpAddress& address) const; ///< whose subnet holds it; nullptr
    [[nodiscard]] const catalogue::Lease* find(const IpAddress& address) const;
    /// The client's lease in that pool's subnet, of any state but declined; nullptr: none.
    [[nodiscard]] const catalogue::Lease* lease_of(const Client& client, const Dhcp4Pool& pool) const;
    [[nodiscard]] std::optional<IpAddress> held_for(const Client& client, const Dhcp4Pool& pool, Instant now) const;
    [[nodiscard]] bool is_owner(const catalogue::Lease& lease, const Client& client) const;
    /// Neither bound, declined nor held by or for anybody but this client.
    [[nodiscard]] bool is_free_for(const IpAddress& address, const Client& client, WallTime wall, Instant now) const;

    /// `wanted` is taken if it is free and none of the client's own is. nullopt: the pool is exhausted.
    [[nodiscard]] std::optional<IpAddress> choose(const Client& client, const Dhcp4Pool& pool,
                                                  std::optional<IpAddress> wanted, const IsReserved& is_reserved,
                                                  WallTime wall, Instant now);
    void hold(const IpAddress& address, const Client& client, Instant until);
    void let_go(const Client& client); ///< what is held for it
    void put(const catalogue::Lease& lease);
    void remove(const IpAddress& address);
    [[nodiscard]] std::size_t size() const { return leases_.size(); }

private:
    struct Hold {
        std::string client;
        Instant until;
    };
    struct PoolState {
        std::uint32_t first = 0, last = 0, next = 0;           ///< all before `next` were used once
        std::set<std::pair<WallTime, std::uint32_t>> by_until; ///< leases in first..last
    };
    [[nodiscard]] static std::string key_of(MacAddress mac, std::string_view client_id);
    [[nodiscard]] const Hold* live_hold(std::uint32_t address, Instant now) const;
    [[nodiscard]] PoolState* state_of(std::uint32_t address);
    void erase(std::uint32_t address);

    std::vector<Dhcp4Pool> pools_;
    std::vector<PoolState> states_; ///< by pool
    std::unordered_map<std::uint32_t, catalogue::Lease> leases_;
    std::unordered_multimap<std::string, std::uint32_t> by_client_; ///< one in each subnet
    std::unordered_map<std::uint32_t, Hold> holds_;
    std::unordered_map<std::string, std::uint32_t> held_by_client_;
};

/// Whether a host of the pool's subnet can have that address: none of its routers, and neither the subnet's own address
/// nor its broadcast address. Requires v4.
[[nodiscard]] bool is_host_address(const Dhcp4Pool& pool, const IpAddress& address);

/// Errors: invalid for a pool whose addresses are not IPv4, not in order, not in its subnet or no hosts' there, or that
/// overlaps another; too_large beyond pool_addresses_max.
[[nodiscard]] Result<void> check_pools(const std::vector<Dhcp4Pool>& pools);

} // namespace offhook::server
