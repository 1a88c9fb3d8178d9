#include "server/layers.hpp"

#include "catalogue/account.hpp"

namespace offhook::server {

Layers::Layers(const catalogue::Snapshot& snapshot, const config::Family& family, const catalogue::Site& site,
               const catalogue::Device* device, const config::Model* model) {
    using Kind = config::LayerKind;
    refs_[0] = {Kind::vendor_default, &family.defaults()};
    refs_[1] = {Kind::fleet, &snapshot.fleet().layer};
    refs_[2] = {Kind::site, &site.layer};
    const std::string_view name = device != nullptr  ? std::string_view(device->model)
                                  : model != nullptr ? std::string_view(model->name)
                                                     : std::string_view();
    if (const auto* stated = snapshot.model_layer(family.name(), name)) refs_[count_++] = {Kind::model, &stated->layer};
    if (device == nullptr) return;
    if (const catalogue::Group* group = snapshot.group(device->group)) refs_[count_++] = {Kind::group, &group->layer};
    refs_[count_++] = {Kind::device, &device->layer};
    const auto account = catalogue::account_of(*device);
    if (account && account->user.empty()) {
        config::LayerBuilder builder;
        if (builder.set("provisioning.user", device->mac.text())) user_ = builder.build();
        refs_[count_++] = {Kind::device, &user_};
    }
    if (!device->held.empty()) refs_[count_++] = {Kind::held_back, &device->held.offered(), &device->held.unstated()};
}

catalogue::HeldChanges still_held(const catalogue::Snapshot& snapshot, const catalogue::Device& device) {
    const auto stated = [&](std::string_view name) -> std::optional<std::string_view> {
        const auto* group = snapshot.group(device.group);
        const auto* model = snapshot.model_layer(device.family, device.model);
        const auto* site = snapshot.site(device.site);
        for (const config::Layer* layer :
             {&device.layer, group == nullptr ? nullptr : &group->layer, model == nullptr ? nullptr : &model->layer,
              site == nullptr ? nullptr : &site->layer, &snapshot.fleet().layer})
            if (const auto value = layer == nullptr ? std::nullopt : catalogue::stated_in(*layer, name)) return value;
        return std::nullopt;
    };
    std::vector<catalogue::ChangeHold> kept;
    for (const catalogue::ChangeHold& hold : device.held.all())
        if (stated(hold.setting) == hold.withheld) kept.push_back(hold);
    return catalogue::HeldChanges(std::move(kept));
}

std::vector<std::string> stating_layers(const catalogue::Snapshot& snapshot, const catalogue::Device& device) {
    std::vector<std::string> out;
    if (!snapshot.fleet().layer.empty()) out.emplace_back("fleet");
    if (const auto* site = snapshot.site(device.site); site != nullptr && !site->layer.empty())
        out.push_back("site " + site->name);
    if (snapshot.model_layer(device.family, device.model) != nullptr)
        out.push_back("model " + device.family + '/' + device.model);
    if (const auto* group = snapshot.group(device.group); group != nullptr && !group->layer.empty())
        out.push_back("group " + group->name);
    if (!device.layer.empty()) out.emplace_back("device");
    return out;
}

} // namespace offhook::server
