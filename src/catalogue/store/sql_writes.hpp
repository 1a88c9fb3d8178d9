#pragma once
/// @file  SqlWrites: every write an operator has, inside a transaction that somebody else opened and will end.
///
/// Each adds to `changes` what it changed, with the revision after the one it was given; what fails is undone by the
/// caller's savepoint. Texts were checked before; what depends on the catalogue is checked here.
/// Threads the writer's alone.
#include "catalogue/layer_history.hpp"
#include "catalogue/store/sql_rows.hpp"
#include "catalogue/store/sqlite_store.hpp"
#include "catalogue/store/write_queue.hpp"

#include <map>
#include <span>
#include <unordered_map>

namespace offhook::catalogue {

/// A layer with settings taken out, then set. Errors: not_found for one that it does not state; those of LayerBuilder.
[[nodiscard]] Result<config::Layer> changed_layer(const config::Layer& before, std::span<const SettingText> set,
                                                  std::span<const std::string> unset);

class SqlWrites {
public:
    SqlWrites(SqlRows& rows, ModelCheck check_model, const Clock& clock, BlobStore& blobs, UploadQuota quota,
              JournalLimits journal);

    WriteResult add_devices(ChangeSet& changes, std::span<const DeviceDraft> drafts,
                            std::span<const config::Layer> layers);
    /// `layers` of tree.added.
    WriteResult import_tree(ChangeSet& changes, const TreeImport& tree, std::span<const config::Layer> layers);
    WriteResult change_device(ChangeSet& changes, MacAddress mac, const DeviceChange& change);
    WriteResult close_first_contact(ChangeSet& changes, MacAddress mac, WallTime opened_until);
    WriteResult end_key_rotation(ChangeSet& changes, MacAddress mac, Revision revision);
    WriteResult remove_device(ChangeSet& changes, MacAddress mac);
    WriteResult replace_device(ChangeSet& changes, const Replacement& replacement);
    WriteResult change_layer(ChangeSet& changes, const LayerPlace& place, std::span<const SettingText> set,
                             std::span<const std::string> unset);
    WriteResult hold_changes(ChangeSet& changes, MacAddress mac, std::span<const ChangeHold> holds);
    WriteResult release_changes(ChangeSet& changes, MacAddress mac, std::string_view setting);
    WriteResult add_site(ChangeSet& changes, std::string_view name, const SiteChange& change,
                         std::span<const SettingText> settings);
    WriteResult change_site(ChangeSet& changes, std::string_view name, const SiteChange& change);
    WriteResult remove_site(ChangeSet& changes, std::string_view name);
    WriteResult add_group(ChangeSet& changes, std::string_view name, std::string_view title, std::string_view site,
                          std::span<const SettingText> settings);
    WriteResult remove_group(ChangeSet& changes, std::string_view name);
    WriteResult add_entry(ChangeSet& changes, const PhonebookEntry& entry);
    WriteResult change_entry(ChangeSet& changes, const PhonebookEntry& entry);
    WriteResult remove_entry(ChangeSet& changes, std::int64_t id);
    /// Succeeds where it changed something; `outcome` says why not.
    WriteResult put_upload(ChangeSet& changes, const UploadDraft& draft, UploadOutcome& outcome);
    WriteResult remove_upload(ChangeSet& changes, MacAddress mac, std::string_view kind);
    WriteResult add_file(ChangeSet& changes, const StoredFile& file);
    WriteResult remove_file(ChangeSet& changes, std::int64_t id);
    /// After a commit: removes the blobs that writes of it took their last row from. After a rollback: forgets them.
    void drop_blobs();
    void may_drop(BlobName name) { dropped_.push_back(std::move(name)); }
    void forget_dropped_blobs() { dropped_.clear(); }

    WriteResult record_sightings(std::span<const Sighting> batch);
    WriteResult forget_sighting(MacAddress mac);
    WriteResult put_image_hold(const ImageHold& hold);
    WriteResult remove_image_holds(MacAddress mac, const std::string& hash, const std::string& name);
    WriteResult put_lease(const Lease& lease);
    WriteResult remove_lease(const IpAddress& address);

private:
    Result<void> add_one(ChangeSet& changes, const DeviceDraft& draft, const config::Layer& layer, Revision revision);
    /// Identities, site and group of `device`, which is stored as `self` (0: not yet).
    Result<void> check_place(RowId self, const Device& device);
    /// A new phone's window at that site; 1970 where the site has none.
    WallTime first_contact_at(SiteId site);
    Result<void> apply_first_contact(Device& device, std::uint32_t minutes);
    Result<void> room_for(std::size_t devices);
    /// The revision that a change of this transaction carries.
    static Revision next(ChangeSet& changes) { return ++changes.revision; }
    /// Stores a layer that changes with this revision, and notes what it was.
    void store_changed_layer(RowId id, Revision revision, const config::Layer& before, const config::Layer& after);
    WriteResult change_model_layer(ChangeSet& changes, std::string_view name, std::span<const SettingText> set,
                                   std::span<const std::string> unset);
    /// A held change that is changed again is offered: of a device that is about to be stored, and of all devices after
    /// a layer that many share was changed.
    void end_changed_holds(ChangeSet& changes, RowId id, Device& device);
    void end_changed_holds(ChangeSet& changes, std::span<const SettingText> set, std::span<const std::string> unset);
    WriteResult apply(Site& site, const SiteChange& change);
    WriteResult check_others(const Site& site);
    Result<RowId> phonebook_place(std::string_view site);
    void touch_phonebook(ChangeSet& changes, RowId site);
    static void put_entry(ChangeSet& changes, RowId site, RowId id, const PhonebookEntry& entry);
    [[nodiscard]] bool any(const std::string& table, const std::string& column, RowId value);

    struct UploadPlace {
        RowId device = 0;
        RowId site = 0;
    };
    struct CurrentUpload;
    [[nodiscard]] std::optional<CurrentUpload> current_upload(RowId device, const std::string& kind);
    [[nodiscard]] std::string current_content(const CurrentUpload& current);
    /// Drops old versions until `bytes` more fit. False: they do not.
    [[nodiscard]] bool make_room(const UploadPlace& place, std::uint64_t bytes, RowId spared);
    [[nodiscard]] bool make_site_room(const UploadPlace& place, std::uint64_t bytes, RowId spared);
    void drop_upload(RowId id);
    /// Drops the row and keeps its content: the body that has it.
    [[nodiscard]] RowId drop_upload_for_longer(const CurrentUpload& current);
    void drop_old_versions(RowId device, const std::string& kind);
    void drop_uploads_where(const std::string& condition, RowId device);
    void mark_uploads(ChangeSet& changes, RowId device, MacAddress mac);

    SqlRows& rows_;
    ModelCheck check_model_;
    const Clock& clock_;
    std::map<SiteId, WallTime> windows_; // first_contact_at() of the sites of one bulk write
    std::size_t devices_at_most_ = 0;    // never less than there are: counted again only when it reaches the limit
    std::size_t leases_at_most_ = 0;     // the same
    BlobStore& blobs_;
    UploadQuota quota_;
    JournalLimits journal_;
    std::unordered_map<RowId, std::uint64_t> site_bytes_at_most_; // the same, by site
    std::vector<BlobName> dropped_;                               // names that lost a row since the last commit
};

} // namespace offhook::catalogue
