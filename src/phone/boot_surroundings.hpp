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
#include <functional>
#include <optional>
#include <string>

namespace offhook::phone {

class DiscoveryClients;
class Resolver;
class TimeSource;

struct BootSurroundings {
    const config::Family& family;
    const config::Model& model;
    Transfers& transfers;
    BootObserver& observer;
    const Clock& clock;
    std::optional<std::uint16_t> plain_port = {}; ///< of plain HTTP, for a stage that cannot do the TLS it is told to
    DiscoveryClients* clients = nullptr;          ///< null: the phone looks for nothing, what is in flash counts
    DiscoveryRequest discovery = {};
    /// Of a phone that runs already and is told to fetch anew: where its boot went. It keeps its address, and looks for
    /// nothing. Null: it boots.
    const FoundServer* found_before = nullptr;
    /// Why the phone boots, or looks. notify: it was told over the network; own_clock: by its own timers.
    enum class Cause : std::uint8_t { power, notify, own_clock } cause = Cause::power;
    unsigned time_speed = 1; ///< the phone's own waits are so many times as short
    /// Whether the phone is in use. What was ordered or came by its own clock has waited as long as that may (stay()).
    /// Null: it is idle.
    std::function<bool()> is_busy = {};

    /// The model as the phone calls itself where that is more than the pack's row: "KX-HDV130N". "": as the row.
    std::string spelled_model = {};
    [[nodiscard]] const std::string& model_name() const { return spelled_model.empty() ? model.name : spelled_model; }

    /// Whether it has a certificate of its own, which it shows under TLS.
    enum class OwnCertificate : std::uint8_t { none, installed } own_certificate = OwnCertificate::none;
    /// Its address, as far as that is known by then; "": it is not. Null: it never is.
    std::function<std::string()> own_address = {};

    /// Null: whoever connects looks names up, and each has one address.
    Resolver* resolver = nullptr;
    /// Null: the phone's clock stays unset, for those that have none of their own.
    TimeSource* time_source = nullptr;

    [[nodiscard]] bool looks_for_server() const {
        return clients != nullptr && discovery.choice != DiscoveryChoice::none && found_before == nullptr;
    }
    /// Of kind power_on.
    [[nodiscard]] BootEvent beginning() const {
        return {BootEvent::Kind::power_on, found_before == nullptr ? "power on" : "told to fetch anew"};
    }
};

} // namespace offhook::phone
