#include "catalogue/change_set.hpp"

#include <algorithm>
#include <iterator>
#include <unordered_set>

namespace offhook::catalogue {
namespace {

template <class T>
void append(std::vector<T>& to, std::vector<T>& from) {
    to.insert(to.end(), std::make_move_iterator(from.begin()), std::make_move_iterator(from.end()));
}

/// What is removed later must not be put back by an earlier change: removals are applied first.
template <class Value, class Key, class KeyOf>
void take_out(std::vector<Value>& values, const std::vector<Key>& removed, KeyOf key_of) {
    if (values.empty() || removed.empty()) return;
    std::erase_if(values, [&](const Value& value) {
        return std::find(removed.begin(), removed.end(), key_of(value)) != removed.end();
    });
}

} // namespace

void ChangeSet::merge(ChangeSet later) {
    if (!devices.empty()) {
        std::unordered_set<MacAddress> gone(later.removed_devices.begin(), later.removed_devices.end());
        for (const auto& device : later.devices) gone.insert(device->mac);
        std::erase_if(devices, [&](const auto& device) { return gone.contains(device->mac); });
    }
    if (!uploads.empty() && !later.removed_devices.empty()) {
        const std::unordered_set<MacAddress> gone(later.removed_devices.begin(), later.removed_devices.end());
        std::erase_if(uploads, [&](const auto& upload) { return gone.contains(upload.mac); });
    }
    take_out(files, later.removed_files, [](const auto& file) { return file->id; });
    take_out(sites, later.removed_sites, [](const Site& site) { return site.id; });
    take_out(groups, later.removed_groups, [](const Group& group) { return group.id; });
    append(removed_devices, later.removed_devices);
    append(devices, later.devices);
    append(uploads, later.uploads);
    append(phonebook, later.phonebook);
    append(removed_files, later.removed_files);
    append(files, later.files);
    append(removed_sites, later.removed_sites);
    append(sites, later.sites);
    append(removed_groups, later.removed_groups);
    append(groups, later.groups);
    append(model_layers, later.model_layers);
    append(ended_holds, later.ended_holds);
    if (later.fleet) fleet = std::move(later.fleet);
    revision = std::max(revision, later.revision);
}

} // namespace offhook::catalogue
