#include "server/api/shapes.hpp"

#include "base/text.hpp"

#include <boost/json/array.hpp>
#include <boost/json/serialize.hpp>

namespace offhook::server {
namespace {

namespace json = boost::json;

std::string_view name_of_site(const catalogue::Snapshot& snapshot, catalogue::SiteId id) {
    const auto* site = snapshot.site(id);
    return site == nullptr ? std::string_view() : site->name;
}

} // namespace

void put_layer(json::object& out, const config::Layer& layer, Secrets secrets) {
    json::object settings;
    json::array hidden;
    for (const config::Layer::Entry& entry : layer) {
        const bool secret = entry.is_raw() || spec_of(entry.key).secrecy == config::Secrecy::secret;
        if (secret && secrets == Secrets::hidden)
            hidden.emplace_back(entry.name());
        else
            settings[entry.name()] = entry.value;
    }
    out["settings"] = std::move(settings);
    if (secrets == Secrets::hidden) out["secrets_set"] = std::move(hidden);
}

json::object to_json(const catalogue::Device& device, const catalogue::Snapshot& snapshot, Secrets secrets) {
    json::object out{{"mac", device.mac.text()},
                     {"family", device.family},
                     {"model", device.model},
                     {"site", name_of_site(snapshot, device.site)},
                     {"revision", device.revision}};
    if (const auto* group = snapshot.group(device.group)) out["group"] = group->name;
    if (device.wifi_mac) out["wifi_mac"] = device.wifi_mac->text();
    if (!device.serial.empty()) out["serial"] = device.serial;
    if (!device.note.empty()) out["note"] = device.note;
    if (device.first_contact_until != WallTime()) out["first_contact_until"] = to_text(device.first_contact_until);
    put_layer(out, device.layer, secrets);
    return out;
}

json::object to_json(const catalogue::Site& site, Secrets secrets) {
    json::object out{
        {"name", site.name}, {"title", site.title}, {"policy", to_text(site.policy)}, {"revision", site.revision}};
    json::array networks;
    for (const Network& network : site.networks) networks.emplace_back(network.text());
    out["networks"] = std::move(networks);
    out["has_token"] = !site.url_token.empty();
    if (secrets == Secrets::shown && !site.url_token.empty()) out["token"] = site.url_token;
    if (!site.previous_url_token.empty()) out["has_previous_token"] = true;
    if (secrets == Secrets::shown && !site.previous_url_token.empty()) out["previous_token"] = site.previous_url_token;
    out["first_contact_minutes"] = site.first_contact_minutes;
    return out;
}

json::object to_json(const catalogue::Group& group, const catalogue::Snapshot& snapshot) {
    json::object out{{"name", group.name}, {"title", group.title}, {"revision", group.revision}};
    if (group.site) out["site"] = name_of_site(snapshot, *group.site);
    return out;
}

Result<SettingChanges> setting_changes(const json::object& body) {
    SettingChanges out;
    const auto* settings = body.if_contains("settings");
    if (settings == nullptr) return out;
    if (!settings->is_object()) return fail(ErrorCode::invalid, "expected an object of NAME: VALUE", "settings");
    for (const auto& member : settings->get_object()) {
        const std::string name(member.key());
        const json::value& value = member.value();
        if (value.is_null())
            out.unset.push_back(name);
        else if (value.is_string())
            out.set.push_back({name, std::string(value.get_string())});
        else if (value.is_bool())
            out.set.push_back({name, value.get_bool() ? "yes" : "no"});
        else if (value.is_int64() || value.is_uint64())
            out.set.push_back({name, json::serialize(value)});
        else
            return fail(ErrorCode::invalid, "expected a text, a whole number, true, false or null", printable(name));
    }
    return out;
}

Result<std::optional<std::uint32_t>> minutes_member(const json::object& body, std::string_view name) {
    const auto* value = body.if_contains(name);
    if (value == nullptr) return std::optional<std::uint32_t>();
    json::error_code error;
    const auto minutes = value->to_number<std::uint32_t>(error);
    if (error) return fail(ErrorCode::invalid, "expected a whole number of minutes", std::string(name));
    return std::optional(minutes);
}

Result<std::optional<std::string>> text_member(const json::object& body, std::string_view name) {
    const auto* value = body.if_contains(name);
    if (value == nullptr) return std::optional<std::string>();
    if (!value->is_string()) return fail(ErrorCode::invalid, "expected a text", std::string(name));
    return std::optional<std::string>(std::string(value->get_string()));
}

} // namespace offhook::server
