#include "server/layers.hpp"

#include "catalogue/account.hpp"

namespace offhook::server {

Layers::Layers(const catalogue::Snapshot& snapshot, const config::Family& family, const catalogue::Site& site,
               const catalogue::Device* device) {
    using Kind = config::LayerKind;
    refs_[0] = {Kind::vendor_default, &family.defaults()};
    refs_[1] = {Kind::fleet, &snapshot.fleet().layer};
    refs_[2] = {Kind::site, &site.layer};
    if (device == nullptr) return;
    if (const catalogue::Group* group = snapshot.group(device->group)) refs_[count_++] = {Kind::group, &group->layer};
    refs_[count_++] = {Kind::device, &device->layer};
    const auto account = catalogue::account_of(*device);
    if (!account || !account->user.empty()) return;
    config::LayerBuilder builder;
    if (builder.set("provisioning.user", device->mac.text())) user_ = builder.build();
    refs_[count_++] = {Kind::device, &user_};
}

} // namespace offhook::server
