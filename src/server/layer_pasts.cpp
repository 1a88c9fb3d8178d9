#include "server/layer_pasts.hpp"

#include "server/layers.hpp"

namespace offhook::server {
namespace {

using config::LayerKind;

std::optional<catalogue::LayerPlace> place_of(const catalogue::Snapshot& snapshot, const catalogue::Site& site,
                                              const catalogue::Device& device, const config::LayerRef& ref) {
    const auto* group = snapshot.group(device.group);
    if (ref.kind == LayerKind::fleet) return catalogue::LayerPlace{LayerKind::fleet, {}, {}};
    if (ref.kind == LayerKind::site) return catalogue::LayerPlace{LayerKind::site, site.name, {}};
    if (ref.kind == LayerKind::model)
        return catalogue::LayerPlace{LayerKind::model, device.family + "/" + device.model, {}};
    if (ref.kind == LayerKind::group && group != nullptr)
        return catalogue::LayerPlace{LayerKind::group, group->name, {}};
    // The device's account is a layer of its own that nobody stated.
    if (ref.kind == LayerKind::device && ref.layer == &device.layer)
        return catalogue::LayerPlace{LayerKind::device, {}, device.mac};
    return std::nullopt;
}

} // namespace

std::optional<std::string_view> FormerLayers::stated(std::string_view name) const {
    for (auto ref = refs_.rbegin(); ref != refs_.rend(); ++ref)
        if (ref->kind != LayerKind::vendor_default)
            if (const auto value = catalogue::stated_in(*ref->layer, name)) return value;
    return std::nullopt;
}

LayerPasts LayerPasts::read(catalogue::Store& store, const catalogue::Snapshot& snapshot, const config::Family& family,
                            const catalogue::Site& site, const catalogue::Device& device) {
    const Layers now(snapshot, family, site, &device);
    std::vector<Past> out;
    const auto add = [&](const config::LayerRef& ref) {
        Past past{ref.kind, *ref.layer, std::nullopt};
        if (const auto place = place_of(snapshot, site, device, ref))
            if (auto history = store.layer_history(*place)) past.history = std::move(*history);
        out.push_back(std::move(past));
    };
    static const config::Layer nothing;
    const bool model_says_nothing = snapshot.model_layer(device.family, device.model) == nullptr;
    for (const config::LayerRef& ref : now.all()) {
        // What the model's layer stated is known also where it states nothing any more.
        if (out.size() == now.shared().size() && model_says_nothing) add({LayerKind::model, &nothing});
        if (ref.kind != LayerKind::held_back) add(ref);
    }
    return LayerPasts(std::move(out));
}

Result<FormerLayers> LayerPasts::at(catalogue::Revision then) const {
    FormerLayers out;
    for (const Past& past : pasts_) {
        if (past.history) {
            auto layer = catalogue::layer_at(*past.history, then);
            if (!layer)
                return fail(layer.error().code, layer.error().message, "layer " + std::string(to_text(past.kind)));
            out.layers_.push_back(std::move(*layer));
        } else {
            out.layers_.push_back(past.now);
        }
        out.refs_.push_back({past.kind, &out.layers_.back()});
    }
    return out;
}

FormerLayers LayerPasts::now() const {
    FormerLayers out;
    for (const Past& past : pasts_) {
        out.layers_.push_back(past.history ? past.history->now : past.now);
        out.refs_.push_back({past.kind, &out.layers_.back()});
    }
    return out;
}

} // namespace offhook::server
