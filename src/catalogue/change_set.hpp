#pragma once
/// @file  ChangeSet: what a commit changed, whole values, so that a Snapshot can be advanced without asking the store.
#include "base/mac_address.hpp"
#include "catalogue/device.hpp"
#include "catalogue/site.hpp"

#include <memory>
#include <optional>
#include <vector>

namespace offhook::catalogue {

struct ChangeSet {
    Revision revision = 0; ///< the catalogue's, after the change; unchanged when nothing a snapshot holds has changed
    std::vector<MacAddress> removed_devices;            ///< applied before `devices`
    std::vector<std::shared_ptr<const Device>> devices; ///< added or changed, no MAC twice
    std::vector<SiteId> removed_sites;
    std::vector<Site> sites;
    std::vector<GroupId> removed_groups;
    std::vector<Group> groups;
    std::optional<Fleet> fleet;

    [[nodiscard]] bool empty() const {
        return removed_devices.empty() && devices.empty() && removed_sites.empty() && sites.empty() &&
               removed_groups.empty() && groups.empty() && !fleet;
    }
    /// Appends a later change; what it changes again stands there alone.
    void merge(ChangeSet later);
};

} // namespace offhook::catalogue
