/// /v1/resync: phones are told to fetch their files anew, and whether they came.
#include "base/text.hpp"
#include "server/api/api.hpp"
#include "server/api/shapes.hpp"
#include "server/resync/resync_targets.hpp"
#include "server/resync/resyncs.hpp"

#include <algorithm>
#include <boost/json/array.hpp>

namespace offhook::server {
namespace {

namespace json = boost::json;

constexpr std::size_t page_devices = 4'096;
constexpr std::size_t rule_bytes_max = 1'024;

/// A member that is a whole number. Errors: invalid, naming the range.
Result<std::uint32_t> number_member(const json::object& body, std::string_view name, std::uint32_t otherwise,
                                    std::uint32_t least, std::uint32_t most) {
    const auto* value = body.if_contains(name);
    if (value == nullptr) return otherwise;
    const auto* number = value->if_int64();
    if (number == nullptr || *number < least || *number > most)
        return fail(ErrorCode::invalid,
                    "expected a whole number from " + std::to_string(least) + " to " + std::to_string(most),
                    std::string(name));
    return static_cast<std::uint32_t>(*number);
}

struct Texts {
    std::string mac, site, event, address, transport, via, rule;
};
Result<Texts> read_texts(const json::object& body) {
    Texts out;
    const std::pair<std::string_view, std::string*> members[] = {
        {"mac", &out.mac},         {"site", &out.site},           {"event", &out.event},
        {"address", &out.address}, {"transport", &out.transport}, {"via", &out.via},
        {"rule", &out.rule}};
    for (const auto& [name, place] : members) {
        auto value = text_member(body, name);
        if (!value) return tl::unexpected(value.error());
        if (*value) *place = std::move(**value);
    }
    if (out.mac.empty() == out.site.empty()) return fail(ErrorCode::invalid, "say either one phone or a site", "mac");
    if (!out.address.empty() && out.mac.empty())
        return fail(ErrorCode::invalid, "an address is one phone's, not a site's", "address");
    if (!out.transport.empty() && out.transport != "udp" && out.transport != "tcp")
        return fail(ErrorCode::invalid, "one of udp, tcp", "transport");
    if (!out.via.empty() && out.via != "notify" && out.via != "url")
        return fail(ErrorCode::invalid, "one of notify, url", "via");
    if (!out.rule.empty() && out.via != "url")
        return fail(ErrorCode::invalid, "a rule is told to a phone's own page: via url", "rule");
    if (out.address.empty() && out.rule.find("--key") != std::string::npos)
        return fail(ErrorCode::invalid,
                    "a rule with --key tells a key to whoever is at the phone's last address now: say where the phone "
                    "is with --address",
                    "rule");
    if (out.rule.size() > rule_bytes_max) return fail(ErrorCode::invalid, "a rule of 1024 bytes at most", "rule");
    return out;
}

Result<ResyncOptions> read_options(const json::object& body) {
    const auto at_once = number_member(body, "at_once", 10, 1, 100);
    if (!at_once) return tl::unexpected(at_once.error());
    const auto stagger = number_member(body, "stagger_ms", 200, 0, 60'000);
    if (!stagger) return tl::unexpected(stagger.error());
    const auto wait = number_member(body, "wait_s", 30, 0, 3'600);
    if (!wait) return tl::unexpected(wait.error());
    ResyncOptions out;
    out.at_once = *at_once;
    out.stagger = std::chrono::milliseconds(*stagger);
    out.wait = std::chrono::seconds(*wait);
    return out;
}

/// In the order of their MACs.
Result<std::vector<const catalogue::Device*>> devices_of(const catalogue::Snapshot& snapshot, const Texts& texts) {
    std::vector<const catalogue::Device*> out;
    if (!texts.mac.empty()) {
        const auto mac = MacAddress::from_text(texts.mac);
        if (!mac)
            return fail(ErrorCode::invalid, "expected a MAC address such as 00:04:f2:ab:cd:ef",
                        printable(texts.mac, 40));
        const auto* device = snapshot.find(*mac);
        if (device == nullptr)
            return fail(ErrorCode::not_found,
                        "no such device in the catalogue; `offhook sighting list` shows strangers", mac->text());
        out.push_back(device);
        return out;
    }
    const auto* site = snapshot.site(texts.site);
    if (site == nullptr)
        return fail(ErrorCode::not_found,
                    "there is no site '" + printable(texts.site, 64) + "'; `offhook site list` shows them", "site");
    for (catalogue::Snapshot::Cursor cursor; !cursor.at_end();)
        for (const auto* device : snapshot.page(cursor, page_devices))
            if (device->site == site->id) out.push_back(device);
    std::sort(out.begin(), out.end(), [](const auto* a, const auto* b) { return a->mac < b->mac; });
    return out;
}

std::optional<Error> check_event(const ResyncWish& wish, const config::Family* family) {
    if (wish.via == ResyncWish::Via::url) {
        const bool is_page =
            wish.event.empty() || wish.event == "resync" || wish.event == "reboot" || wish.event == "upgrade";
        if (is_page) return std::nullopt;
        return Error{ErrorCode::invalid, "pages of phones are resync, reboot and upgrade", "event"};
    }
    if (wish.event.empty() || is_known_event(wish.event, family)) return std::nullopt;
    return Error{ErrorCode::invalid, "no event that phones know; there are " + known_events(), "event"};
}

Result<ApiAnswer> start(const ApiCall& call) {
    const auto body =
        call.object({"mac", "site", "event", "address", "transport", "at_once", "stagger_ms", "wait_s", "via", "rule"});
    if (!body) return tl::unexpected(body.error());
    const auto texts = read_texts(*body);
    if (!texts) return tl::unexpected(texts.error());
    auto options = read_options(*body);
    if (!options) return tl::unexpected(options.error());
    if (texts->transport == "tcp") options->wire = NotifyExchange::Wire::stream;
    ResyncWish wish{texts->event, {}, options->wire};
    if (texts->via == "url") wish.via = ResyncWish::Via::url;
    wish.rule = texts->rule;
    if (!texts->address.empty()) {
        const auto address = read_resync_address(texts->address, wish.via == ResyncWish::Via::url ? 0 : 5060);
        if (!address) return tl::unexpected(address.error());
        wish.address = *address;
    }
    const auto snapshot = call.context.catalogue.snapshot();
    const auto devices = devices_of(*snapshot, *texts);
    if (!devices) return tl::unexpected(devices.error());
    std::vector<ResyncTarget> targets;
    for (const auto* device : *devices) {
        const auto* family = config::find_family(call.context.families, device->family);
        if (auto wrong = check_event(wish, family)) return tl::unexpected(std::move(*wrong));
        targets.push_back(resync_target(*snapshot, call.context.families, call.context.timeline, *device, wish));
    }
    if (call.context.resyncs == nullptr) return fail(ErrorCode::unavailable, "this server tells phones nothing");
    const std::size_t phones = targets.size();
    const auto run = call.context.resyncs->start(std::move(targets), *options);
    if (!run) return tl::unexpected(run.error());
    return ApiAnswer{202, json::object{{"id", *run}, {"phones", phones}}};
}

json::value time_or_null(const std::optional<WallTime>& time) {
    return time ? json::value(to_text(*time)) : json::value(nullptr);
}

json::object to_json(const ResyncPhone& phone) {
    json::object out{{"mac", phone.mac.text()},
                     {"model", phone.model},
                     {"address", phone.address},
                     {"event", phone.event},
                     {"state", resync_state_text.to_text(phone.state)},
                     {"status", phone.status},
                     {"text", phone.text},
                     {"arrival", resync_arrival_text.to_text(phone.arrival)},
                     {"asked", time_or_null(phone.asked_at)},
                     {"answered", time_or_null(phone.answered_at)},
                     {"came", time_or_null(phone.came_at)}};
    if (phone.fetch) {
        out["fetch"] = phone_fetch_text.to_text(*phone.fetch);
        out["fetch_text"] = phone.fetch_text;
    }
    if (phone.came_at) out["came_after_ms"] = (*phone.came_at - *phone.asked_at).count();
    return out;
}

Result<std::uint64_t> run_number(const ApiCall& call) {
    const auto number = to_number<std::uint64_t>(call.words.at(0));
    if (!number) return fail(ErrorCode::invalid, "expected the number that POST /v1/resync answered with");
    return *number;
}

Error no_such_run() { return {ErrorCode::not_found, "no such run; the server remembers the last ones until it ends"}; }

Result<ApiAnswer> show_run(const ApiCall& call) {
    const auto number = run_number(call);
    if (!number) return tl::unexpected(number.error());
    std::size_t from = 0;
    if (!call.option("from").empty()) {
        const auto read = to_number<std::size_t>(call.option("from"));
        if (!read) return fail(ErrorCode::invalid, "expected how many phones you have seen", "from");
        from = *read;
    }
    const auto view = call.context.resyncs == nullptr ? std::nullopt : call.context.resyncs->view(*number, from);
    if (!view) return tl::unexpected(no_such_run());
    json::array rows;
    for (const ResyncPhone& phone : view->page) rows.push_back(to_json(phone));
    return ApiAnswer{200, json::object{{"id", *number},
                                       {"phones", view->phones},
                                       {"asked", view->asked},
                                       {"settled", view->settled},
                                       {"done", view->settled == view->phones},
                                       {"page", std::move(rows)}}};
}

Result<ApiAnswer> stop(const ApiCall& call) {
    const auto number = run_number(call);
    if (!number) return tl::unexpected(number.error());
    if (call.context.resyncs == nullptr || !call.context.resyncs->stop(*number)) return tl::unexpected(no_such_run());
    return ApiAnswer{200, json::object{{"id", *number}, {"stopped", true}}};
}

} // namespace

std::vector<ApiRoute> resync_routes() {
    return {{"POST", "/v1/resync", start}, {"GET", "/v1/resync/{run}", show_run}, {"DELETE", "/v1/resync/{run}", stop}};
}

} // namespace offhook::server
