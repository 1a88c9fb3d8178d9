#include "catalogue/store/sql_load.hpp"

#include "base/log.hpp"

#include <unordered_map>

namespace offhook::catalogue {

using soci::into;

namespace {

/// Settings of all layers by ascending layer; layer_of() is asked with ascending ids.
class SettingStream {
public:
    explicit SettingStream(SqlRows& rows)
        : rows_(rows), statement_((rows.session().prepare << "SELECT layer, name, COALESCE(value, ''), "
                                                             "COALESCE(sealed, '') FROM setting ORDER BY layer, name",
                                   into(layer_), into(name_), into(value_), into(sealed_))) {
        statement_.execute();
        there_ = statement_.fetch();
    }

    config::Layer layer_of(RowId id) {
        while (there_ && layer_ < id) there_ = statement_.fetch(); // of sites and groups: read elsewhere
        config::LayerBuilder builder;
        bool any = false;
        for (; there_ && layer_ == id; there_ = statement_.fetch()) {
            any = true;
            std::string clear = rows_.clear_value(id, name_, value_, sealed_);
            if (name_.starts_with(config::Layer::raw_prefix))
                builder.put_raw(std::string_view(name_).substr(config::Layer::raw_prefix.size()), clear);
            else if (const auto key = key_of(name_))
                builder.put(*key, clear); // canonical: it was checked when it was stored
        }
        return any ? builder.build() : config::Layer();
    }

private:
    std::optional<config::SettingKey> key_of(const std::string& name) {
        const auto [at, fresh] = keys_.try_emplace(name);
        if (fresh) {
            if (const auto key = config::find_setting(name))
                at->second = *key;
            else
                log::warning("STORE_SETTING_UNKNOWN", "setting {} is kept but not used: {}", name, key.error().message);
        }
        return at->second;
    }

    SqlRows& rows_;
    long long layer_ = 0;
    std::string name_, value_, sealed_;
    std::unordered_map<std::string, std::optional<config::SettingKey>> keys_;
    soci::statement statement_;
    bool there_ = false;
};

std::vector<RowId> ids_of(soci::session& session, const std::string& table) {
    std::vector<RowId> out;
    long long id = 0;
    soci::statement rows = (session.prepare << "SELECT id FROM " + table + " ORDER BY id", into(id));
    rows.execute();
    while (rows.fetch()) out.push_back(id);
    return out;
}

/// The current ones: of each device and kind the last version.
void load_uploads(SqlRows& rows, SnapshotBuilder& builder) {
    long long id = 0, mac = 0, bytes = 0, stored_at = 0;
    std::string kind, hash;
    soci::statement found =
        (rows.session().prepare << "SELECT u.id, d.mac, u.kind, u.bytes, u.hash, u.stored_at FROM upload u JOIN device "
                                   "d ON d.id = u.device WHERE u.version = (SELECT MAX(v.version) FROM upload v WHERE "
                                   "v.device = u.device AND v.kind = u.kind)",
         into(id), into(mac), into(kind), into(bytes), into(hash), into(stored_at));
    found.execute();
    UploadRow row;
    while (found.fetch()) {
        row.id = id;
        row.kind = kind;
        row.bytes = static_cast<std::uint64_t>(bytes);
        row.hash = hash;
        row.stored_at = WallTime(std::chrono::milliseconds(stored_at));
        builder.add(row.change(MacAddress(static_cast<std::uint64_t>(mac))));
    }
}

void load_phonebooks(SqlRows& rows, SnapshotBuilder& builder) {
    long long id = 0, site = 0;
    PhonebookEntry entry;
    soci::statement found =
        (rows.session().prepare << "SELECT e.id, COALESCE(e.site, 0), COALESCE(s.name, ''), e.first_name, e.last_name, "
                                   "e.number, e.label, e.note FROM phonebook_entry e LEFT JOIN site s ON s.id = e.site",
         into(id), into(site), into(entry.site), into(entry.first_name), into(entry.last_name), into(entry.number),
         into(entry.label), into(entry.note));
    found.execute();
    while (found.fetch()) {
        entry.id = id;
        builder.add(PhonebookChange{static_cast<SiteId>(site), id, std::make_shared<const PhonebookEntry>(entry)});
    }
}

} // namespace

std::shared_ptr<const Snapshot> load_snapshot(SqlRows& rows) {
    SnapshotBuilder builder;
    builder.set(rows.fleet());
    for (const RowId id : ids_of(rows.session(), "site")) builder.add(*rows.site(id));
    for (const RowId id : ids_of(rows.session(), "device_group")) builder.add(*rows.group(id));
    for (const RowId id : ids_of(rows.session(), "model_layer")) {
        auto stated = *rows.model_layer(id);
        if (!stated.layer.empty()) builder.add(std::move(stated)); // an emptied one has its journal only
    }

    long long count = 0;
    rows.session() << "SELECT COUNT(*) FROM device", into(count);
    builder.reserve(static_cast<std::size_t>(count));
    long long id = 0, mac = 0, wifi = 0, site = 0, group = 0, revision = 0, first_contact = 0;
    std::string serial, family, model, note;
    soci::statement devices =
        (rows.session().prepare << "SELECT id, mac, COALESCE(wifi_mac, 0), serial, family, model, note, site, "
                                   "COALESCE(device_group, 0), revision, first_contact_until FROM device ORDER BY id",
         into(id), into(mac), into(wifi), into(serial), into(family), into(model), into(note), into(site), into(group),
         into(revision), into(first_contact));
    const auto held = rows.change_holds(0);
    SettingStream settings(rows);
    devices.execute();
    while (devices.fetch()) {
        auto device = std::make_shared<Device>();
        device->mac = MacAddress(static_cast<std::uint64_t>(mac));
        if (wifi != 0) device->wifi_mac = MacAddress(static_cast<std::uint64_t>(wifi));
        device->serial = serial;
        device->family = family;
        device->model = model;
        device->note = note;
        device->site = static_cast<SiteId>(site);
        device->group = static_cast<GroupId>(group);
        device->revision = static_cast<Revision>(revision);
        device->first_contact_until = WallTime(std::chrono::milliseconds(first_contact));
        device->layer = settings.layer_of(id);
        if (const auto found = held.find(id); found != held.end()) device->held = HeldChanges(found->second);
        builder.add(std::move(device));
    }
    load_uploads(rows, builder);
    load_phonebooks(rows, builder);
    for (auto& file : rows.stored_files()) builder.add(std::move(file));
    return builder.build(rows.revision());
}

} // namespace offhook::catalogue
