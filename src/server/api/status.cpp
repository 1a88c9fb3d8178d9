/// /v1/status
#include "server/api/api.hpp"

namespace offhook::server {
namespace {

Result<ApiAnswer> show_status(const ApiCall& call) {
    boost::json::object out = call.context.status ? call.context.status() : boost::json::object();
    const auto snapshot = call.context.catalogue.snapshot();
    out["devices"] = snapshot->device_count();
    out["revision"] = snapshot->revision();
    out["timeline_events_dropped"] = call.context.timeline.dropped();
    return ApiAnswer{200, std::move(out)};
}

} // namespace

std::vector<ApiRoute> status_routes() { return {{"GET", "/v1/status", show_status}}; }

} // namespace offhook::server
