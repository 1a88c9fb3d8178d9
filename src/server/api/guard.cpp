/// /v1/guard
#include "server/guard/guard.hpp"

#include "base/text.hpp"
#include "server/api/api.hpp"

#include <boost/json/array.hpp>

namespace offhook::server {
namespace {

namespace json = boost::json;

Result<ApiAnswer> list_sources(const ApiCall& call) {
    json::array rows;
    if (call.context.guard != nullptr)
        for (const GuardedSource& source : call.context.guard->list())
            rows.push_back(json::object{{"source", source.source.text()},
                                        {"transports", guard_scope_text.to_text(source.scope)},
                                        {"state", guard_state_text.to_text(source.state)},
                                        {"unknown_macs", source.unknown_macs},
                                        {"failed_logins", source.failed_logins},
                                        {"since", to_text(source.since)},
                                        {"until", to_text(source.until)}});
    return ApiAnswer{200, json::object{{"sources", std::move(rows)}}};
}

Result<ApiAnswer> lift(const ApiCall& call) {
    // As it is listed, 2001:db8::/64, or any address of it.
    const std::string_view text = call.words.at(0);
    const auto address = IpAddress::from_text(text.substr(0, text.find('/')));
    if (!address) return fail(ErrorCode::invalid, "expected an address as `offhook guard list` shows it", "source");
    if (call.context.guard == nullptr || call.context.guard->lift(*address) == Guard::Lifted::not_guarded)
        return fail(ErrorCode::not_found, "it is neither slowed down nor shut out", printable(text, 64));
    return ApiAnswer{200, json::object{{"source", text}, {"lifted", true}}};
}

} // namespace

std::vector<ApiRoute> guard_routes() {
    return {{"GET", "/v1/guard", list_sources}, {"DELETE", "/v1/guard/{source}", lift}};
}

} // namespace offhook::server
