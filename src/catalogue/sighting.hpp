#pragma once
/// @file  Sighting: an unknown MAC that asked for something; `offhook sighting adopt` makes a device of it.
///
/// Limits  limits::sightings_max distinct MACs; texts are cut, not refused: strangers write them.
#include "base/clock.hpp"
#include "base/ip_address.hpp"
#include "base/mac_address.hpp"

#include <cstdint>
#include <string>

namespace offhook::catalogue {

struct Sighting {
    MacAddress mac;
    WallTime first_seen;
    WallTime last_seen;
    std::uint64_t count = 0; ///< contacts; in a batch: how many more
    IpAddress source;        ///< of the last contact, like the texts
    std::string user_agent;  ///< <= 96 bytes
    std::string path;        ///< <= 64 bytes
    std::string family;      ///< whose phone it looks like; empty: no idea

    friend bool operator==(const Sighting&, const Sighting&) = default;
};

} // namespace offhook::catalogue
