/// /v1/loops
#include "base/log.hpp"
#include "base/text.hpp"
#include "server/api/api.hpp"
#include "server/loops/loop_guard.hpp"

#include <boost/json/array.hpp>

namespace offhook::server {
namespace {

namespace json = boost::json;

Result<ApiAnswer> list_held_images(const ApiCall& call) {
    json::array rows;
    if (call.context.loop_guard != nullptr)
        for (const catalogue::ImageHold& hold : call.context.loop_guard->list())
            rows.push_back(json::object{{"mac", hold.mac.text()},
                                        {"file", hold.name},
                                        {"hash", hold.hash},
                                        {"fetches", hold.fetches},
                                        {"first", to_text(hold.first)},
                                        {"since", to_text(hold.since)}});
    return ApiAnswer{200, json::object{{"held", std::move(rows)}}};
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
    if (released.empty())
        return fail(ErrorCode::not_found,
                    std::string("nothing is held of it") + (name.empty() ? "" : " under that name"),
                    mac->text() + (name.empty() ? "" : " " + printable(name, 64)));
    json::array files;
    for (const catalogue::ImageHold& hold : released) {
        const auto gone = call.context.catalogue.store().remove_image_holds(hold.mac, hold.hash, hold.name);
        if (!gone && gone.error().code != ErrorCode::not_found) return tl::unexpected(gone.error());
        log::info("IMAGE_LOOP_RELEASED", "{}: {}", hold.mac.text(), hold.name);
        if (call.context.tell_of_release) call.context.tell_of_release(hold.mac, hold.name);
        files.emplace_back(hold.name);
    }
    return ApiAnswer{200, json::object{{"mac", mac->text()}, {"released", std::move(files)}}};
}

} // namespace

std::vector<ApiRoute> loop_routes() {
    return {{"GET", "/v1/loops", list_held_images},
            {"DELETE", "/v1/loops/{mac}", release},
            {"DELETE", "/v1/loops/{mac}/{file}", release}};
}

} // namespace offhook::server
