#pragma once
/// @file  Layers of a device, or of a site alone, in the order in which they lie over each other.
#include "catalogue/snapshot.hpp"
#include "config/family/family.hpp"
#include "config/settings/effective.hpp"

#include <array>
#include <span>

namespace offhook::server {

/// Lifetime: views into the snapshot and the family.
class Layers {
public:
    /// `device` may be null: what its site shares.
    Layers(const catalogue::Snapshot& snapshot, const config::Family& family, const catalogue::Site& site,
           const catalogue::Device* device);

    /// Vendor default, fleet, site.
    [[nodiscard]] std::span<const config::LayerRef> shared() const { return std::span(refs_).first(3); }
    /// Those, then group and device.
    [[nodiscard]] std::span<const config::LayerRef> all() const { return std::span(refs_).first(count_); }

private:
    std::array<config::LayerRef, 5> refs_{};
    std::size_t count_ = 3;
};

} // namespace offhook::server
