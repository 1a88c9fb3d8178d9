// Changes that are not offered to a device any more: rows and writes.
#include "base/text.hpp"
#include "catalogue/limits.hpp"
#include "catalogue/store/sql_writes.hpp"

#include <algorithm>
#include <fmt/format.h>
#include <map>

namespace offhook::catalogue {

using soci::into;
using soci::use;

namespace {

enum class HoldValue : std::uint8_t { former, withheld };

std::string hold_context(RowId device, std::string_view setting, HoldValue which) {
    return fmt::format("change hold {} {} {}", device, which == HoldValue::former ? "former" : "withheld", setting);
}

/// What layers state for devices, each layer read once.
class StatedLayers {
public:
    explicit StatedLayers(SqlRows& rows) : rows_(rows) {}

    /// By the narrowest that states it; nullopt: none does.
    [[nodiscard]] std::optional<std::string> of(const Device& device, std::string_view setting) {
        const auto owned = [](std::string_view value) { return std::string(value); };
        if (const auto value = stated_in(device.layer, setting)) return owned(*value);
        if (device.group != GroupId::none)
            if (const auto value = stated_in(layer(static_cast<RowId>(device.group)), setting)) return owned(*value);
        if (const RowId model = model_id(device); model != 0)
            if (const auto value = stated_in(layer(model), setting)) return owned(*value);
        for (const RowId id : {static_cast<RowId>(device.site), fleet_row})
            if (const auto value = stated_in(layer(id), setting)) return owned(*value);
        return std::nullopt;
    }

private:
    const config::Layer& layer(RowId id) {
        const auto [at, fresh] = layers_.try_emplace(id);
        if (fresh) at->second = rows_.layer(id);
        return at->second;
    }
    RowId model_id(const Device& device) {
        const auto [at, fresh] = models_.try_emplace({device.family, device.model}, 0);
        if (fresh) at->second = rows_.model_layer_id(device.family, device.model);
        return at->second;
    }

    SqlRows& rows_;
    std::map<RowId, config::Layer> layers_;
    std::map<std::pair<std::string, std::string>, RowId> models_;
};

Result<void> check_values(const ChangeHold& hold) {
    config::LayerBuilder builder;
    for (const auto* value : {&hold.former, &hold.withheld})
        if (*value)
            if (const auto ok = builder.set(hold.setting, **value); !ok) return tl::unexpected(ok.error());
    return {};
}

} // namespace

void SqlRows::put_change_hold(RowId device, const ChangeHold& hold) {
    const bool secret = is_secret(hold);
    const auto clear = [&](const std::optional<std::string>& value) { return value && !secret ? *value : ""; };
    const auto sealed = [&](const std::optional<std::string>& value, HoldValue which) {
        return value && secret ? sealer_.seal(hold_context(device, hold.setting, which), *value) : "";
    };
    const std::string former = clear(hold.former), withheld = clear(hold.withheld),
                      former_sealed = sealed(hold.former, HoldValue::former),
                      withheld_sealed = sealed(hold.withheld, HoldValue::withheld);
    const int former_stated = hold.former ? 1 : 0, withheld_stated = hold.withheld ? 1 : 0;
    const auto revision = static_cast<long long>(hold.revision), boots = static_cast<long long>(hold.boots);
    const long long changed = hold.changed.time_since_epoch().count(), first = hold.first.time_since_epoch().count(),
                    since = hold.since.time_since_epoch().count();
    session_ << "INSERT INTO change_hold (device, setting, former_stated, former, former_sealed, withheld_stated, "
                "withheld, withheld_sealed, revision, changed, first, since, boots) VALUES (:d, :n, :fs, :f, :fx, :ws, "
                ":w, :wx, :r, :c, :b, :s, :o)",
        use(device), use(hold.setting), use(former_stated), use(former), use(former_sealed), use(withheld_stated),
        use(withheld), use(withheld_sealed), use(revision), use(changed), use(first), use(since), use(boots);
}

void SqlRows::remove_change_hold(RowId device, const std::string& setting) {
    session_ << "DELETE FROM change_hold WHERE device = :d AND setting = :n", use(device), use(setting);
}

std::size_t SqlRows::change_hold_count() {
    long long count = 0;
    session_ << "SELECT COUNT(*) FROM change_hold", into(count);
    return static_cast<std::size_t>(count);
}

std::map<RowId, std::vector<ChangeHold>> SqlRows::change_holds(RowId device) {
    std::map<RowId, std::vector<ChangeHold>> out;
    long long id = 0, revision = 0, changed = 0, first = 0, since = 0, boots = 0;
    int former_stated = 0, withheld_stated = 0;
    std::string setting, former, former_sealed, withheld, withheld_sealed;
    soci::statement found =
        (session_.prepare << "SELECT device, setting, former_stated, former, former_sealed, withheld_stated, withheld, "
                             "withheld_sealed, revision, changed, first, since, boots FROM change_hold WHERE :d = 0 OR "
                             "device = :d ORDER BY device, setting",
         use(device, "d"), into(id), into(setting), into(former_stated), into(former), into(former_sealed),
         into(withheld_stated), into(withheld), into(withheld_sealed), into(revision), into(changed), into(first),
         into(since), into(boots));
    found.execute();
    const auto opened = [&](HoldValue which, const std::string& clear, const std::string& sealed) {
        if (sealed.empty()) return clear;
        auto value = sealer_.open(hold_context(id, setting, which), sealed);
        if (!value)
            throw StoreFailure(fmt::format("the sealed value of a held change of {} does not open: it was changed "
                                           "outside Offhook, or secrets.key is another database's",
                                           setting));
        return std::move(*value);
    };
    const auto time = [](long long ms) { return WallTime(std::chrono::milliseconds(ms)); };
    while (found.fetch()) {
        ChangeHold hold;
        hold.setting = setting;
        if (former_stated != 0) hold.former = opened(HoldValue::former, former, former_sealed);
        if (withheld_stated != 0) hold.withheld = opened(HoldValue::withheld, withheld, withheld_sealed);
        hold.revision = static_cast<Revision>(revision);
        hold.changed = time(changed), hold.first = time(first), hold.since = time(since);
        hold.boots = static_cast<std::uint32_t>(boots);
        out[id].push_back(std::move(hold));
    }
    return out;
}

std::vector<DeviceHold> SqlRows::device_holds() {
    std::vector<DeviceHold> out;
    for (auto& [id, holds] : change_holds(0)) {
        long long mac = 0;
        session_ << "SELECT mac FROM device WHERE id = :i", use(id), into(mac);
        for (ChangeHold& hold : holds) out.push_back({MacAddress(static_cast<std::uint64_t>(mac)), std::move(hold)});
    }
    std::stable_sort(out.begin(), out.end(),
                     [](const DeviceHold& a, const DeviceHold& b) { return a.mac.bits() < b.mac.bits(); });
    return out;
}

WriteResult SqlWrites::hold_changes(ChangeSet& changes, MacAddress mac, std::span<const ChangeHold> holds) {
    const auto stored = rows_.device(mac);
    if (!stored) return fail(ErrorCode::not_found, fmt::format("{} is no device of the catalogue", mac.text()));
    Device device = stored->device;
    std::vector<ChangeHold> held(device.held.all().begin(), device.held.all().end());
    const std::size_t before = held.size();
    StatedLayers stated(rows_);
    for (const ChangeHold& hold : holds) {
        if (const auto ok = check_values(hold); !ok) return tl::unexpected(ok.error());
        const bool is_held = device.held.find(hold.setting) != nullptr;
        // Changed again since somebody looked: what is offered now is nobody's loop.
        if (is_held || stated.of(device, hold.setting) != hold.withheld) continue;
        if (held.size() >= limits::change_holds_per_device_max)
            return fail(ErrorCode::too_large,
                        fmt::format("{} changes of {} are held already", held.size(), mac.text()));
        rows_.put_change_hold(stored->id, hold);
        held.push_back(hold);
    }
    if (held.size() == before) return changes.revision;
    if (rows_.change_hold_count() > limits::change_holds_max)
        return fail(ErrorCode::too_large, fmt::format("{} changes are held already", limits::change_holds_max));
    std::sort(held.begin(), held.end(), [](const auto& a, const auto& b) { return a.setting < b.setting; });
    device.held = HeldChanges(std::move(held));
    device.revision = next(changes);
    rows_.update_device(stored->id, device);
    changes.devices.push_back(std::make_shared<const Device>(std::move(device)));
    return changes.revision;
}

WriteResult SqlWrites::release_changes(ChangeSet& changes, MacAddress mac, std::string_view setting) {
    const auto stored = rows_.device(mac);
    if (!stored) return fail(ErrorCode::not_found, fmt::format("{} is no device of the catalogue", mac.text()));
    Device device = stored->device;
    std::vector<ChangeHold> kept;
    for (const ChangeHold& hold : device.held.all()) {
        if (setting.empty() || hold.setting == setting)
            rows_.remove_change_hold(stored->id, hold.setting);
        else
            kept.push_back(hold);
    }
    if (kept.size() == device.held.all().size())
        return fail(ErrorCode::not_found, fmt::format("{} has no held change", mac.text()));
    device.held = HeldChanges(std::move(kept));
    device.revision = next(changes);
    rows_.update_device(stored->id, device);
    changes.devices.push_back(std::make_shared<const Device>(std::move(device)));
    return changes.revision;
}

namespace {

/// Takes out of a device's holds those whose setting has another value now.
bool drop_changed_holds(SqlRows& rows, StatedLayers& stated, RowId id, Device& device, ChangeSet& changes) {
    std::vector<ChangeHold> kept;
    for (const ChangeHold& hold : device.held.all()) {
        if (stated.of(device, hold.setting) == hold.withheld) {
            kept.push_back(hold);
            continue;
        }
        rows.remove_change_hold(id, hold.setting);
        changes.ended_holds.emplace_back(device.mac, hold.setting);
    }
    if (kept.size() == device.held.all().size()) return false;
    device.held = HeldChanges(std::move(kept));
    return true;
}

} // namespace

void SqlWrites::end_changed_holds(ChangeSet& changes, RowId id, Device& device) {
    if (device.held.empty()) return;
    StatedLayers stated(rows_);
    (void)drop_changed_holds(rows_, stated, id, device, changes);
}

void SqlWrites::end_changed_holds(ChangeSet& changes, std::span<const SettingText> set,
                                  std::span<const std::string> unset) {
    if (rows_.change_hold_count() == 0) return;
    std::vector<MacAddress> macs;
    const auto add = [&](const std::string& name) {
        long long mac = 0;
        soci::statement found = (rows_.session().prepare << "SELECT d.mac FROM change_hold h JOIN device d ON d.id = "
                                                            "h.device WHERE h.setting = :n",
                                 use(name), into(mac));
        found.execute();
        while (found.fetch()) macs.emplace_back(static_cast<std::uint64_t>(mac));
    };
    for (const SettingText& setting : set) add(setting.name);
    for (const std::string& name : unset) add(name);
    std::sort(macs.begin(), macs.end());
    macs.erase(std::unique(macs.begin(), macs.end()), macs.end());
    StatedLayers stated(rows_);
    for (const MacAddress mac : macs) {
        auto stored = rows_.device(mac);
        if (!stored || !drop_changed_holds(rows_, stated, stored->id, stored->device, changes)) continue;
        stored->device.revision = changes.revision;
        rows_.update_device(stored->id, stored->device);
        changes.devices.push_back(std::make_shared<const Device>(std::move(stored->device)));
    }
}

} // namespace offhook::catalogue
