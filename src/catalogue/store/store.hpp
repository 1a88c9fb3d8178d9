#pragma once
/// @file  Store: where the catalogue lives, durably; every operation an operator has.
///
/// A write is validated before its transaction opens, is committed and synced when the call returns, and returns the
/// new revision; the commit observer has run by then. A write that changes nothing still succeeds, and keeps the
/// revision. Errors  what the input decides is a Result: invalid, too_large, not_found, conflict; unavailable when the
/// queue of
///         writes is full or the store is closing. The world failing (disk full, database gone) throws StoreFailure;
///         nothing of that write is stored then.
/// Threads any; every call blocks on a disk, so never on an event loop.
/// A backend is right when store_conformance.hpp passes over it.
#include "base/clock.hpp"
#include "base/result.hpp"
#include "catalogue/blobs/blob_store.hpp"
#include "catalogue/change_hold.hpp"
#include "catalogue/change_set.hpp"
#include "catalogue/image_hold.hpp"
#include "catalogue/layer_history.hpp"
#include "catalogue/lease.hpp"
#include "catalogue/phonebook.hpp"
#include "catalogue/sighting.hpp"
#include "catalogue/snapshot.hpp"
#include "catalogue/tree_import.hpp"
#include "config/settings/effective.hpp"

#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace offhook::catalogue {

/// The database is gone, full, damaged, locked by somebody else. what() is a sentence for the operator.
class StoreFailure : public std::runtime_error {
public:
    using std::runtime_error::runtime_error;
};

/// Which layer: the fleet's, a site's or group's by name, a model's as FAMILY/MODEL, a device's by MAC.
/// kind: fleet, site, model, group or device. A model's layer is there once it states something;
/// what it stated stays known.
struct LayerPlace {
    config::LayerKind kind = config::LayerKind::fleet;
    std::string name = {}; ///< of the site or group; "panasonic/KX-HDV130"
    MacAddress mac = {};   ///< of the device
};

struct DeviceQuery {
    std::optional<MacAddress> after = {};                       ///< the last of the page before
    std::size_t count = 1'000;                                  ///< 1..limits::page_max
    std::string site = {}, group = {}, family = {}, model = {}; ///< names; empty: any
};

/// A MAC that a device had until it was replaced.
struct FormerMac {
    MacAddress mac;
    WallTime replaced_at{};

    friend bool operator==(const FormerMac&, const FormerMac&) = default;
};

class Store {
public:
    /// After each commit, on the writer's thread, before the writes that it holds return. Must not write to the store.
    using CommitObserver = std::function<void(const ChangeSet&)>;

    virtual ~Store() = default;
    virtual void observe_commits(CommitObserver observer) = 0; ///< set before the first write

    /// Everything, in one consistent read: what a server starts from.
    [[nodiscard]] virtual std::shared_ptr<const Snapshot> load() = 0;

    // Devices. conflict: one of the identities is another device's. not_found: the device, site or group.
    virtual Result<Revision> add_device(const DeviceDraft& draft) = 0;
    /// All or none, in one transaction. The error's `where` starts with the MAC of the draft that is refused.
    virtual Result<Revision> add_devices(std::span<const DeviceDraft> drafts) = 0;
    /// Devices, what they share, and contacts: all or nothing, in one transaction. `where` as for add_devices().
    virtual Result<Revision> import_tree(const TreeImport& tree) = 0;
    virtual Result<Revision> change_device(MacAddress mac, const DeviceChange& change) = 0;
    /// Closes the first-contact window if it is still the one that ends at `opened_until`: an operator may have opened
    /// another meanwhile, and that one stays.
    virtual Result<Revision> close_first_contact(MacAddress mac, WallTime opened_until) = 0;
    /// The device has its new file key: the one before goes out of its layer, unless the device was changed since
    /// `revision`.
    virtual Result<Revision> end_key_rotation(MacAddress mac, Revision revision) = 0;
    virtual Result<Revision> remove_device(MacAddress mac) = 0;
    /// Moves everything but the old handset's Wi-Fi MAC and serial number; a sighting of the new MAC is forgotten.
    /// conflict: the new MAC is a device already.
    virtual Result<Revision> replace_device(const Replacement& replacement) = 0;
    [[nodiscard]] virtual std::optional<Device> find_device(MacAddress mac) = 0; ///< by LAN MAC
    /// By ascending MAC. Errors: not_found for a site or group that is not there.
    [[nodiscard]] virtual Result<std::vector<Device>> list_devices(const DeviceQuery& query) = 0;
    /// MACs that this device had before it was replaced, newest first: its timeline goes on there. By LAN MAC.
    [[nodiscard]] virtual std::vector<FormerMac> former_macs(MacAddress mac) = 0;

    // Settings of any layer. Unsetting what the layer does not state is not_found.
    virtual Result<Revision> change_layer(const LayerPlace& place, std::span<const SettingText> set,
                                          std::span<const std::string> unset) = 0;
    /// A layer with what was changed in it, in one consistent read. What a layer was made with is no change: its
    /// history begins with it. A model's layer that states nothing any more has its history still. Errors: not_found.
    [[nodiscard]] virtual Result<LayerHistory> layer_history(const LayerPlace& place) = 0;

    // Sites and groups. Removing one that still has devices (or groups) is a conflict; so is removing "default".
    // One is added with its settings in one write: never without those that were asked for.
    virtual Result<Revision> add_site(std::string_view name, const SiteChange& site,
                                      std::span<const SettingText> settings = {}) = 0;
    virtual Result<Revision> change_site(std::string_view name, const SiteChange& change) = 0;
    virtual Result<Revision> remove_site(std::string_view name) = 0;
    virtual Result<Revision> add_group(std::string_view name, std::string_view title, std::string_view site,
                                       std::span<const SettingText> settings = {}) = 0;
    virtual Result<Revision> remove_group(std::string_view name) = 0;

    // Phonebook.
    virtual Result<std::int64_t> add_entry(const PhonebookEntry& entry) = 0; ///< its id
    virtual Result<Revision> change_entry(const PhonebookEntry& entry) = 0;  ///< by id
    virtual Result<Revision> remove_entry(std::int64_t id) = 0;
    /// By last name, first name. Empty site: the entries that belong to no site. Errors: not_found.
    [[nodiscard]] virtual Result<std::vector<PhonebookEntry>> entries(std::string_view site) = 0;

    // Uploads. They are the device's: removed with it, and a replacement phone takes them over.
    /// Never waits. `done` is not called before this returns false, and always once after it returned true. Not for
    /// contents that are not checked against the pack's limits: the draft's size is believed.
    [[nodiscard]] virtual bool put_upload(UploadDraft draft, UploadDone done) = 0;
    /// All versions of all kinds, by kind, the newest first. Errors: not_found for a MAC that is no device.
    [[nodiscard]] virtual Result<std::vector<UploadRecord>> uploads(MacAddress mac) = 0;
    /// nullopt: gone, or never there.
    [[nodiscard]] virtual std::optional<UploadContent> read_upload(std::int64_t id) = 0;
    /// Of a kind all versions. Errors: not_found.
    virtual Result<Revision> remove_upload(MacAddress mac, std::string_view kind) = 0;

    // Firmware and assets. The bytes are a blob that the caller keeps until add_file() returns.
    /// Its id. One of the same role, family, site, name, models and version is replaced. Errors: invalid, not_found for
    /// the site's id, too_large beyond limits::files_max.
    virtual Result<std::int64_t> add_file(const StoredFile& file) = 0;
    virtual Result<Revision> remove_file(std::int64_t id) = 0;
    [[nodiscard]] virtual BlobStore& blobs() = 0;

    // Sightings: no part of the snapshot, so no revision.
    /// Adds the counts of a batch; MACs that are devices by now are left out. Oldest forgotten beyond the limit.
    virtual Result<void> record_sightings(std::span<const Sighting> batch) = 0;
    [[nodiscard]] virtual std::vector<Sighting> sightings(std::size_t count) = 0; ///< last seen first
    [[nodiscard]] virtual std::optional<Sighting> find_sighting(MacAddress mac) = 0;
    virtual Result<void> forget_sighting(MacAddress mac) = 0;

    // Leases of DHCP: no part of the snapshot, so no revision.
    /// Never waits. What was known of the address is replaced. `done` is not called before this returns false, and
    /// always once after it returned true: on the writer's thread, with false where the lease is not stored (a text
    /// longer than its limit, more than limits::leases_max, or a failed disk: the log says which).
    [[nodiscard]] virtual bool put_lease(const Lease& lease, LeaseDone done) = 0;
    [[nodiscard]] virtual std::vector<Lease> leases() = 0;           ///< all, by address: what a server starts from
    virtual Result<void> remove_lease(const IpAddress& address) = 0; ///< Errors: not_found

    // Images that are not offered to a device any more: no part of the snapshot, so no revision.
    /// What was held of that device under the same name and digest is replaced. Errors: too_large (a text, or too many
    /// holds).
    virtual Result<void> put_image_hold(const ImageHold& hold) = 0;
    [[nodiscard]] virtual std::vector<ImageHold> image_holds() = 0; ///< all, by MAC: what a server starts from
    /// Of one file by its digest and name; an empty digest: all of that device. Errors: not_found.
    virtual Result<void> remove_image_holds(MacAddress mac, std::string_view hash, std::string_view name) = 0;

    // Changes that are not offered to a device any more: part of it in the snapshot. Whatever changes the setting
    // again, for this device, ends its hold in the same commit; so does a device's replacement.
    /// What was changed again meanwhile is not held, and what is held already stays as it is. Errors: not_found,
    /// too_large (more than limits allow; none of them is held then).
    virtual Result<Revision> hold_changes(MacAddress mac, std::span<const ChangeHold> holds) = 0;
    /// One setting, or all of the device where it is empty. Errors: not_found.
    virtual Result<Revision> release_changes(MacAddress mac, std::string_view setting) = 0;
    [[nodiscard]] virtual std::vector<DeviceHold> change_holds() = 0; ///< all, by MAC and setting
    [[nodiscard]] virtual std::size_t change_hold_count() = 0;
};

} // namespace offhook::catalogue
