/// /v1/import/tree: what `offhook import DIR` made of another boot server's directory, as one write; and
/// /v1/import/standing: what is there already, which decides what goes into which layer.
#include "base/text.hpp"
#include "config/settings/contact_text.hpp"
#include "server/api/api.hpp"
#include "server/api/checks.hpp"
#include "server/api/shapes.hpp"

#include <boost/json/array.hpp>
#include <set>
#include <utility>

namespace offhook::server {
namespace {

namespace json = boost::json;

constexpr std::size_t import_page_devices = 4096;

Result<MacAddress> mac_of(std::string_view text) {
    const auto mac = MacAddress::from_text(text);
    if (!mac) return fail(ErrorCode::invalid, "expected a MAC address, not '" + printable(text, 40) + "'", "mac");
    return *mac;
}

/// A member that is an array; empty where it is absent. Errors: invalid for another kind.
Result<const json::array*> array_member(const json::object& body, std::string_view name) {
    static const json::array none;
    const auto* value = body.if_contains(name);
    if (value == nullptr) return &none;
    if (!value->is_array()) return fail(ErrorCode::invalid, "expected a list", std::string(name));
    return &value->get_array();
}

Result<std::string> text_in(const json::object& body, std::string_view name) {
    auto text = text_member(body, name);
    if (!text) return tl::unexpected(text.error());
    return text->value_or("");
}

/// Settings of one scope that phones of `family` shall be told, and those that others tell them from now on.
Result<SettingChanges> changes_in(const ApiCall& call, const json::object& body, std::string_view family) {
    auto changes = setting_changes(body);
    if (!changes) return tl::unexpected(changes.error());
    if (const auto said = check_raw_parameters(call.context.families, family, changes->set); !said)
        return tl::unexpected(said.error());
    return changes;
}

/// The same where there is nothing yet.
Result<std::vector<catalogue::SettingText>> settings_in(const ApiCall& call, const json::object& body,
                                                        std::string_view family) {
    auto changes = changes_in(call, body, family);
    if (!changes) return tl::unexpected(changes.error());
    if (!changes->unset.empty())
        return fail(ErrorCode::invalid, "an import takes nothing away", changes->unset.front());
    return std::move(changes->set);
}

Result<void> take_device(const ApiCall& call, const json::object& row, catalogue::TreeImport& tree,
                         const catalogue::Snapshot& snapshot) {
    const auto mac_text = text_in(row, "mac");
    if (!mac_text) return tl::unexpected(mac_text.error());
    const auto mac = mac_of(*mac_text);
    if (!mac) return tl::unexpected(mac.error());
    const auto family = text_in(row, "family"), model = text_in(row, "model");
    if (!family) return tl::unexpected(family.error());
    if (!model) return tl::unexpected(model.error());
    if (const auto known = check_family_and_model(call.context.families, *family, *model); !known) return known;
    const auto* update = row.if_contains("update");
    if (update != nullptr && update->is_bool() && update->get_bool()) {
        const auto* device = snapshot.find(*mac);
        if (device == nullptr) return fail(ErrorCode::not_found, "no such device in the catalogue", "mac");
        if (device->family != *family)
            return fail(ErrorCode::conflict, "it is a device of family " + device->family, "family");
        auto changes = changes_in(call, row, *family);
        if (!changes) return tl::unexpected(changes.error());
        tree.changed.push_back({device->mac, std::move(changes->set), std::move(changes->unset)});
        return {};
    }
    auto settings = settings_in(call, row, *family);
    if (!settings) return tl::unexpected(settings.error());
    catalogue::DeviceDraft draft;
    draft.mac = *mac;
    draft.family = *family;
    draft.model = *model;
    draft.site = tree.site;
    draft.settings = std::move(*settings);
    tree.added.push_back(std::move(draft));
    return {};
}

Result<void> take_model(const ApiCall& call, const json::object& row, catalogue::TreeImport& tree) {
    const auto family = text_in(row, "family"), model = text_in(row, "model");
    if (!family) return tl::unexpected(family.error());
    if (!model) return tl::unexpected(model.error());
    if (const auto known = check_family_and_model(call.context.families, *family, *model); !known) return known;
    auto settings = settings_in(call, row, *family);
    if (!settings) return tl::unexpected(settings.error());
    tree.models.push_back({*family, *model, std::move(*settings)});
    return {};
}

Result<void> take_entry(const json::object& row, catalogue::TreeImport& tree) {
    catalogue::PhonebookEntry entry;
    const std::pair<std::string_view, std::string*> members[] = {{"first_name", &entry.first_name},
                                                                 {"last_name", &entry.last_name},
                                                                 {"number", &entry.number},
                                                                 {"label", &entry.label}};
    for (const auto& [name, place] : members) {
        auto text = text_in(row, name);
        if (!text) return tl::unexpected(text.error());
        *place = std::move(*text);
    }
    tree.entries.push_back(std::move(entry));
    return {};
}

/// A directory that is imported again adds no contact twice, nor one that stands twice in it.
Result<void> drop_known_entries(const ApiCall& call, catalogue::TreeImport& tree) {
    const auto there = call.context.catalogue.store().entries(tree.site.empty() ? "default" : tree.site);
    if (!there) return tl::unexpected(there.error());
    std::set<std::string> numbers;
    for (const auto& entry : *there) numbers.insert(config::dialled(entry.number));
    std::erase_if(tree.entries,
                  [&](const auto& entry) { return !numbers.insert(config::dialled(entry.number)).second; });
    return {};
}

/// Each row of a list, and where it stands where it is refused.
template <class Take>
Result<void> take_all(const json::object& body, std::string_view name, const Take& take) {
    const auto rows = array_member(body, name);
    if (!rows) return tl::unexpected(rows.error());
    std::size_t number = 0;
    for (const json::value& row : **rows) {
        ++number;
        if (!row.is_object()) return fail(ErrorCode::invalid, "expected a list of objects", std::string(name));
        if (auto taken = take(row.get_object()); !taken) {
            const auto* mac = row.get_object().if_contains("mac");
            const std::string place = mac != nullptr && mac->is_string()
                                          ? printable(std::string_view(mac->get_string()), 40)
                                          : std::string(name) + " " + std::to_string(number);
            taken.error().where = place + " " + taken.error().where;
            return taken;
        }
    }
    return {};
}

json::object layer_of(const config::Layer& layer) {
    json::object out;
    put_layer(out, layer, Secrets::hidden);
    return out;
}

json::object known_device(const catalogue::Device& device, const catalogue::Snapshot& snapshot) {
    json::object out = layer_of(device.layer);
    out["mac"] = device.mac.text();
    out["family"] = device.family;
    out["model"] = device.model;
    const auto* site = snapshot.site(device.site);
    out["site"] = site == nullptr ? "" : site->name;
    const auto* group = snapshot.group(device.group);
    out["group"] = group == nullptr ? "" : group->name;
    return out;
}

/// What stands above devices besides the site: the fleet's layer, the models', the groups'.
void put_shared_layers(json::object& out, const catalogue::Snapshot& snapshot) {
    json::array models;
    for (const auto* stated : snapshot.model_layers()) {
        json::object row = layer_of(stated->layer);
        row["family"] = stated->family;
        row["model"] = stated->model;
        models.push_back(std::move(row));
    }
    json::object groups;
    for (const auto& [id, group] : snapshot.groups()) groups[group.name] = layer_of(group.layer);
    out["fleet"] = layer_of(snapshot.fleet().layer);
    out["model_layers"] = std::move(models);
    out["groups"] = std::move(groups);
}

Result<void> check_offered(const ApiCall& call, const catalogue::TreeImport& tree,
                           const catalogue::Snapshot& snapshot) {
    std::set<std::string> servers; // phones state the same: each is looked at once
    const auto check = [&](const std::vector<catalogue::SettingText>& settings) -> Result<void> {
        std::vector<catalogue::SettingText> to_offer;
        for (const auto& setting : settings) {
            const bool is_new = setting.name != "provisioning.server" || servers.insert(setting.value).second;
            if (is_new && setting.name.starts_with("provisioning.")) to_offer.push_back(setting);
        }
        if (to_offer.empty()) return {};
        return check_offers(call.context.offer_lengths, snapshot, LayerChange{to_offer});
    };
    if (auto fit = check(tree.site_settings); !fit) return fit;
    for (const auto& model : tree.models)
        if (auto fit = check(model.settings); !fit) return fit;
    for (const auto& draft : tree.added)
        if (auto fit = check(draft.settings); !fit) return fit;
    for (const auto& device : tree.changed)
        if (auto fit = check(device.settings); !fit) return fit;
    return {};
}

Result<ApiAnswer> import_tree(const ApiCall& call) {
    const auto body = call.object({"site", "settings", "models", "devices", "phonebook"});
    if (!body) return tl::unexpected(body.error());
    const auto snapshot = call.context.catalogue.snapshot();
    catalogue::TreeImport tree;
    auto site = text_in(*body, "site");
    if (!site) return tl::unexpected(site.error());
    tree.site = std::move(*site);
    if (!tree.site.empty() && snapshot->site(tree.site) == nullptr)
        return fail(ErrorCode::not_found, "there is no such site; `offhook site add` makes it", "site");
    auto settings = settings_in(call, *body, "");
    if (!settings) return tl::unexpected(settings.error());
    tree.site_settings = std::move(*settings);
    auto taken = take_all(*body, "models", [&](const json::object& row) { return take_model(call, row, tree); });
    if (taken)
        taken = take_all(*body, "devices",
                         [&](const json::object& row) { return take_device(call, row, tree, *snapshot); });
    if (taken) taken = take_all(*body, "phonebook", [&](const json::object& row) { return take_entry(row, tree); });
    if (taken) taken = check_offered(call, tree, *snapshot);
    if (!taken) return tl::unexpected(taken.error());
    if (const auto kept = drop_known_entries(call, tree); !kept) return tl::unexpected(kept.error());
    const auto stored = call.context.catalogue.store().import_tree(tree);
    if (!stored) return tl::unexpected(stored.error());
    return ApiAnswer{200, json::object{{"added", tree.added.size()},
                                       {"changed", tree.changed.size()},
                                       {"entries", tree.entries.size()},
                                       {"revision", *stored}}};
}

/// {"site", "macs"}: which of them are devices, what they and all that they share say, and whether others would be
/// told the same.
Result<ApiAnswer> standing(const ApiCall& call) {
    const auto body = call.object({"site", "macs"});
    if (!body) return tl::unexpected(body.error());
    const auto snapshot = call.context.catalogue.snapshot();
    const auto name = text_in(*body, "site");
    if (!name) return tl::unexpected(name.error());
    const auto* site = name->empty() ? snapshot->site(catalogue::default_site) : snapshot->site(*name);
    if (site == nullptr)
        return fail(ErrorCode::not_found, "there is no such site; `offhook site add` makes it", "site");
    const auto rows = array_member(*body, "macs");
    if (!rows) return tl::unexpected(rows.error());
    std::set<MacAddress> asked;
    json::array known;
    for (const json::value& row : **rows) {
        const auto mac = mac_of(row.is_string() ? std::string_view(row.get_string()) : "");
        if (!mac) return tl::unexpected(mac.error());
        asked.insert(*mac);
        if (const auto* device = snapshot->find(*mac)) known.push_back(known_device(*device, *snapshot));
    }
    bool others = false;
    std::set<std::string> models;
    for (catalogue::Snapshot::Cursor cursor; !cursor.at_end();)
        for (const auto* device : snapshot->page(cursor, import_page_devices)) {
            if (asked.contains(device->mac)) continue;
            others = others || device->site == site->id;
            models.insert(device->family + " " + device->model);
        }
    for (const auto* stated : snapshot->model_layers()) models.insert(stated->family + " " + stated->model);
    json::object out{{"devices", std::move(known)}, {"site_has_others", others}};
    out["models"] = json::array(models.begin(), models.end());
    put_layer(out, site->layer, Secrets::hidden);
    out["site"] = site->name;
    put_shared_layers(out, *snapshot);
    return ApiAnswer{200, std::move(out)};
}

} // namespace

std::vector<ApiRoute> import_tree_routes() {
    return {{"POST", "/v1/import/tree", import_tree}, {"POST", "/v1/import/standing", standing}};
}

} // namespace offhook::server
