#pragma once
/// @file  LinkAddresses: the host's interfaces and their IPv6 addresses, read again now and then.
///
/// Threads  its loop's.
#include "base/clock.hpp"
#include "base/ip_address.hpp"

#include <optional>
#include <string>
#include <vector>

namespace offhook::server {

struct Link {
    enum class Kind : std::uint8_t { multicast, loopback, other };
    unsigned index = 0;
    std::string name;
    Kind kind = Kind::other;
    std::optional<IpAddress> link_local;
    std::vector<IpAddress> addresses; ///< all of IPv6

    /// One that a URL may name: such of a wider scope first.
    [[nodiscard]] IpAddress reachable() const;
};

/// Interfaces that are up. Errors: throws std::runtime_error when the kernel tells nothing.
[[nodiscard]] std::vector<Link> read_links();

class LinkAddresses {
public:
    /// nullptr: there is no such interface now.
    [[nodiscard]] const Link* find(unsigned index, Instant now);

private:
    std::vector<Link> links_;
    std::optional<Instant> read_at_;
};

} // namespace offhook::server
