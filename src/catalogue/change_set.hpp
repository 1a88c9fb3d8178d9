#pragma once
/// @file  ChangeSet: what a commit changed, whole values, so that a Snapshot can be advanced without asking the store.
#include "base/mac_address.hpp"
#include "catalogue/device.hpp"
#include "catalogue/phonebook.hpp"
#include "catalogue/site.hpp"
#include "catalogue/stored_file.hpp"
#include "catalogue/upload.hpp"

#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace offhook::catalogue {

/// A device's current upload of one kind; no mark: there is none any more.
struct UploadChange {
    MacAddress mac;
    std::uint64_t key = 0; ///< upload_key()
    std::optional<UploadMark> mark = {};
};

/// An entry that came, changed or went. One that moves to another site is gone from the first.
struct PhonebookChange {
    SiteId site{};                                    ///< SiteId{}: the fleet's
    std::int64_t id = 0;                              ///< the entry's
    std::shared_ptr<const PhonebookEntry> entry = {}; ///< null: it is gone
};

struct ChangeSet {
    Revision revision = 0; ///< the catalogue's, after the change; unchanged when nothing a snapshot holds has changed
    std::vector<MacAddress> removed_devices;            ///< applied before `devices`
    std::vector<std::shared_ptr<const Device>> devices; ///< added or changed, no MAC twice
    std::vector<SiteId> removed_sites;
    std::vector<Site> sites;
    std::vector<GroupId> removed_groups;
    std::vector<Group> groups;
    std::vector<ModelLayer> model_layers; ///< in order; one whose layer is empty is there no longer
    std::optional<Fleet> fleet;
    std::vector<UploadChange> uploads;      ///< in order; a removed device's are gone without being named here
    std::vector<PhonebookChange> phonebook; ///< in order; a removed site's are gone without being named here
    std::vector<std::int64_t> removed_files;
    std::vector<std::shared_ptr<const StoredFile>> files; ///< added: a stored file never changes
    /// Of devices among `devices`: a setting that was held and is changed again. For the log.
    std::vector<std::pair<MacAddress, std::string>> ended_holds;

    [[nodiscard]] bool empty() const {
        return removed_devices.empty() && devices.empty() && removed_sites.empty() && sites.empty() &&
               removed_groups.empty() && groups.empty() && model_layers.empty() && !fleet && uploads.empty() &&
               phonebook.empty() && removed_files.empty() && files.empty();
    }
    /// Appends a later change; what it changes again stands there alone.
    void merge(ChangeSet later);
};

} // namespace offhook::catalogue
