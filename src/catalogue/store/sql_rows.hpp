#pragma once
/// @file  SqlRows: the catalogue's tables as our values, over one SOCI session. SQL that every backend understands.
///
/// Errors  throws what SOCI throws; a sealed value that does not open throws StoreFailure.
/// Threads one at a time.
#include "catalogue/store/sealer.hpp"
#include "catalogue/store/store.hpp"

#include <soci/soci.h>

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace offhook::catalogue {

using RowId = long long; ///< of a layer, and so of what has that layer; 0: none

inline constexpr RowId fleet_row = 2;

/// A version of an upload. A read row has no content: upload_text() has it.
struct UploadRow {
    RowId device = 0;
    std::string kind;
    long long version = 0;
    std::uint64_t bytes = 0;
    std::string hash;
    std::string content; ///< unless it is a blob
    bool is_blob = false;
    WallTime stored_at{};
    std::string transport, source;
    RowId id = 0;
    bool current = false;
    RowId body = 0; ///< of its parts, which come after `content`; 0: it has none

    [[nodiscard]] UploadChange change(MacAddress mac) const;
};
[[nodiscard]] std::uint64_t hash_start(std::string_view hash); ///< its first eight bytes

class SqlRows {
public:
    struct StoredDevice {
        RowId id = 0;
        Device device;
    };

    SqlRows(soci::session& session, const SecretKey& key);
    ~SqlRows();
    SqlRows(const SqlRows&) = delete;
    SqlRows& operator=(const SqlRows&) = delete;

    [[nodiscard]] soci::session& session() { return session_; }
    [[nodiscard]] Sealer& sealer() { return sealer_; }

    [[nodiscard]] Revision revision();
    void set_revision(Revision revision);

    /// `made`: the revision that it comes with; 0 for one that always was, and stated nothing until now.
    [[nodiscard]] RowId add_layer(config::LayerKind kind, Revision made);
    void remove_layer(RowId id); ///< and what it is the layer of
    [[nodiscard]] config::Layer layer(RowId id);
    /// Writes what differs.
    void store_layer(RowId id, const config::Layer& before, const config::Layer& after);

    /// The device that has this MAC as LAN or Wi-Fi MAC; 0: none.
    [[nodiscard]] RowId device_with_mac(MacAddress mac);
    [[nodiscard]] RowId device_with_serial(std::string_view family, std::string_view serial);
    [[nodiscard]] std::optional<StoredDevice> device(MacAddress lan_mac);
    void insert_device(RowId id, const Device& device); ///< without its layer
    void update_device(RowId id, const Device& device);

    [[nodiscard]] RowId site_id(std::string_view name); ///< 0: no such site
    [[nodiscard]] std::optional<Site> site(RowId id);
    void insert_site(const Site& site);
    void update_site(const Site& site);
    [[nodiscard]] RowId group_id(std::string_view name);
    [[nodiscard]] std::optional<Group> group(RowId id);
    void insert_group(const Group& group);
    void update_group(const Group& group);
    [[nodiscard]] RowId model_layer_id(std::string_view family, std::string_view model); ///< 0: none
    [[nodiscard]] std::optional<ModelLayer> model_layer(RowId id);
    void insert_model_layer(RowId id, const ModelLayer& layer); ///< without its settings
    void update_model_layer(RowId id, const ModelLayer& layer);
    [[nodiscard]] Fleet fleet();
    void update_fleet(const Fleet& fleet);

    RowId insert_upload(const UploadRow& row);
    /// Errors: throws StoreFailure when it is not as long as it was stored.
    [[nodiscard]] std::string upload_text(RowId id);
    /// Puts `content` behind the others of `body`.
    void add_upload_part(RowId body, std::string_view content);
    /// `condition` holds one ":x" and names columns of `u`.
    [[nodiscard]] std::vector<UploadRow> uploads_where(const std::string& condition, RowId value);
    void each_current_upload(RowId device, const std::function<void(const UploadRow&)>& each);
    [[nodiscard]] bool is_blob_wanted(const std::string& hash);
    void put_image_hold(const ImageHold& hold);
    [[nodiscard]] std::vector<ImageHold> image_holds();
    void put_change_hold(RowId device, const ChangeHold& hold);
    void remove_change_hold(RowId device, const std::string& setting);
    [[nodiscard]] std::size_t change_hold_count();
    /// By device, each by setting. 0: of all devices.
    [[nodiscard]] std::map<RowId, std::vector<ChangeHold>> change_holds(RowId device);
    [[nodiscard]] std::vector<DeviceHold> device_holds(); ///< by MAC and setting
    void put_lease(const Lease& lease);
    [[nodiscard]] std::vector<Lease> leases();
    RowId insert_stored_file(const StoredFile& file);
    [[nodiscard]] std::vector<std::shared_ptr<const StoredFile>> stored_files();

    /// How a setting of a layer is told to the sealer.
    [[nodiscard]] static std::string context(RowId layer, std::string_view name);
    /// Of one setting row; `sealed` wins when it is not empty. Throws StoreFailure when it does not open.
    [[nodiscard]] std::string clear_value(RowId layer, const std::string& name, std::string value,
                                          const std::string& sealed);

private:
    struct DeviceInsert;
    struct LayerInsert;
    struct MacLookup;
    struct SettingInsert;

    struct PartSize {
        long long position = 0, bytes = 0;
    };
    [[nodiscard]] std::vector<PartSize> upload_parts(RowId body);
    [[nodiscard]] std::string upload_part_text(RowId body, long long position);
    void insert_upload_part(RowId body, long long position, std::string_view text);
    void join_upload_parts(RowId body, const std::vector<PartSize>& parts);
    /// The one column of the one row of `query`, which holds ":a" and ":b".
    [[nodiscard]] std::string blob_text(const std::string& query, RowId one, long long two);
    void put_setting(RowId layer, const config::Layer::Entry& entry);

    soci::session& session_;
    Sealer sealer_;
    std::unique_ptr<DeviceInsert> device_insert_;
    std::unique_ptr<SettingInsert> setting_insert_;
    std::unique_ptr<LayerInsert> layer_insert_;
    std::unique_ptr<MacLookup> mac_lookup_;
};

[[nodiscard]] std::string networks_text(const std::vector<Network>& networks); ///< separated by blanks
[[nodiscard]] std::vector<Network> networks_from_text(std::string_view text);

} // namespace offhook::catalogue
