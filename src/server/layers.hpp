#pragma once
/// @file  Layers of a device, or of a site alone, in the order in which they lie over each other.
#include "catalogue/snapshot.hpp"
#include "config/family/family.hpp"
#include "config/settings/effective.hpp"

#include <array>
#include <span>

namespace offhook::server {

/// Lifetime: views into the snapshot, the family and itself.
class Layers {
public:
    /// `device` may be null: what its site shares.
    Layers(const catalogue::Snapshot& snapshot, const config::Family& family, const catalogue::Site& site,
           const catalogue::Device* device);
    Layers(const Layers&) = delete;
    Layers& operator=(const Layers&) = delete;

    /// Vendor default, fleet, site.
    [[nodiscard]] std::span<const config::LayerRef> shared() const { return std::span(refs_).first(3); }
    /// Those, then group and device.
    [[nodiscard]] std::span<const config::LayerRef> all() const { return std::span(refs_).first(count_); }

private:
    config::Layer user_; ///< of a device whose account states none: its MAC, which it must be told like any other
    std::array<config::LayerRef, 6> refs_{};
    std::size_t count_ = 3;
};

} // namespace offhook::server
