// A whole directory's import as one write. The rest of SqlWrites is in sql_writes_device.cpp and its neighbours.
#include "catalogue/store/sql_writes.hpp"

#include "base/text.hpp"

#include <fmt/format.h>
#include <set>

namespace offhook::catalogue {

WriteResult SqlWrites::import_tree(ChangeSet& changes, const TreeImport& tree, std::span<const config::Layer> layers) {
    // Each step is a change set of its own: merged, a site that changes twice stands there as it is at last.
    const auto step = [&](const auto& write) -> WriteResult {
        ChangeSet part;
        part.revision = changes.revision;
        auto done = write(part);
        if (done) changes.merge(std::move(part));
        return done;
    };
    const auto set_layer = [&](const LayerPlace& place, std::span<const SettingText> settings) -> WriteResult {
        if (settings.empty()) return changes.revision;
        return step([&](ChangeSet& part) { return change_layer(part, place, settings, {}); });
    };
    const std::string site = tree.site.empty() ? "default" : tree.site;
    if (const auto ok = set_layer({config::LayerKind::site, site}, tree.site_settings); !ok) return ok;
    for (const ModelSettings& model : tree.models)
        if (const auto ok = set_layer({config::LayerKind::model, model.family + "/" + model.model}, model.settings);
            !ok)
            return ok;
    if (const auto ok = step([&](ChangeSet& part) { return add_devices(part, tree.added, layers); }); !ok) return ok;
    for (const DeviceSettings& device : tree.changed) {
        DeviceChange change;
        change.set = device.settings;
        if (const auto stored = rows_.device(device.mac)) {
            std::set<std::string> stated;
            for (const config::Layer::Entry& entry : stored->device.layer) stated.insert(entry.name());
            for (const std::string& name : device.unset)
                if (stated.contains(name)) change.unset.push_back(name);
        }
        if (auto ok = step([&](ChangeSet& part) { return change_device(part, device.mac, change); }); !ok) {
            ok.error().where = fmt::format("{} {}", device.mac.text(), ok.error().where);
            return ok;
        }
    }
    for (PhonebookEntry entry : tree.entries) {
        entry.site = site;
        if (auto ok = step([&](ChangeSet& part) { return add_entry(part, entry); }); !ok) {
            ok.error().where = fmt::format("phonebook {} {}", printable(entry.number, 40), ok.error().where);
            return ok;
        }
    }
    return changes.revision;
}

} // namespace offhook::catalogue
