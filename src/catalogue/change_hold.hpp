#pragma once
/// @file  ChangeHold: a change of a setting that is not offered to a device any more, because it booted for it again
/// and again.
///
/// It is offered what the setting was before, until an operator says so or the setting is changed again. Durable, and
/// part of its device: what is offered lies over all its layers.
/// Shape    of most devices nothing, so HeldChanges is one pointer.
/// Limits   limits::change_holds_max, change_holds_per_device_max.
/// Threads  immutable: any.
#include "base/clock.hpp"
#include "base/mac_address.hpp"
#include "catalogue/revision.hpp"
#include "config/settings/layer.hpp"

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace offhook::catalogue {

struct ChangeHold {
    std::string setting;                 ///< "network.vlan.phone", "raw:NAME"
    std::optional<std::string> former;   ///< what is offered; nullopt: no layer stated it
    std::optional<std::string> withheld; ///< what is not; nullopt: no layer states it any more
    Revision revision = 0;               ///< that made the change
    WallTime changed{};                  ///< when it was made
    WallTime first{};                    ///< of the boots that were counted
    WallTime since{};                    ///< held
    std::uint32_t boots = 0;

    friend bool operator==(const ChangeHold&, const ChangeHold&) = default;
};

/// As the layers seal it: a raw parameter may be a password.
[[nodiscard]] bool is_secret(const ChangeHold& hold);

/// What a layer says of a setting or a raw parameter by its name. nullopt: nothing, or the name is none of ours.
[[nodiscard]] std::optional<std::string_view> stated_in(const config::Layer& layer, std::string_view name);

class HeldChanges {
public:
    HeldChanges() = default;
    explicit HeldChanges(std::vector<ChangeHold> holds);

    [[nodiscard]] bool empty() const { return held_ == nullptr; }
    [[nodiscard]] std::span<const ChangeHold> all() const;
    [[nodiscard]] const ChangeHold* find(std::string_view setting) const; ///< null: it is not held

    // For config::LayerRef. Requires: not empty().
    [[nodiscard]] const config::Layer& offered() const { return held_->offered; }
    [[nodiscard]] const config::Layer& unstated() const { return held_->unstated; }

    friend bool operator==(const HeldChanges& a, const HeldChanges& b);

private:
    struct Held {
        std::vector<ChangeHold> holds;
        config::Layer offered, unstated;
    };
    std::shared_ptr<const Held> held_;
};

/// A hold, and of which device; as they are listed.
struct DeviceHold {
    MacAddress mac;
    ChangeHold hold;

    friend bool operator==(const DeviceHold&, const DeviceHold&) = default;
};

} // namespace offhook::catalogue
