/// /v1/sites, /v1/groups, /v1/models, /v1/layers
#include "base/random.hpp"
#include "base/text.hpp"
#include "server/api/api.hpp"
#include "server/api/checks.hpp"
#include "server/api/shapes.hpp"

#include <boost/json/array.hpp>
#include <iterator>
#include <map>
#include <span>
#include <unordered_map>
#include <utility>

namespace offhook::server {
namespace {

namespace json = boost::json;

constexpr std::size_t random_token_letters = 22; // about 131 bits

Result<catalogue::SiteChange> site_change(const json::object& body) {
    catalogue::SiteChange change;
    const std::pair<std::string_view, std::optional<std::string>*> members[] = {
        {"title", &change.title}, {"token", &change.url_token}, {"policy", &change.policy}};
    for (const auto& [name, place] : members) {
        auto value = text_member(body, name);
        if (!value) return tl::unexpected(value.error());
        *place = std::move(*value);
    }
    const auto minutes = minutes_member(body, "first_contact_minutes");
    if (!minutes) return tl::unexpected(minutes.error());
    change.first_contact_minutes = *minutes;
    if (change.url_token == "random") change.url_token = SystemRandom().letters(random_token_letters);
    const auto* networks = body.if_contains("networks");
    if (networks == nullptr) return change;
    change.networks.emplace();
    if (!networks->is_array())
        return fail(ErrorCode::invalid, "expected an array of networks such as 10.1.0.0/16", "networks");
    for (const json::value& network : networks->get_array()) {
        if (!network.is_string()) return fail(ErrorCode::invalid, "expected an array of texts", "networks");
        change.networks->emplace_back(network.get_string());
    }
    return change;
}

/// A token is shown to whoever has just made it: it is worth nothing to a person who cannot read it.
enum class Token : std::uint8_t { just_made, as_it_was };

Result<ApiAnswer> answer_with_site(const ApiCall& call, std::string_view name, unsigned status, Token token) {
    const auto snapshot = call.context.catalogue.snapshot();
    const auto* site = snapshot->site(name);
    if (site == nullptr) return fail(ErrorCode::not_found, "no such site", printable(name, 64));
    const bool shown = call.flag("show_secrets") || token == Token::just_made;
    return ApiAnswer{status, to_json(*site, shown ? Secrets::shown : Secrets::hidden)};
}

Result<ApiAnswer> list_sites(const ApiCall& call) {
    const auto snapshot = call.context.catalogue.snapshot();
    std::unordered_map<std::uint32_t, std::size_t> devices;
    for (catalogue::Snapshot::Cursor cursor; !cursor.at_end();)
        for (const auto* device : snapshot->page(cursor, 4096)) ++devices[static_cast<std::uint32_t>(device->site)];
    json::array rows;
    for (const auto& [id, site] : snapshot->sites()) {
        auto row = to_json(site, call.flag("show_secrets") ? Secrets::shown : Secrets::hidden);
        row["devices"] = devices[static_cast<std::uint32_t>(id)];
        rows.push_back(std::move(row));
    }
    return ApiAnswer{200, json::object{{"sites", std::move(rows)}}};
}

Result<ApiAnswer> add_site(const ApiCall& call) {
    const auto body =
        call.object({"name", "title", "networks", "token", "policy", "first_contact_minutes", "settings"});
    if (!body) return tl::unexpected(body.error());
    const auto name = text_member(*body, "name");
    if (!name) return tl::unexpected(name.error());
    if (!*name) return fail(ErrorCode::invalid, "the name is missing", "name");
    const auto change = site_change(*body);
    if (!change) return tl::unexpected(change.error());
    const auto settings = setting_changes(*body);
    if (!settings) return tl::unexpected(settings.error());
    if (const auto fit =
            check_offers(call.context.offer_lengths, *call.context.catalogue.snapshot(), LayerChange{settings->set});
        !fit)
        return tl::unexpected(fit.error());
    if (const auto fit =
            check_offers(call.context.offer_lengths, *call.context.catalogue.snapshot(), change->url_token);
        !fit)
        return tl::unexpected(fit.error());
    const auto added = call.context.catalogue.store().add_site(**name, *change, settings->set);
    if (!added) return tl::unexpected(added.error());
    return answer_with_site(call, **name, 201, Token::just_made);
}

Result<ApiAnswer> change_site(const ApiCall& call) {
    const auto body = call.object({"title", "networks", "token", "policy", "first_contact_minutes"});
    if (!body) return tl::unexpected(body.error());
    const auto change = site_change(*body);
    if (!change) return tl::unexpected(change.error());
    if (const auto fit =
            check_offers(call.context.offer_lengths, *call.context.catalogue.snapshot(), change->url_token);
        !fit)
        return tl::unexpected(fit.error());
    const auto changed = call.context.catalogue.store().change_site(call.words.at(0), *change);
    if (!changed) return tl::unexpected(changed.error());
    return answer_with_site(call, call.words[0], 200, change->url_token ? Token::just_made : Token::as_it_was);
}

Result<ApiAnswer> remove_site(const ApiCall& call) {
    const auto& listeners = call.context.listener_of_site;
    if (const auto named = listeners.find(call.words.at(0)); named != listeners.end())
        return fail(ErrorCode::conflict,
                    "listener " + named->second + " names this site; take it out of the server's configuration first",
                    "site");
    const auto removed = call.context.catalogue.store().remove_site(call.words.at(0));
    if (!removed) return tl::unexpected(removed.error());
    return ApiAnswer{200, json::object{{"name", call.words[0]}, {"removed", true}}};
}

Result<ApiAnswer> list_groups(const ApiCall& call) {
    const auto snapshot = call.context.catalogue.snapshot();
    std::unordered_map<std::uint32_t, std::size_t> devices;
    for (catalogue::Snapshot::Cursor cursor; !cursor.at_end();)
        for (const auto* device : snapshot->page(cursor, 4096)) ++devices[static_cast<std::uint32_t>(device->group)];
    json::array rows;
    for (const auto& [id, group] : snapshot->groups()) {
        auto row = to_json(group, *snapshot);
        row["devices"] = devices[static_cast<std::uint32_t>(id)];
        rows.push_back(std::move(row));
    }
    return ApiAnswer{200, json::object{{"groups", std::move(rows)}}};
}

Result<ApiAnswer> add_group(const ApiCall& call) {
    const auto body = call.object({"name", "title", "site", "settings"});
    if (!body) return tl::unexpected(body.error());
    std::optional<std::string> name, title, site;
    const std::pair<std::string_view, std::optional<std::string>*> members[] = {
        {"name", &name}, {"title", &title}, {"site", &site}};
    for (const auto& [member, place] : members) {
        auto value = text_member(*body, member);
        if (!value) return tl::unexpected(value.error());
        *place = std::move(*value);
    }
    if (!name) return fail(ErrorCode::invalid, "the name is missing", "name");
    const auto settings = setting_changes(*body);
    if (!settings) return tl::unexpected(settings.error());
    const auto added =
        call.context.catalogue.store().add_group(*name, title.value_or(""), site.value_or(""), settings->set);
    if (!added) return tl::unexpected(added.error());
    const auto snapshot = call.context.catalogue.snapshot();
    const auto* group = snapshot->group(*name);
    return ApiAnswer{201, group == nullptr ? json::object() : to_json(*group, *snapshot)};
}

Result<ApiAnswer> remove_group(const ApiCall& call) {
    const auto removed = call.context.catalogue.store().remove_group(call.words.at(0));
    if (!removed) return tl::unexpected(removed.error());
    return ApiAnswer{200, json::object{{"name", call.words[0]}, {"removed", true}}};
}

/// Models that have devices, or settings that their devices share.
Result<ApiAnswer> list_models(const ApiCall& call) {
    const auto snapshot = call.context.catalogue.snapshot();
    struct Counts {
        std::size_t devices = 0, settings = 0;
    };
    std::map<std::pair<std::string, std::string>, Counts> models;
    for (catalogue::Snapshot::Cursor cursor; !cursor.at_end();)
        for (const auto* device : snapshot->page(cursor, 4096)) ++models[{device->family, device->model}].devices;
    for (const auto* stated : snapshot->model_layers())
        models[{stated->family, stated->model}].settings =
            static_cast<std::size_t>(std::distance(stated->layer.begin(), stated->layer.end()));
    json::array rows;
    for (const auto& [name, counts] : models)
        rows.push_back(json::object{{"family", name.first},
                                    {"model", name.second},
                                    {"devices", counts.devices},
                                    {"settings", counts.settings}});
    return ApiAnswer{200, json::object{{"models", std::move(rows)}}};
}

Result<const config::Layer*> find_model_layer(const ApiCall& call, const catalogue::Snapshot& snapshot) {
    static const config::Layer nothing;
    const std::string &family = call.words.at(0), &model = call.words.at(1);
    // What is stated can be shown and taken out whatever became of the pack.
    if (const auto* stated = snapshot.model_layer(family, model)) return &stated->layer;
    if (const auto known = check_family_and_model(call.context.families, family, model); !known)
        return tl::unexpected(known.error());
    return &nothing;
}

/// The layer that a route names: words[0] is the site's or group's name, if any.
template <config::LayerKind kind>
Result<const config::Layer*> find_layer(const ApiCall& call, const catalogue::Snapshot& snapshot) {
    if constexpr (kind == config::LayerKind::fleet) return &snapshot.fleet().layer;
    if constexpr (kind == config::LayerKind::model) return find_model_layer(call, snapshot);
    const std::string& name = call.words.empty() ? std::string() : call.words[0];
    if constexpr (kind == config::LayerKind::site)
        if (const auto* site = snapshot.site(name)) return &site->layer;
    if constexpr (kind == config::LayerKind::group)
        if (const auto* group = snapshot.group(name)) return &group->layer;
    return fail(ErrorCode::not_found, "no such " + std::string(to_text(kind)), printable(name, 64));
}

template <config::LayerKind kind>
Result<ApiAnswer> show_layer(const ApiCall& call) {
    const auto snapshot = call.context.catalogue.snapshot();
    const auto layer = find_layer<kind>(call, *snapshot);
    if (!layer) return tl::unexpected(layer.error());
    json::object out{{"layer", to_text(kind)}};
    if (!call.words.empty()) out["name"] = join(call.words, "/");
    put_layer(out, **layer, call.flag("show_secrets") ? Secrets::shown : Secrets::hidden);
    return ApiAnswer{200, std::move(out)};
}

/// Whether the model is there, and its files can carry what is to be set.
Result<void> check_model_change(const ApiCall& call, std::span<const catalogue::SettingText> set) {
    if (set.empty()) return {};
    if (const auto known = check_family_and_model(call.context.families, call.words.at(0), call.words.at(1)); !known)
        return known;
    if (const auto fit = check_sealed_of_model(call.context.families, call.words[0], set); !fit) return fit;
    return check_raw_parameters(call.context.families, call.words[0], set);
}

template <config::LayerKind kind>
Result<ApiAnswer> change_layer(const ApiCall& call) {
    const auto body = call.object({"settings"});
    if (!body) return tl::unexpected(body.error());
    const auto changes = setting_changes(*body);
    if (!changes) return tl::unexpected(changes.error());
    if (const auto fit =
            check_offers(call.context.offer_lengths, *call.context.catalogue.snapshot(), LayerChange{changes->set});
        !fit)
        return tl::unexpected(fit.error());
    if constexpr (kind == config::LayerKind::model)
        if (const auto fit = check_model_change(call, changes->set); !fit) return tl::unexpected(fit.error());
    const catalogue::LayerPlace place{kind, join(call.words, "/"), {}};
    const auto changed = call.context.catalogue.store().change_layer(place, changes->set, changes->unset);
    if (!changed) return tl::unexpected(changed.error());
    return show_layer<kind>(call);
}

} // namespace

std::vector<ApiRoute> scope_routes() {
    using enum config::LayerKind;
    return {{"GET", "/v1/sites", list_sites},
            {"POST", "/v1/sites", add_site},
            {"PATCH", "/v1/sites/{name}", change_site},
            {"DELETE", "/v1/sites/{name}", remove_site},
            {"GET", "/v1/groups", list_groups},
            {"POST", "/v1/groups", add_group},
            {"DELETE", "/v1/groups/{name}", remove_group},
            {"GET", "/v1/layers/fleet", show_layer<fleet>},
            {"PATCH", "/v1/layers/fleet", change_layer<fleet>},
            {"GET", "/v1/layers/site/{name}", show_layer<site>},
            {"PATCH", "/v1/layers/site/{name}", change_layer<site>},
            {"GET", "/v1/models", list_models},
            {"GET", "/v1/layers/model/{family}/{model}", show_layer<model>},
            {"PATCH", "/v1/layers/model/{family}/{model}", change_layer<model>},
            {"GET", "/v1/layers/group/{name}", show_layer<group>},
            {"PATCH", "/v1/layers/group/{name}", change_layer<group>}};
}

} // namespace offhook::server
