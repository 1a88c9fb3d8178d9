#pragma once
/// @file  ConnectionCounts: how many connections are held open, in all and of each source.
///
/// Asked once when a connection is kept and once when it ends, never per request.
/// Threads  any: the loops of a listener share one, since the kernel spreads a source over all of them.
#include "base/ip_address.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <map>
#include <mutex>

namespace offhook::server {

class ConnectionCounts {
public:
    enum class Entry : std::uint8_t { granted, full };

    ConnectionCounts(std::size_t connections_max, std::size_t connections_per_source_max)
        : connections_max_(connections_max), per_source_max_(connections_per_source_max) {}

    [[nodiscard]] Entry enter(const IpAddress& source);
    void leave(const IpAddress& source);
    [[nodiscard]] std::size_t total() const;

private:
    using Source = std::array<std::uint8_t, 16>;
    /// Who counts as one: an IPv4 address, or an IPv6 /64, of which a single host owns every address.
    [[nodiscard]] static Source source_of(const IpAddress& address);

    std::size_t connections_max_;
    std::size_t per_source_max_;
    mutable std::mutex mutex_; ///< guards what follows
    std::size_t total_ = 0;
    std::map<Source, std::size_t> by_source_; ///< as many entries as connections at most
};

} // namespace offhook::server
