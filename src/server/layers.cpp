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
    if (!account || !account->user.empty()) return;
    config::LayerBuilder builder;
    if (builder.set("provisioning.user", device->mac.text())) user_ = builder.build();
    refs_[count_++] = {Kind::device, &user_};
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
