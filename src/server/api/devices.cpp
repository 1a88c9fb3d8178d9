/// /v1/devices
#include "base/text.hpp"
#include "catalogue/account.hpp"
#include "server/api/api.hpp"
#include "server/api/checks.hpp"
#include "server/api/device_files.hpp"
#include "server/api/shapes.hpp"
#include "server/layers.hpp"
#include "server/lines.hpp"

#include <boost/json/array.hpp>

namespace offhook::server {
namespace {

namespace json = boost::json;

Secrets secrets_of(const ApiCall& call) { return call.flag("show_secrets") ? Secrets::shown : Secrets::hidden; }

Error no_such_device(MacAddress mac) {
    return {ErrorCode::not_found, "no such device in the catalogue; `offhook sighting list` shows strangers",
            mac.text()};
}

/// The device that any of its identities names, as the store knows it.
Result<MacAddress> lan_mac(const ApiCall& call) {
    const auto mac = call.mac();
    if (!mac) return mac;
    const auto snapshot = call.context.catalogue.snapshot();
    const auto* device = snapshot->find(*mac);
    if (device == nullptr) return tl::unexpected(no_such_device(*mac));
    return device->mac;
}

Result<ApiAnswer> answer_with(const ApiCall& call, MacAddress mac, unsigned status) {
    const auto snapshot = call.context.catalogue.snapshot();
    const auto* device = snapshot->find(mac);
    if (device == nullptr) return tl::unexpected(no_such_device(mac));
    return ApiAnswer{status, to_json(*device, *snapshot, secrets_of(call))};
}

/// Puts the body's text members into the places named. Errors: invalid for a member that is no text.
Result<void> take_texts(const json::object& body,
                        std::initializer_list<std::pair<std::string_view, std::string*>> places) {
    for (const auto& [name, place] : places) {
        auto value = text_member(body, name);
        if (!value) return tl::unexpected(value.error());
        if (*value) *place = std::move(**value);
    }
    return {};
}

Result<ApiAnswer> add(const ApiCall& call) {
    const auto body =
        call.object({"mac", "family", "model", "site", "group", "note", "serial", "wifi_mac", "settings"});
    if (!body) return tl::unexpected(body.error());
    catalogue::DeviceDraft draft;
    std::string mac, wifi_mac;
    const auto taken = take_texts(*body, {{"mac", &mac},
                                          {"wifi_mac", &wifi_mac},
                                          {"family", &draft.family},
                                          {"model", &draft.model},
                                          {"site", &draft.site},
                                          {"group", &draft.group},
                                          {"note", &draft.note},
                                          {"serial", &draft.serial}});
    if (!taken) return tl::unexpected(taken.error());
    const auto read_mac = MacAddress::from_text(mac);
    if (!read_mac)
        return fail(ErrorCode::invalid,
                    "expected a MAC address such as 00:04:f2:ab:cd:ef, not '" + printable(mac, 40) + "'", "mac");
    draft.mac = *read_mac;
    if (!wifi_mac.empty() && !(draft.wifi_mac = MacAddress::from_text(wifi_mac)))
        return fail(ErrorCode::invalid, "expected a MAC address", "wifi_mac");
    if (const auto checked = check_family_and_model(call.context.families, draft.family, draft.model); !checked)
        return tl::unexpected(checked.error());
    auto changes = setting_changes(*body);
    if (!changes) return tl::unexpected(changes.error());
    if (const auto said = check_raw_parameters(call.context.families, draft.family, changes->set); !said)
        return tl::unexpected(said.error());
    if (const auto fit =
            check_offers(call.context.offer_lengths, *call.context.catalogue.snapshot(), LayerChange{changes->set});
        !fit)
        return tl::unexpected(fit.error());
    if (const auto fit = check_sealed(call.context.families, draft.family, *call.context.catalogue.snapshot(),
                                      draft.site, LayerChange{changes->set});
        !fit)
        return tl::unexpected(fit.error());
    draft.settings = std::move(changes->set);
    if (const auto added = call.context.catalogue.store().add_device(draft); !added)
        return tl::unexpected(added.error());
    return answer_with(call, draft.mac, 201);
}

/// Looked at where the change is about it: what its site has come to say since is told by explain.
Result<void> check_sealing(const ApiCall& call, const catalogue::Device& known, const catalogue::DeviceChange& change,
                           const LayerChange& settings) {
    const bool is_set = std::any_of(settings.set.begin(), settings.set.end(),
                                    [](const auto& each) { return each.name == "provisioning.sealed"; });
    if (!is_set && !change.site && !change.family) return {};
    const auto snapshot = call.context.catalogue.snapshot();
    const auto* site = snapshot->site(known.site);
    const std::string here = site == nullptr ? "" : site->name;
    return check_sealed(call.context.families, change.family.value_or(known.family), *snapshot,
                        change.site.value_or(here), settings);
}

Result<ApiAnswer> change(const ApiCall& call) {
    const auto mac = call.mac();
    if (!mac) return tl::unexpected(mac.error());
    const auto body = call.object({"family", "model", "site", "group", "note", "serial", "wifi_mac", "settings"});
    if (!body) return tl::unexpected(body.error());
    const auto snapshot = call.context.catalogue.snapshot();
    const auto* known = snapshot->find(*mac);
    if (known == nullptr) return tl::unexpected(no_such_device(*mac));

    catalogue::DeviceChange change;
    const std::pair<std::string_view, std::optional<std::string>*> members[] = {
        {"family", &change.family}, {"model", &change.model},   {"site", &change.site},        {"group", &change.group},
        {"note", &change.note},     {"serial", &change.serial}, {"wifi_mac", &change.wifi_mac}};
    for (const auto& [name, place] : members) {
        auto value = text_member(*body, name);
        if (!value) return tl::unexpected(value.error());
        *place = std::move(*value);
    }
    if (change.family || change.model) {
        const auto checked = check_family_and_model(call.context.families, change.family.value_or(known->family),
                                                    change.model.value_or(known->model));
        if (!checked) return tl::unexpected(checked.error());
    }
    auto changes = setting_changes(*body);
    if (!changes) return tl::unexpected(changes.error());
    if (const auto said =
            check_raw_parameters(call.context.families, change.family.value_or(known->family), changes->set);
        !said)
        return tl::unexpected(said.error());
    const LayerChange to_offer{changes->set, changes->unset, &known->layer};
    if (const auto fit = check_offers(call.context.offer_lengths, *snapshot, to_offer); !fit)
        return tl::unexpected(fit.error());
    if (const auto fit = check_sealing(call, *known, change, to_offer); !fit) return tl::unexpected(fit.error());
    change.set = std::move(changes->set);
    change.unset = std::move(changes->unset);
    if (const auto changed = call.context.catalogue.store().change_device(known->mac, change); !changed)
        return tl::unexpected(changed.error());
    return answer_with(call, known->mac, 200);
}

Result<ApiAnswer> show(const ApiCall& call) {
    const auto mac = call.mac();
    if (!mac) return tl::unexpected(mac.error());
    auto answer = answer_with(call, *mac, 200);
    const auto snapshot = call.context.catalogue.snapshot();
    if (const auto* device = answer ? snapshot->find(*mac) : nullptr) {
        json::array layers;
        for (const std::string& name : stating_layers(*snapshot, *device)) layers.emplace_back(name);
        answer->body.as_object()["layers"] = std::move(layers);
    }
    return answer;
}

Result<ApiAnswer> remove(const ApiCall& call) {
    const auto mac = lan_mac(call);
    if (!mac) return tl::unexpected(mac.error());
    if (const auto removed = call.context.catalogue.store().remove_device(*mac); !removed)
        return tl::unexpected(removed.error());
    return ApiAnswer{200, json::object{{"mac", mac->text()}, {"removed", true}}};
}

Result<ApiAnswer> replace(const ApiCall& call) {
    const auto old_mac = lan_mac(call);
    if (!old_mac) return tl::unexpected(old_mac.error());
    const auto body = call.object({"mac", "model", "wifi_mac", "serial"});
    if (!body) return tl::unexpected(body.error());
    std::string text;
    if (const auto taken = take_texts(*body, {{"mac", &text}}); !taken) return tl::unexpected(taken.error());
    const auto new_mac = MacAddress::from_text(text);
    if (!new_mac)
        return fail(ErrorCode::invalid, "expected the new phone's MAC address, not '" + printable(text, 40) + "'",
                    "mac");
    catalogue::Replacement replacement{*old_mac, *new_mac, {}, {}, {}};
    const std::pair<std::string_view, std::optional<std::string>*> members[] = {
        {"model", &replacement.model}, {"wifi_mac", &replacement.wifi_mac}, {"serial", &replacement.serial}};
    for (const auto& [name, place] : members) {
        auto value = text_member(*body, name);
        if (!value) return tl::unexpected(value.error());
        *place = std::move(*value);
    }
    if (const auto done = call.context.catalogue.store().replace_device(replacement); !done)
        return tl::unexpected(done.error());
    auto answer = answer_with(call, *new_mac, 200);
    const auto now = call.context.catalogue.snapshot();
    const auto* device = now->find_lan(*new_mac);
    // The old handset has the password, and knows whose place was taken.
    if (answer && device != nullptr && catalogue::account_of(*device))
        answer->body.as_object()["rotate_credentials"] = true;
    return answer;
}

Result<ApiAnswer> list(const ApiCall& call) {
    catalogue::DeviceQuery query;
    query.site = call.option("site");
    query.group = call.option("group");
    query.family = call.option("family");
    query.model = call.option("model");
    if (!call.option("limit").empty()) {
        const auto limit = to_number<std::size_t>(call.option("limit"));
        if (!limit || *limit == 0 || *limit > 1000) return fail(ErrorCode::invalid, "expected 1 to 1000", "limit");
        query.count = *limit;
    }
    if (!call.option("after").empty() && !(query.after = MacAddress::from_text(call.option("after"))))
        return fail(ErrorCode::invalid, "expected the MAC address of the last device of the page before", "after");
    const auto devices = call.context.catalogue.store().list_devices(query);
    if (!devices) return tl::unexpected(devices.error());
    const auto snapshot = call.context.catalogue.snapshot();
    json::array rows;
    for (const catalogue::Device& device : *devices) rows.push_back(to_json(device, *snapshot, secrets_of(call)));
    json::object out{{"devices", std::move(rows)}};
    if (devices->size() == query.count) out["next"] = devices->back().mac.text();
    return ApiAnswer{200, std::move(out)};
}

/// What a phone that took its files would register as: of all layers together.
Result<ApiAnswer> lines(const ApiCall& call) {
    const auto mac = call.mac();
    if (!mac) return tl::unexpected(mac.error());
    const auto snapshot = call.context.catalogue.snapshot();
    const auto* device = snapshot->find(*mac);
    if (device == nullptr) return tl::unexpected(no_such_device(*mac));
    const auto* family = config::find_family(call.context.families, device->family);
    const auto* site = snapshot->site(device->site);
    if (family == nullptr || site == nullptr)
        return fail(ErrorCode::not_found, "no pack for this family", device->family);
    const Layers layers(*snapshot, *family, *site, device);
    std::vector<config::LayerRef> all(layers.all().begin(), layers.all().end());
    LocalLayer local; // what a phone that was changed by hand makes of it
    if (call.flag("local")) {
        local = local_layer_of({snapshot, device, site, family, family->find_model(device->model)},
                               call.context.catalogue.store());
        all.push_back({config::LayerKind::local, &local.layer});
    }
    json::array rows;
    for (const EffectiveLine& line : effective_lines(config::Effective(all))) {
        json::object row{
            {"index", line.index}, {"user", line.user}, {"auth_user", line.auth_user}, {"registrar", line.registrar}};
        row["password"] = secrets_of(call) == Secrets::shown ? json::value(line.password) : json::value(nullptr);
        rows.push_back(std::move(row));
    }
    return ApiAnswer{200, json::object{{"mac", device->mac.text()}, {"lines", std::move(rows)}}};
}

} // namespace

std::vector<ApiRoute> device_routes() {
    return {{"GET", "/v1/devices", list},
            {"POST", "/v1/devices", add},
            {"GET", "/v1/devices/{mac}", show},
            {"GET", "/v1/devices/{mac}/lines", lines},
            {"PATCH", "/v1/devices/{mac}", change},
            {"DELETE", "/v1/devices/{mac}", remove},
            {"POST", "/v1/devices/{mac}/replace", replace}};
}

} // namespace offhook::server
