#pragma once
/// @file  BootSurroundings: what a boot needs from outside, whatever the family.
///
/// Lifetime  all that is referred to outlives the boot.
#include "base/clock.hpp"
#include "config/family/family.hpp"
#include "phone/boot_observer.hpp"
#include "phone/discovery/found_server.hpp"
#include "phone/transfers.hpp"

#include <cstdint>
#include <optional>

namespace offhook::phone {

class DiscoveryClients;

struct BootSurroundings {
    const config::Family& family;
    const config::Model& model;
    Transfers& transfers;
    BootObserver& observer;
    const Clock& clock;
    std::optional<std::uint16_t> plain_port = {}; ///< of plain HTTP, for a stage that cannot do the TLS it is told to
    DiscoveryClients* clients = nullptr;          ///< null: the phone looks for nothing, what is in flash counts
    DiscoveryRequest discovery = {};
};

} // namespace offhook::phone
