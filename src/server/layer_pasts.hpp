#pragma once
/// @file  LayerPasts: the layers of a device with what was changed in them, and how former revisions had them.
///
/// Site, group and model of the device count as they are in the snapshot: that it was moved is in no journal.
/// Lifetime  owns what it has read.
#include "catalogue/store/store.hpp"
#include "config/family/family.hpp"
#include "config/settings/effective.hpp"

#include <deque>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

namespace offhook::server {

class FormerLayers {
public:
    [[nodiscard]] std::span<const config::LayerRef> all() const { return refs_; }
    /// Vendor default, fleet, site.
    [[nodiscard]] std::span<const config::LayerRef> shared() const { return all().first(3); }
    /// What the narrowest layer says that states it, the vendor's default aside. nullopt: none states it.
    [[nodiscard]] std::optional<std::string_view> stated(std::string_view name) const;

private:
    friend class LayerPasts;
    std::deque<config::Layer> layers_; // a deque: refs_ points into it, and moving it moves no element
    std::vector<config::LayerRef> refs_;
};

class LayerPasts {
public:
    struct Past {
        config::LayerKind kind = config::LayerKind::vendor_default;
        config::Layer now;
        std::optional<catalogue::LayerHistory> history; ///< nullopt: the pack's, or one that nobody has stated yet
    };
    /// From the broadest to the narrowest; vendor default, fleet and site are among them.
    explicit LayerPasts(std::vector<Past> pasts) : pasts_(std::move(pasts)) {}
    /// Each layer in a read of its own: what is changed meanwhile may be known of some. What is held back is no layer
    /// of these.
    [[nodiscard]] static LayerPasts read(catalogue::Store& store, const catalogue::Snapshot& snapshot,
                                         const config::Family& family, const catalogue::Site& site,
                                         const catalogue::Device& device);

    [[nodiscard]] std::span<const Past> all() const { return pasts_; }
    /// Errors: not_found where that is not known any more, or a layer is younger.
    [[nodiscard]] Result<FormerLayers> at(catalogue::Revision then) const;
    [[nodiscard]] FormerLayers now() const;

private:
    std::vector<Past> pasts_;
};

} // namespace offhook::server
