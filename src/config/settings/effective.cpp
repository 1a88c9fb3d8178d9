#include "config/settings/effective.hpp"

#include <algorithm>
#include <tuple>

namespace offhook::config {

std::string_view to_text(LayerKind kind) {
    switch (kind) {
    case LayerKind::vendor_default:
        return "vendor_default";
    case LayerKind::fleet:
        return "fleet";
    case LayerKind::site:
        return "site";
    case LayerKind::model:
        return "model";
    case LayerKind::group:
        return "group";
    case LayerKind::device:
        return "device";
    case LayerKind::held_back:
        return "held_back";
    case LayerKind::local:
        return "local";
    }
    return "vendor_default";
}

Effective::Effective(std::span<const LayerRef> layers) {
    for (const LayerRef& ref : layers) {
        if (ref.unstated != nullptr) take_back(*ref.unstated);
        for (const Layer::Entry& entry : *ref.layer)
            values_.push_back({entry.key, entry.raw_name, entry.value, ref.kind});
    }
    const auto name_of_value = [](const Value& v) { return std::tie(v.key, v.raw_name); };
    // Stable, so that of equal names the narrowest layer's stands last.
    std::stable_sort(values_.begin(), values_.end(),
                     [&](const Value& a, const Value& b) { return name_of_value(a) < name_of_value(b); });
    std::size_t kept = 0;
    for (std::size_t i = 0; i < values_.size(); ++i) {
        const bool narrower_follows =
            i + 1 < values_.size() && name_of_value(values_[i]) == name_of_value(values_[i + 1]);
        if (!narrower_follows) values_[kept++] = values_[i];
    }
    values_.resize(kept);
}

void Effective::take_back(const Layer& unstated) {
    for (const Layer::Entry& entry : unstated)
        std::erase_if(values_, [&](const Value& value) {
            return value.origin != LayerKind::vendor_default && value.key == entry.key &&
                   value.raw_name == entry.raw_name;
        });
}

std::vector<SettingKey> Effective::drop_provisioning_credentials() {
    std::vector<SettingKey> dropped;
    std::erase_if(values_, [&](const Value& value) {
        if (value.key.id == Layer::raw_id || !is_provisioning_credential(value.key)) return false;
        if (!value.value.empty()) dropped.push_back(value.key);
        return true;
    });
    return dropped;
}

const Effective::Value* Effective::find(SettingKey key) const {
    const auto at = std::lower_bound(values_.begin(), values_.end(), key,
                                     [](const Value& value, SettingKey wanted) { return value.key < wanted; });
    return at != values_.end() && at->key == key ? &*at : nullptr;
}

} // namespace offhook::config
