#pragma once
/// @file  Effective: the layers of one phone laid over each other, each value with the layer that set it.
///
/// The narrowest layer that states a setting wins, its empty value included.
/// Lifetime  views into the layers it was made from: they outlive it.
#include "config/settings/layer.hpp"

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

namespace offhook::config {

/// From the broadest to the narrowest; the order is the precedence.
/// `model`: what all phones of one model share, wherever they are. `held_back`: what a device is offered in the place
/// of a change that it went round in circles with. `local`: what was changed on the phone itself.
enum class LayerKind : std::uint8_t { vendor_default, fleet, site, model, group, device, held_back, local };

[[nodiscard]] std::string_view to_text(LayerKind kind);

struct LayerRef {
    LayerKind kind;
    const Layer* layer;
    /// Names that count as stated by nobody but the vendor, whatever the layers beneath say; their values mean nothing
    /// here. Null: none.
    const Layer* unstated = nullptr;
};

class Effective {
public:
    struct Value {
        SettingKey key;
        std::string_view raw_name; ///< empty for a setting
        std::string_view value;
        LayerKind origin;
    };

    /// `layers` from the broadest to the narrowest.
    explicit Effective(std::span<const LayerRef> layers);

    /// Takes out every setting that is a provisioning credential; what was taken out.
    std::vector<SettingKey> drop_provisioning_credentials();

    [[nodiscard]] const Value* find(SettingKey key) const;
    /// Sorted as a Layer's entries are.
    [[nodiscard]] std::span<const Value> values() const { return values_; }

private:
    void take_back(const Layer& unstated);

    std::vector<Value> values_;
};

} // namespace offhook::config
