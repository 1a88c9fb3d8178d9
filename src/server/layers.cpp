#include "server/layers.hpp"

namespace offhook::server {

Layers::Layers(const catalogue::Snapshot& snapshot, const config::Family& family, const catalogue::Site& site,
               const catalogue::Device* device) {
    using enum config::LayerKind;
    refs_[0] = {vendor_default, &family.defaults()};
    refs_[1] = {fleet, &snapshot.fleet().layer};
    refs_[2] = {config::LayerKind::site, &site.layer};
    if (device == nullptr) return;
    if (const catalogue::Group* its_group = snapshot.group(device->group)) refs_[count_++] = {group, &its_group->layer};
    refs_[count_++] = {config::LayerKind::device, &device->layer};
}

} // namespace offhook::server
