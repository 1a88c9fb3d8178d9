#pragma once
/// @file  Layers of a device, or of a site alone, in the order in which they lie over each other.
#include "catalogue/snapshot.hpp"
#include "config/family/family.hpp"
#include "config/settings/effective.hpp"

#include <array>
#include <span>
#include <string>
#include <vector>

namespace offhook::server {

/// Lifetime: views into the snapshot, the family and itself.
class Layers {
public:
    /// `device` may be null: what its site shares, and with `model` what phones of that model do. A device's model is
    /// what the catalogue says.
    Layers(const catalogue::Snapshot& snapshot, const config::Family& family, const catalogue::Site& site,
           const catalogue::Device* device, const config::Model* model = nullptr);
    Layers(const Layers&) = delete;
    Layers& operator=(const Layers&) = delete;

    /// Vendor default, fleet, site.
    [[nodiscard]] std::span<const config::LayerRef> shared() const { return std::span(refs_).first(3); }
    /// Those, then model, group, device and what is held back from it.
    [[nodiscard]] std::span<const config::LayerRef> all() const { return std::span(refs_).first(count_); }

private:
    config::Layer user_; ///< of a device whose account states none: its MAC, which it must be told like any other
    std::array<config::LayerRef, 8> refs_{};
    std::size_t count_ = 3;
};

/// What stays held back from a device if it and its layers are as said: what is changed again is offered. As the store
/// does when it is written.
[[nodiscard]] catalogue::HeldChanges still_held(const catalogue::Snapshot& snapshot, const catalogue::Device& device);

/// The layers that state something for this device, the broadest first, as people name them: "fleet", "site default",
/// "model panasonic/KX-HDV130", "group desks", "device".
[[nodiscard]] std::vector<std::string> stating_layers(const catalogue::Snapshot& snapshot,
                                                      const catalogue::Device& device);

} // namespace offhook::server
