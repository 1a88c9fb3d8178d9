/// /v1/loops: images and changes that a device is not offered any more.
#include "base/log.hpp"
#include "base/text.hpp"
#include "server/api/api.hpp"
#include "server/api/device_files.hpp"
#include "server/loops/loop_guard.hpp"

#include <boost/json/array.hpp>

namespace offhook::server {
namespace {

namespace json = boost::json;

json::object to_json(const catalogue::DeviceHold& row) {
    const catalogue::ChangeHold& hold = row.hold;
    const auto shown = [&](const std::optional<std::string>& value) -> json::value {
        if (!value) return nullptr;
        return is_secret(hold) && !value->empty() ? json::value(masked_value) : json::value(*value);
    };
    return {{"mac", row.mac.text()},        {"setting", hold.setting},
            {"former", shown(hold.former)}, {"withheld", shown(hold.withheld)},
            {"revision", hold.revision},    {"changed", to_text(hold.changed)},
            {"boots", hold.boots},          {"first", to_text(hold.first)},
            {"since", to_text(hold.since)}};
}

Result<ApiAnswer> list_held(const ApiCall& call) {
    json::array rows;
    if (call.context.loop_guard != nullptr)
        for (const catalogue::ImageHold& hold : call.context.loop_guard->list())
            rows.push_back(json::object{{"mac", hold.mac.text()},
                                        {"file", hold.name},
                                        {"hash", hold.hash},
                                        {"fetches", hold.fetches},
                                        {"first", to_text(hold.first)},
                                        {"since", to_text(hold.since)}});
    json::array changes;
    for (const auto& row : call.context.catalogue.store().change_holds()) changes.push_back(to_json(row));
    return ApiAnswer{200, json::object{{"held", std::move(rows)}, {"changes", std::move(changes)}}};
}

void told_of_release(const ApiCall& call, MacAddress mac, const std::string& name) {
    if (call.context.tell_of_release) call.context.tell_of_release(mac, name);
}

/// The settings whose changes are offered again. Empty name: all of the device.
Result<json::array> release_changes(const ApiCall& call, MacAddress mac, const std::string& name) {
    const auto snapshot = call.context.catalogue.snapshot();
    const auto* device = snapshot->find_lan(mac);
    json::array out;
    if (device == nullptr || device->held.empty()) return out;
    const auto released = call.context.catalogue.store().release_changes(mac, name);
    if (!released && released.error().code == ErrorCode::not_found) return out;
    if (!released) return tl::unexpected(released.error());
    for (const catalogue::ChangeHold& hold : device->held.all()) {
        if (!name.empty() && hold.setting != name) continue;
        log::info("CHANGE_LOOP_RELEASED", "{}: {}", mac.text(), hold.setting);
        told_of_release(call, mac, hold.setting);
        out.emplace_back(hold.setting);
    }
    return out;
}

/// First of what counts, then of what a restart would bring back: what a crash leaves between the two is held again.
Result<ApiAnswer> release(const ApiCall& call) {
    auto mac = call.mac();
    if (!mac) return tl::unexpected(mac.error());
    const auto snapshot = call.context.catalogue.snapshot();
    if (const auto* device = snapshot->find(*mac)) mac = device->mac;
    const std::string name = call.words.size() > 1 ? call.words[1] : std::string();
    const auto released = call.context.loop_guard == nullptr ? std::vector<catalogue::ImageHold>()
                                                             : call.context.loop_guard->release(*mac, name);
    auto names = release_changes(call, *mac, name);
    if (!names) return tl::unexpected(names.error());
    if (released.empty() && names->empty())
        return fail(ErrorCode::not_found,
                    std::string("nothing is held of it") + (name.empty() ? "" : " under that name"),
                    mac->text() + (name.empty() ? "" : " " + printable(name, 64)));
    json::array files;
    for (const catalogue::ImageHold& hold : released) {
        const auto gone = call.context.catalogue.store().remove_image_holds(hold.mac, hold.hash, hold.name);
        if (!gone && gone.error().code != ErrorCode::not_found) return tl::unexpected(gone.error());
        log::info("IMAGE_LOOP_RELEASED", "{}: {}", hold.mac.text(), hold.name);
        told_of_release(call, hold.mac, hold.name);
        files.emplace_back(hold.name);
    }
    files.insert(files.end(), names->begin(), names->end());
    return ApiAnswer{200, json::object{{"mac", mac->text()}, {"released", std::move(files)}}};
}

} // namespace

std::vector<ApiRoute> loop_routes() {
    return {{"GET", "/v1/loops", list_held},
            {"DELETE", "/v1/loops/{mac}", release},
            {"DELETE", "/v1/loops/{mac}/{file}", release}};
}

} // namespace offhook::server
