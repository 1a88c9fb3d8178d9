#include "catalogue/store/sql_rows.hpp"

#include "base/log.hpp"
#include "base/text.hpp"

#include <fmt/format.h>

namespace offhook::catalogue {

using soci::into;
using soci::use;

namespace {

long long integer(MacAddress mac) { return static_cast<long long>(mac.bits()); }

bool is_sealed(const config::Layer::Entry& entry) {
    // What a raw parameter holds is the vendor's business; it may be a password, so all are sealed.
    return entry.is_raw() || config::spec_of(entry.key).secrecy == config::Secrecy::secret;
}

} // namespace

// Kept prepared, because an import runs them millions of times. SOCI binds by address: the fields are the parameters.
struct SqlRows::DeviceInsert {
    long long id = 0, mac = 0, wifi = 0, site = 0, group = 0, revision = 0, first_contact = 0;
    std::string serial, family, model, note;
    soci::statement statement;

    explicit DeviceInsert(soci::session& session)
        : statement((session.prepare
                         << "INSERT INTO device (id, mac, wifi_mac, serial, family, model, note, site, device_group, "
                            "revision, first_contact_until) VALUES (:i, :m, NULLIF(:w, 0), :s, :f, :o, :n, :t, "
                            "NULLIF(:g, 0), :r, "
                            ":c)",
                     use(id), use(mac), use(wifi), use(serial), use(family), use(model), use(note), use(site),
                     use(group), use(revision), use(first_contact))) {}
};

struct SqlRows::SettingInsert {
    long long layer = 0;
    std::string name, value, sealed;
    soci::indicator value_there = soci::i_ok, sealed_there = soci::i_ok;
    soci::statement statement;

    explicit SettingInsert(soci::session& session)
        : statement((session.prepare << "INSERT INTO setting (layer, name, value, sealed) VALUES (:l, :n, :v, :s) "
                                        "ON CONFLICT (layer, name) DO UPDATE SET value = excluded.value, "
                                        "sealed = excluded.sealed",
                     use(layer), use(name), use(value, value_there), use(sealed, sealed_there))) {}
};

struct SqlRows::LayerInsert {
    std::string kind;
    long long made = 0;
    soci::statement statement;

    explicit LayerInsert(soci::session& session)
        : statement((session.prepare << "INSERT INTO layer (kind, made) VALUES (:k, :m)", use(kind), use(made))) {}
};

struct SqlRows::MacLookup {
    long long mac = 0, id = 0;
    soci::statement statement;

    explicit MacLookup(soci::session& session)
        : statement((session.prepare << "SELECT COALESCE((SELECT id FROM device WHERE mac = :m), "
                                        "(SELECT id FROM device WHERE wifi_mac = :m), 0)",
                     use(mac, "m"), into(id))) {}
};

SqlRows::SqlRows(soci::session& session, const SecretKey& key) : session_(session), sealer_(key) {}
SqlRows::~SqlRows() = default;

Revision SqlRows::revision() {
    long long revision = 0;
    session_ << "SELECT revision FROM catalogue", into(revision);
    return static_cast<Revision>(revision);
}

void SqlRows::set_revision(Revision revision) {
    const auto number = static_cast<long long>(revision);
    session_ << "UPDATE catalogue SET revision = :r", use(number);
}

RowId SqlRows::add_layer(config::LayerKind kind, Revision made) {
    if (!layer_insert_) layer_insert_ = std::make_unique<LayerInsert>(session_);
    layer_insert_->kind = config::to_text(kind);
    layer_insert_->made = static_cast<long long>(made);
    layer_insert_->statement.execute(true);
    long long id = 0;
    if (!session_.get_last_insert_id("layer", id)) throw StoreFailure("the database gave no id for a new layer");
    return id;
}

void SqlRows::remove_layer(RowId id) { session_ << "DELETE FROM layer WHERE id = :i", use(id); }

std::string SqlRows::context(RowId layer, std::string_view name) { return fmt::format("setting {} {}", layer, name); }

std::string SqlRows::clear_value(RowId layer, const std::string& name, std::string value, const std::string& sealed) {
    if (sealed.empty()) return value;
    auto clear = sealer_.open(context(layer, name), sealed);
    if (!clear)
        throw StoreFailure(fmt::format("the sealed value of {} in layer {} does not open: it was changed outside "
                                       "Offhook, or secrets.key is another database's",
                                       name, layer));
    return std::move(*clear);
}

config::Layer SqlRows::layer(RowId id) {
    config::LayerBuilder builder;
    std::string name, value, sealed;
    soci::statement rows = (session_.prepare << "SELECT name, COALESCE(value, ''), COALESCE(sealed, '') FROM setting "
                                                "WHERE layer = :l",
                            use(id), into(name), into(value), into(sealed));
    rows.execute();
    while (rows.fetch()) {
        const std::string clear = clear_value(id, name, value, sealed);
        if (const auto ok = builder.set(name, clear); !ok)
            log::warning("STORE_SETTING_UNKNOWN", "layer {}: {} is kept but not used: {}", id, name,
                         ok.error().message);
    }
    return builder.build();
}

void SqlRows::put_setting(RowId layer, const config::Layer::Entry& entry) {
    if (!setting_insert_) setting_insert_ = std::make_unique<SettingInsert>(session_);
    SettingInsert& row = *setting_insert_;
    const bool sealed = is_sealed(entry);
    row.layer = layer;
    row.name = entry.name();
    row.value = sealed ? std::string() : std::string(entry.value);
    row.sealed = sealed ? sealer_.seal(context(layer, row.name), entry.value) : std::string();
    row.value_there = sealed ? soci::i_null : soci::i_ok;
    row.sealed_there = sealed ? soci::i_ok : soci::i_null;
    row.statement.execute(true);
}

void SqlRows::store_layer(RowId id, const config::Layer& before, const config::Layer& after) {
    const auto find = [](const config::Layer& layer, const config::Layer::Entry& entry) {
        return entry.is_raw() ? layer.find_raw(entry.raw_name) : layer.find(entry.key);
    };
    for (const config::Layer::Entry& entry : before) {
        if (find(after, entry)) continue;
        const std::string name = entry.name();
        session_ << "DELETE FROM setting WHERE layer = :l AND name = :n", use(id), use(name);
    }
    for (const config::Layer::Entry& entry : after)
        if (find(before, entry) != entry.value) put_setting(id, entry);
}

RowId SqlRows::device_with_mac(MacAddress mac) {
    if (!mac_lookup_) mac_lookup_ = std::make_unique<MacLookup>(session_);
    mac_lookup_->mac = integer(mac);
    mac_lookup_->statement.execute(true);
    const RowId id = mac_lookup_->id;
    while (mac_lookup_->statement.fetch()) {
    } // to its end: an open cursor would hold the log back from a checkpoint
    return id;
}

RowId SqlRows::device_with_serial(std::string_view family, std::string_view serial) {
    long long id = 0;
    const std::string f(family), s(serial);
    session_ << "SELECT id FROM device WHERE family = :f AND serial = :s AND serial <> ''", use(f), use(s), into(id);
    return session_.got_data() ? id : 0;
}

std::optional<SqlRows::StoredDevice> SqlRows::device(MacAddress lan_mac) {
    StoredDevice out;
    Device& device = out.device;
    const long long bits = integer(lan_mac);
    long long wifi = 0, site = 0, group = 0, revision = 0, first_contact = 0;
    session_
        << "SELECT id, COALESCE(wifi_mac, 0), serial, family, model, note, site, COALESCE(device_group, 0), revision, "
           "first_contact_until FROM device WHERE mac = :m",
        use(bits), into(out.id), into(wifi), into(device.serial), into(device.family), into(device.model),
        into(device.note), into(site), into(group), into(revision), into(first_contact);
    if (!session_.got_data()) return std::nullopt;
    device.mac = lan_mac;
    if (wifi != 0) device.wifi_mac = MacAddress(static_cast<std::uint64_t>(wifi));
    device.site = static_cast<SiteId>(site);
    device.group = static_cast<GroupId>(group);
    device.revision = static_cast<Revision>(revision);
    device.first_contact_until = WallTime(std::chrono::milliseconds(first_contact));
    device.layer = layer(out.id);
    if (auto held = change_holds(out.id); !held.empty()) device.held = HeldChanges(std::move(held.begin()->second));
    return out;
}

void SqlRows::insert_device(RowId id, const Device& device) {
    if (!device_insert_) device_insert_ = std::make_unique<DeviceInsert>(session_);
    DeviceInsert& row = *device_insert_;
    row.id = id;
    row.mac = integer(device.mac);
    row.wifi = device.wifi_mac ? integer(*device.wifi_mac) : 0;
    row.serial = device.serial;
    row.family = device.family;
    row.model = device.model;
    row.note = device.note;
    row.site = static_cast<long long>(device.site);
    row.group = static_cast<long long>(device.group);
    row.revision = static_cast<long long>(device.revision);
    row.first_contact = device.first_contact_until.time_since_epoch().count();
    row.statement.execute(true);
}

void SqlRows::update_device(RowId id, const Device& device) {
    const long long mac = integer(device.mac), wifi = device.wifi_mac ? integer(*device.wifi_mac) : 0;
    const auto site = static_cast<long long>(device.site), group = static_cast<long long>(device.group);
    const auto revision = static_cast<long long>(device.revision);
    const long long first_contact = device.first_contact_until.time_since_epoch().count();
    session_
        << "UPDATE device SET mac = :m, wifi_mac = NULLIF(:w, 0), serial = :s, family = :f, model = :o, note = :n, "
           "site = :t, device_group = NULLIF(:g, 0), revision = :r, first_contact_until = :c WHERE id = :i",
        use(mac), use(wifi), use(device.serial), use(device.family), use(device.model), use(device.note), use(site),
        use(group), use(revision), use(first_contact), use(id);
}

} // namespace offhook::catalogue
