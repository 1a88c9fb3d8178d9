#pragma once
/// @file  Lease: an address that Offhook's own DHCP server has given to a client, durable across a crash.
///
/// Shape   one row by family (4 or 6) and address; no part of the snapshot, so no revision.
/// Limits  limits::leases_max.
#include "base/clock.hpp"
#include "base/enum_text.hpp"
#include "base/ip_address.hpp"
#include "base/mac_address.hpp"

#include <cstdint>
#include <functional>
#include <string>

namespace offhook::catalogue {

enum class LeaseState : std::uint8_t {
    bound,    ///< until `until`
    released, ///< by its client, or expired: given to the same client again while there are others
    declined  ///< somebody else uses it: not given to anybody until `until`
};
inline constexpr EnumText<LeaseState, 3> lease_state_text{
    {{{LeaseState::bound, "bound"}, {LeaseState::released, "released"}, {LeaseState::declined, "declined"}}}};

struct Lease {
    IpAddress address;
    MacAddress mac;           ///< all zero where none is known
    std::string client_id;    ///< DHCPv4 option 61 as sent; DHCPv6: DUID, then the IAID in four bytes; <= 255 bytes
    std::string host_name;    ///< <= 64 bytes, as sent
    std::string vendor_class; ///< <= 96 bytes, as sent: who holds it, for people
    LeaseState state = LeaseState::bound;
    WallTime since{}, until{};

    friend bool operator==(const Lease&, const Lease&) = default;
};

/// Called on the store's thread once the lease is committed and synced, or could not be.
using LeaseDone = std::function<void(bool is_durable)>;

} // namespace offhook::catalogue
