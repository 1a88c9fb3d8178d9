#pragma once
/// @file  Dhcp6Leases: which address of a pool is whose, in memory; the journal keeps it across a crash.
///
/// Shape   by address; and by client, which is DUID and IAID as one string. A client has one address at a time; one
///         that it had before stands until it ends.
/// Limits  leases_max: beyond them only addresses whose time is over are given.
#include "base/clock.hpp"
#include "catalogue/lease.hpp"
#include "server/discovery/discovery_options.hpp"

#include <cstddef>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <string_view>

namespace offhook::server {

class Dhcp6Leases {
public:
    static constexpr std::size_t leases_max = 100'000;

    /// Takes the address, from whomever.
    void put(const catalogue::Lease& lease);
    /// As before a put() that came to nothing.
    void restore(const IpAddress& address, const std::optional<catalogue::Lease>& before);
    [[nodiscard]] const catalogue::Lease* at(const IpAddress& address) const;
    [[nodiscard]] const catalogue::Lease* of_client(std::string_view client) const;

    struct Wish {
        std::string_view client;
        std::optional<IpAddress> reserved; ///< the catalogue's; anywhere in the subnet
        std::optional<IpAddress> hint;     ///< the client's own
        std::span<const IpAddress> ours;   ///< never given to anybody
        /// Whether the catalogue keeps it for a device: then only `reserved` gives it. None: nothing is kept.
        std::function<bool(const IpAddress&)> is_reserved = {};
    };
    /// The reserved address, else what the client has or had, else its hint, else one that nobody had yet, else the one
    /// that has been free for longest. The same client is told the same again while nobody took it: nothing is kept for
    /// an offer.
    [[nodiscard]] std::optional<IpAddress> choose(const Dhcp6Pool& pool, const Wish& wish, WallTime now) const;
    [[nodiscard]] std::size_t size() const { return by_address_.size(); }

private:
    enum class Standing : std::uint8_t { unused, used_before, taken };
    [[nodiscard]] Standing standing(const IpAddress& address, std::string_view client, WallTime now) const;
    [[nodiscard]] std::optional<IpAddress> search_unused(const Dhcp6Pool& pool, const Wish& wish, WallTime now) const;
    [[nodiscard]] std::optional<IpAddress> oldest_ended(const Dhcp6Pool& pool, const Wish& wish, WallTime now) const;
    /// Whether it is neither ours nor somebody's by the catalogue.
    [[nodiscard]] static bool is_anybodys(const IpAddress& address, const Wish& wish);

    std::map<IpAddress, catalogue::Lease> by_address_;
    std::set<std::pair<WallTime, IpAddress>> by_until_; ///< all of by_address_
    std::map<std::string, IpAddress, std::less<>> by_client_;
};

/// Between the pool's first and last, both included.
[[nodiscard]] bool is_in_range(const Dhcp6Pool& pool, const IpAddress& address);

} // namespace offhook::server
