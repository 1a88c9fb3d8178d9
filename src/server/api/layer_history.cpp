/// /v1/devices/{mac}/history, /v1/layers/…/history: what was changed in a layer, and when.
#include "base/text.hpp"
#include "server/api/api.hpp"
#include "server/api/device_files.hpp"
#include "server/api/shapes.hpp"

#include <boost/json/array.hpp>

namespace offhook::server {
namespace {

namespace json = boost::json;

json::object to_json(const catalogue::LayerChange& change, Secrets secrets) {
    json::array settings;
    for (const catalogue::SettingChange& setting : change.settings) {
        const bool hidden = secrets == Secrets::hidden && is_secret(setting);
        const auto shown = [&](const std::optional<std::string>& value) -> json::value {
            if (!value) return nullptr;
            return hidden && !value->empty() ? json::value(masked_value) : json::value(*value);
        };
        settings.push_back(
            json::object{{"name", setting.name}, {"before", shown(setting.before)}, {"after", shown(setting.after)}});
    }
    return {{"revision", change.revision}, {"time", to_text(change.at)}, {"settings", std::move(settings)}};
}

Result<ApiAnswer> history_of(const ApiCall& call, const catalogue::LayerPlace& place) {
    const auto history = call.context.catalogue.store().layer_history(place);
    if (!history) return tl::unexpected(history.error());
    const Secrets secrets = call.flag("show_secrets") ? Secrets::shown : Secrets::hidden;
    json::array rows;
    for (const catalogue::LayerChange& change : history->changes) rows.push_back(to_json(change, secrets));
    return ApiAnswer{200, json::object{{"layer", to_text(place.kind)},
                                       {"revision", call.context.catalogue.snapshot()->revision()},
                                       {"begins", history->begins},
                                       {"made", history->made},
                                       {"changes", std::move(rows)}}};
}

Result<ApiAnswer> of_device(const ApiCall& call) {
    const auto mac = call.mac();
    if (!mac) return tl::unexpected(mac.error());
    const auto snapshot = call.context.catalogue.snapshot();
    const auto* device = snapshot->find(*mac);
    return history_of(call, {config::LayerKind::device, {}, device != nullptr ? device->mac : *mac});
}

template <config::LayerKind kind>
Result<ApiAnswer> of_layer(const ApiCall& call) {
    return history_of(call, {kind, join(call.words, "/"), {}});
}

} // namespace

std::vector<ApiRoute> layer_history_routes() {
    using enum config::LayerKind;
    return {{"GET", "/v1/devices/{mac}/history", of_device},
            {"GET", "/v1/layers/fleet/history", of_layer<fleet>},
            {"GET", "/v1/layers/site/{name}/history", of_layer<site>},
            {"GET", "/v1/layers/model/{family}/{model}/history", of_layer<model>},
            {"GET", "/v1/layers/group/{name}/history", of_layer<group>}};
}

} // namespace offhook::server
