// Writes of devices and sightings. The rest of SqlWrites is in sql_writes_shared.cpp.
#include "base/assert.hpp"
#include "base/text.hpp"
#include "catalogue/limits.hpp"
#include "catalogue/store/sql_writes.hpp"

#include <fmt/format.h>

namespace offhook::catalogue {

using soci::into;
using soci::use;

namespace {

tl::unexpected<Error> no_device(MacAddress mac) {
    return fail(ErrorCode::not_found, fmt::format("{} is no device of the catalogue", mac.text()));
}

Result<std::optional<MacAddress>> optional_mac(const std::string& text) {
    if (text.empty()) return std::optional<MacAddress>();
    const auto mac = MacAddress::from_text(text);
    if (!mac) return fail(ErrorCode::invalid, fmt::format("'{}' is no MAC address", printable(text)), "wifi_mac");
    return std::optional(*mac);
}

/// The parts of a device that check() can judge, as a draft.
DeviceDraft as_draft(const Device& device) {
    DeviceDraft out;
    out.mac = device.mac;
    out.wifi_mac = device.wifi_mac;
    out.serial = device.serial;
    out.family = device.family;
    out.model = device.model;
    out.note = device.note;
    return out;
}

/// An account that bears the old handset's MAC goes by the new one's from now on, as accounts without a user do: the
/// old handset must not log in by it, and the new one could not.
config::Layer without_user(const config::Layer& layer, MacAddress old_mac) {
    const auto key = config::find_setting("provisioning.user");
    const auto user = key ? layer.find(*key) : std::nullopt;
    if (!user || MacAddress::from_text(*user) != old_mac) return layer;
    config::LayerBuilder builder(layer);
    const auto taken = builder.unset("provisioning.user");
    OFFHOOK_ASSERT(taken.has_value());
    return builder.build();
}

} // namespace

Result<config::Layer> changed_layer(const config::Layer& before, std::span<const SettingText> set,
                                    std::span<const std::string> unset) {
    config::LayerBuilder builder(before);
    for (const std::string& name : unset)
        if (const auto ok = builder.unset(name); !ok) return tl::unexpected(ok.error());
    for (const SettingText& setting : set)
        if (const auto ok = builder.set(setting.name, setting.value); !ok) {
            Error error = ok.error();
            error.where = setting.name;
            return tl::unexpected(std::move(error));
        }
    config::Layer out = builder.build();
    if (std::distance(out.begin(), out.end()) > static_cast<std::ptrdiff_t>(limits::settings_per_layer_max))
        return fail(ErrorCode::too_large, fmt::format("more than {} settings", limits::settings_per_layer_max));
    return out;
}

SqlWrites::SqlWrites(SqlRows& rows, ModelCheck check_model, const Clock& clock, BlobStore& blobs, UploadQuota quota,
                     JournalLimits journal)
    : rows_(rows), check_model_(std::move(check_model)), clock_(clock), devices_at_most_(limits::devices_max),
      blobs_(blobs), quota_(quota), journal_(journal) {}

bool SqlWrites::any(const std::string& table, const std::string& column, RowId value) {
    long long found = 0;
    rows_.session() << "SELECT COUNT(*) FROM (SELECT 1 FROM " + table + " WHERE " + column + " = :v LIMIT 1) AS some",
        use(value), into(found);
    return found != 0;
}

Result<void> SqlWrites::room_for(std::size_t devices) {
    if (devices_at_most_ + devices > limits::devices_max) {
        long long count = 0;
        rows_.session() << "SELECT COUNT(*) FROM device", into(count);
        devices_at_most_ = static_cast<std::size_t>(count);
    }
    if (devices_at_most_ + devices > limits::devices_max)
        return fail(ErrorCode::too_large, fmt::format("a catalogue holds {} devices at most", limits::devices_max));
    devices_at_most_ += devices;
    return {};
}

WallTime SqlWrites::first_contact_at(SiteId site) {
    const auto id = static_cast<long long>(site);
    long long minutes = 0;
    rows_.session() << "SELECT first_contact_minutes FROM site WHERE id = :i", use(id), into(minutes);
    return minutes == 0 ? WallTime() : clock_.wall() + std::chrono::minutes(minutes);
}

Result<void> SqlWrites::apply_first_contact(Device& device, std::uint32_t minutes) {
    if (minutes > limits::first_contact_minutes_max)
        return fail(ErrorCode::invalid,
                    fmt::format("a first-contact window is {} minutes at most", limits::first_contact_minutes_max),
                    "first_contact");
    if (minutes != 0 && first_contact_at(device.site) == WallTime())
        return fail(ErrorCode::conflict,
                    "its site has no first-contact windows: `offhook site set SITE --first-contact MINUTES`",
                    "first_contact");
    device.first_contact_until = minutes == 0 ? WallTime() : clock_.wall() + std::chrono::minutes(minutes);
    return {};
}

Result<void> SqlWrites::check_place(RowId self, const Device& device) {
    const RowId lan = rows_.device_with_mac(device.mac);
    if (lan != 0 && lan != self)
        return fail(ErrorCode::conflict, fmt::format("{} is a device already", device.mac.text()), "mac");
    if (device.wifi_mac) {
        const RowId wifi = rows_.device_with_mac(*device.wifi_mac);
        if (wifi != 0 && wifi != self)
            return fail(ErrorCode::conflict, fmt::format("{} is another device's already", device.wifi_mac->text()),
                        "wifi_mac");
    }
    if (!device.serial.empty()) {
        const RowId serial = rows_.device_with_serial(device.family, device.serial);
        if (serial != 0 && serial != self)
            return fail(ErrorCode::conflict, fmt::format("{} is another device's already", device.serial), "serial");
    }
    if (device.group != GroupId::none) {
        const auto group = rows_.group(static_cast<RowId>(device.group));
        if (group && group->site && *group->site != device.site)
            return fail(ErrorCode::conflict, fmt::format("group {} belongs to another site", group->name), "group");
    }
    return {};
}

Result<void> SqlWrites::add_one(ChangeSet& changes, const DeviceDraft& draft, const config::Layer& layer,
                                Revision revision) {
    auto device = std::make_shared<Device>();
    device->mac = draft.mac;
    device->wifi_mac = draft.wifi_mac;
    device->serial = draft.serial;
    device->family = draft.family;
    device->model = draft.model;
    device->note = draft.note;
    device->revision = revision;
    device->layer = layer;
    if (!draft.site.empty() && draft.site != "default") {
        const RowId site = rows_.site_id(draft.site);
        if (site == 0)
            return fail(ErrorCode::not_found,
                        fmt::format("there is no site {}; `offhook site list` shows them", draft.site), "site");
        device->site = static_cast<SiteId>(site);
    }
    if (!draft.group.empty()) {
        const RowId group = rows_.group_id(draft.group);
        if (group == 0) return fail(ErrorCode::not_found, fmt::format("there is no group {}", draft.group), "group");
        device->group = static_cast<GroupId>(group);
    }
    if (const auto ok = check_place(0, *device); !ok) return ok;
    const auto [window, fresh] = windows_.try_emplace(device->site);
    if (fresh) window->second = first_contact_at(device->site);
    device->first_contact_until = window->second;
    const RowId id = rows_.add_layer(config::LayerKind::device, revision);
    rows_.insert_device(id, *device);
    rows_.store_layer(id, {}, layer);
    changes.devices.push_back(std::move(device));
    return {};
}

WriteResult SqlWrites::add_devices(ChangeSet& changes, std::span<const DeviceDraft> drafts,
                                   std::span<const config::Layer> layers) {
    if (drafts.empty()) return changes.revision;
    if (const auto ok = room_for(drafts.size()); !ok) return tl::unexpected(ok.error());
    const Revision revision = next(changes);
    windows_.clear();
    changes.devices.reserve(drafts.size());
    for (std::size_t i = 0; i < drafts.size(); ++i) {
        if (const auto ok = add_one(changes, drafts[i], layers[i], revision); !ok) {
            Error error = ok.error();
            if (drafts.size() > 1) error.where = fmt::format("{} {}", drafts[i].mac.text(), error.where);
            return tl::unexpected(std::move(error));
        }
    }
    if (drafts.size() == 1) {
        const auto mac = static_cast<long long>(drafts[0].mac.bits());
        rows_.session() << "DELETE FROM sighting WHERE mac = :m", use(mac);
    } else {
        rows_.session() << "DELETE FROM sighting WHERE mac IN (SELECT mac FROM device)";
    }
    return revision;
}

WriteResult SqlWrites::change_device(ChangeSet& changes, MacAddress mac, const DeviceChange& change) {
    const auto stored = rows_.device(mac);
    if (!stored) return no_device(mac);
    Device device = stored->device;
    if (change.wifi_mac) {
        const auto wifi = optional_mac(*change.wifi_mac);
        if (!wifi) return tl::unexpected(wifi.error());
        device.wifi_mac = *wifi;
    }
    if (change.serial) device.serial = *change.serial;
    if (change.family) device.family = *change.family;
    if (change.model) device.model = *change.model;
    if (change.note) device.note = *change.note;
    if (change.site) {
        const RowId site = change.site->empty() ? static_cast<RowId>(default_site) : rows_.site_id(*change.site);
        if (site == 0)
            return fail(ErrorCode::not_found,
                        fmt::format("there is no site {}; `offhook site list` shows them", printable(*change.site)),
                        "site");
        device.site = static_cast<SiteId>(site);
    }
    if (change.group) {
        const RowId group = change.group->empty() ? 0 : rows_.group_id(*change.group);
        if (group == 0 && !change.group->empty())
            return fail(ErrorCode::not_found, fmt::format("there is no group {}", printable(*change.group)), "group");
        device.group = static_cast<GroupId>(group);
    }
    if (change.first_contact_minutes)
        if (const auto ok = apply_first_contact(device, *change.first_contact_minutes); !ok)
            return tl::unexpected(ok.error());
    const auto layer = changed_layer(device.layer, change.set, change.unset);
    if (!layer) return tl::unexpected(layer.error());
    device.layer = *layer;
    if (device == stored->device) return changes.revision;
    if (const auto ok = check(as_draft(device)); !ok) return tl::unexpected(ok.error());
    if (check_model_ && (change.family || change.model))
        if (const auto ok = check_model_(device.family, device.model); !ok) return tl::unexpected(ok.error());
    if (const auto ok = check_place(stored->id, device); !ok) return tl::unexpected(ok.error());
    end_changed_holds(changes, stored->id, device);
    device.revision = next(changes);
    if (change.site) site_bytes_at_most_.clear(); // its uploads go with it
    rows_.update_device(stored->id, device);
    store_changed_layer(stored->id, device.revision, stored->device.layer, device.layer);
    changes.devices.push_back(std::make_shared<const Device>(std::move(device)));
    return changes.revision;
}

WriteResult SqlWrites::close_first_contact(ChangeSet& changes, MacAddress mac, WallTime opened_until) {
    const auto stored = rows_.device(mac);
    if (!stored) return no_device(mac);
    Device device = stored->device;
    if (device.first_contact_until != opened_until) return changes.revision;
    device.first_contact_until = {};
    device.revision = next(changes);
    rows_.update_device(stored->id, device);
    changes.devices.push_back(std::make_shared<const Device>(std::move(device)));
    return changes.revision;
}

WriteResult SqlWrites::end_key_rotation(ChangeSet& changes, MacAddress mac, Revision revision) {
    const auto stored = rows_.device(mac);
    if (!stored) return no_device(mac);
    const auto previous = config::find_setting("provisioning.previous_file_key");
    if (stored->device.revision != revision || !previous || !stored->device.layer.find(*previous))
        return changes.revision;
    DeviceChange change;
    change.unset = {"provisioning.previous_file_key"};
    return change_device(changes, mac, change);
}

WriteResult SqlWrites::remove_device(ChangeSet& changes, MacAddress mac) {
    const auto stored = rows_.device(mac);
    if (!stored) return no_device(mac);
    drop_uploads_where("device = :d", stored->id);
    rows_.remove_layer(stored->id);
    changes.removed_devices.push_back(mac);
    return next(changes);
}

WriteResult SqlWrites::replace_device(ChangeSet& changes, const Replacement& replacement) {
    const auto stored = rows_.device(replacement.old_mac);
    if (!stored) return no_device(replacement.old_mac);
    if (rows_.device_with_mac(replacement.new_mac) != 0)
        return fail(ErrorCode::conflict,
                    fmt::format("{} is a device already; remove it first", replacement.new_mac.text()), "mac");
    Device device = stored->device;
    device.mac = replacement.new_mac;
    if (replacement.model) device.model = *replacement.model;
    device.serial = replacement.serial.value_or("");
    const auto wifi = optional_mac(replacement.wifi_mac.value_or(""));
    if (!wifi) return tl::unexpected(wifi.error());
    device.wifi_mac = *wifi;
    if (const auto ok = check(as_draft(device)); !ok) return tl::unexpected(ok.error());
    if (check_model_ && replacement.model)
        if (const auto ok = check_model_(device.family, device.model); !ok) return tl::unexpected(ok.error());
    if (const auto ok = check_place(stored->id, device); !ok) return tl::unexpected(ok.error());
    device.first_contact_until = first_contact_at(device.site); // another handset, which has not booted here yet
    device.revision = next(changes);
    device.layer = without_user(device.layer, replacement.old_mac);
    for (const ChangeHold& hold : device.held.all()) rows_.remove_change_hold(stored->id, hold.setting);
    device.held = {}; // another phone, which may take them
    store_changed_layer(stored->id, device.revision, stored->device.layer, device.layer);
    rows_.update_device(stored->id, device);
    const auto old_mac = static_cast<long long>(replacement.old_mac.bits());
    const auto new_mac = static_cast<long long>(replacement.new_mac.bits());
    const long long now = clock_.wall().time_since_epoch().count();
    rows_.session() << "INSERT INTO former_mac VALUES (:d, :m, :t)", use(stored->id), use(old_mac), use(now);
    rows_.session() << "DELETE FROM sighting WHERE mac = :m", use(new_mac);
    changes.removed_devices.push_back(replacement.old_mac);
    changes.devices.push_back(std::make_shared<const Device>(std::move(device)));
    mark_uploads(changes, stored->id, replacement.new_mac);
    return changes.revision;
}

WriteResult SqlWrites::record_sightings(std::span<const Sighting> batch) {
    for (const Sighting& sighting : batch) {
        if (rows_.device_with_mac(sighting.mac) != 0) continue;
        const auto mac = static_cast<long long>(sighting.mac.bits());
        const auto first = static_cast<long long>(sighting.first_seen.time_since_epoch().count());
        const auto last = static_cast<long long>(sighting.last_seen.time_since_epoch().count());
        const auto count = static_cast<long long>(sighting.count);
        const std::string source = sighting.source.text();
        rows_.session()
            << "INSERT INTO sighting VALUES (:m, :f, :l, :c, :s, :u, :p, :y) ON CONFLICT (mac) DO UPDATE SET "
               "last_seen = excluded.last_seen, count = sighting.count + excluded.count, "
               "source = excluded.source, user_agent = excluded.user_agent, path = excluded.path, "
               "family = CASE excluded.family WHEN '' THEN sighting.family ELSE excluded.family END",
            use(mac), use(first), use(last), use(count), use(source), use(sighting.user_agent), use(sighting.path),
            use(sighting.family);
    }
    const auto most = static_cast<long long>(limits::sightings_max);
    rows_.session()
        << "DELETE FROM sighting WHERE mac NOT IN (SELECT mac FROM sighting ORDER BY last_seen DESC LIMIT :n)"
           " AND (SELECT COUNT(*) FROM sighting) > :n",
        use(most, "n");
    return 0;
}

WriteResult SqlWrites::forget_sighting(MacAddress mac) {
    const auto bits = static_cast<long long>(mac.bits());
    soci::statement gone = (rows_.session().prepare << "DELETE FROM sighting WHERE mac = :m", use(bits));
    gone.execute(true);
    if (gone.get_affected_rows() == 0) return fail(ErrorCode::not_found, mac.text() + " was not sighted");
    return 0;
}

} // namespace offhook::catalogue
