/// /v1/devices/{mac}/timeline, /v1/devices/{mac}/explain, /v1/sightings
#include "base/text.hpp"
#include "server/api/api.hpp"
#include "server/api/checks.hpp"
#include "server/api/device_files.hpp"
#include "server/api/shapes.hpp"
#include "server/explain/explain.hpp"
#include "server/explain/source_story.hpp"
#include "server/guard/guard.hpp"
#include "server/loops/loop_guard.hpp"

#include <algorithm>
#include <boost/json/array.hpp>
#include <iterator>

namespace offhook::server {
namespace {

namespace json = boost::json;

constexpr std::size_t event_path_bytes = 63;
constexpr std::size_t events_shown_max = 2000;
constexpr std::size_t events_explained_max = 1000;
constexpr std::size_t former_phones_max = 20; // whose events are read for one answer

/// `asked_as` is the MAC that the device has today: what happened under another happened to the phone it replaced.
/// The timeline keeps the first bytes of a path; a path that fills the place was most likely longer.
std::string shown_path(const catalogue::TimelineEvent& event) {
    return printable(event.path.view()) + (event.path.view().size() >= event_path_bytes ? "…" : "");
}

json::object to_json(const catalogue::TimelineEvent& event, MacAddress asked_as) {
    json::object out{{"time", to_text(event.at)},
                     {"transport", catalogue::event_transport_text.to_text(event.transport)},
                     {"verb", catalogue::event_verb_text.to_text(event.verb)},
                     {"source", event.source.text()},
                     {"path", shown_path(event)},
                     {"document", event.kind.view()},
                     {"outcome", catalogue::outcome_text.to_text(event.outcome)},
                     {"status", event.status},
                     {"bytes", event.bytes},
                     {"count", event.count},
                     {"user_agent", printable(event.user_agent.view())}};
    if (event.mac != asked_as) out["former_mac"] = event.mac.text();
    return out;
}

Result<std::size_t> count_option(const ApiCall& call, std::string_view name, std::size_t otherwise, std::size_t most) {
    if (call.option(name).empty()) return otherwise;
    const auto count = to_number<std::size_t>(call.option(name));
    if (!count || *count == 0 || *count > most)
        return fail(ErrorCode::invalid, "expected 1 to " + std::to_string(most), std::string(name));
    return *count;
}

/// The LAN MAC where `mac` is any identity of a device, else `mac` itself.
MacAddress lan_mac(const ApiCall& call, MacAddress mac) {
    const auto snapshot = call.context.catalogue.snapshot();
    const auto* device = snapshot->find(mac);
    return device != nullptr ? device->mac : mac;
}

/// Newest first. A replacement goes on where the old phone stopped: what that one did until it was replaced is here
/// too; what became of it afterwards is not this device's.
std::vector<catalogue::TimelineEvent> events_of(const ApiCall& call, MacAddress mac, std::optional<WallTime> since,
                                                std::size_t count) {
    auto& timeline = call.context.timeline;
    std::vector<catalogue::TimelineEvent> out = timeline.query(catalogue::TimelineQuery{mac, since, count});
    std::vector<MacAddress> told{mac}; // a phone that came back after a repair has its MAC twice
    for (const catalogue::FormerMac& former : call.context.catalogue.store().former_macs(mac)) {
        if (std::find(told.begin(), told.end(), former.mac) != told.end()) continue;
        told.push_back(former.mac);
        if (told.size() > former_phones_max) break;
        const auto events = timeline.query(catalogue::TimelineQuery{former.mac, since, count, former.replaced_at});
        out.insert(out.end(), events.begin(), events.end());
    }
    if (told.size() == 1) return out;
    std::stable_sort(out.begin(), out.end(), [](const auto& left, const auto& right) { return left.at > right.at; });
    if (out.size() > count) out.resize(count);
    return out;
}

Result<ApiAnswer> timeline(const ApiCall& call) {
    const auto mac = call.mac();
    if (!mac) return tl::unexpected(mac.error());
    const auto count = count_option(call, "limit", 100, events_shown_max);
    if (!count) return tl::unexpected(count.error());
    std::optional<WallTime> since;
    std::int64_t next = 0;
    if (!call.option("since").empty()) {
        const auto ms = to_number<std::int64_t>(call.option("since"));
        if (!ms) return fail(ErrorCode::invalid, "expected milliseconds since 1970", "since");
        since = WallTime(std::chrono::milliseconds(*ms));
        next = *ms;
    }
    const MacAddress today = lan_mac(call, *mac);
    auto events = events_of(call, today, since, *count);
    std::reverse(events.begin(), events.end());
    json::array rows;
    for (const auto& event : events) {
        rows.push_back(to_json(event, today));
        next = std::max<std::int64_t>(
            next, (event.at.time_since_epoch() + std::chrono::milliseconds(event.span_ms)).count() + 1);
    }
    return ApiAnswer{200, json::object{{"events", std::move(rows)}, {"next", next}}};
}

json::array texts(const std::vector<std::string>& values) {
    json::array out;
    for (const auto& value : values) out.emplace_back(value);
    return out;
}

/// What came from where the device was last, without telling who asks, an hour before and since.
std::vector<catalogue::TimelineEvent> unidentified_near(const ApiCall& call,
                                                        const std::vector<catalogue::TimelineEvent>& events) {
    if (events.empty()) return {};
    auto out = call.context.timeline.query(
        catalogue::TimelineQuery{MacAddress(), events.front().at - std::chrono::hours(1), events_shown_max});
    std::erase_if(out, [&](const auto& event) { return event.source != events.front().source; });
    return out;
}

Result<ApiAnswer> explain_address(const ApiCall& call) {
    const auto address = IpAddress::from_text(call.option("address"));
    if (!address)
        return fail(ErrorCode::invalid,
                    "expected an IPv4 or IPv6 address, not '" + printable(call.option("address"), 64) + "'", "address");
    const auto snapshot = call.context.catalogue.snapshot();
    const auto events = call.context.timeline.query(catalogue::SourceQuery{*address, events_explained_max});
    SourceInput input{*address, *snapshot, call.context.families, events};
    if (call.context.guard != nullptr)
        input.is_shut_out = call.context.guard->standing(*address, GuardScope::tftp).is_shut_out;
    const SourceStory told = explain_source(input);
    json::array macs;
    for (const MacAddress mac : told.macs) macs.emplace_back(mac.text());
    return ApiAnswer{200, json::object{{"address", address->text()},
                                       {"macs", std::move(macs)},
                                       {"sentences", texts(told.sentences)},
                                       {"conclusion", texts(told.conclusion)}}};
}

/// Directories that are too large for the phone.
std::vector<CutDirectory> cut_directories(const DeviceFiles& files) {
    std::vector<CutDirectory> out;
    for (const config::Document& document : files.family->documents()) {
        if (document.directory == nullptr || document.scope != config::DocumentScope::device) continue;
        const auto rendered = files.render(document, *files.device);
        if (rendered && rendered->contacts_left_out != 0)
            out.push_back({files.name(document), rendered->contacts_left_out, document.directory_bytes_max});
    }
    return out;
}

struct FileDoubts {
    std::vector<FileLeftOut> left_out, doubtful;
};

/// What the grammars of its files cannot carry, and what the phone cannot follow.
FileDoubts doubts_of_files(const DeviceFiles& files) {
    FileDoubts out;
    const auto add = [&](std::vector<FileLeftOut>& into, const config::Document& document, config::LeftOut& each) {
        const bool known = std::any_of(into.begin(), into.end(), [&](const FileLeftOut& other) {
            return other.what.parameter == each.parameter && other.what.origin == each.origin;
        });
        if (!known) into.push_back({files.name(document), std::move(each)});
    };
    for (const config::Document& document : files.family->documents()) {
        if (document.directory != nullptr || !files.is_for(document) || !files.is_there(document)) continue;
        auto rendered = files.render(document, *files.device);
        if (!rendered) continue;
        for (config::LeftOut& each : rendered->left_out) add(out.left_out, document, each);
        for (config::LeftOut& each : rendered->doubtful) add(out.doubtful, document, each);
    }
    return out;
}

/// Its current logs as they came: what they hold is the phone's word.
class SentLogs {
public:
    SentLogs(const DeviceFiles& files, catalogue::Store& store) {
        for (const config::OtherFile& file : files.family->other_files()) {
            if (file.upload.becomes != config::UploadRules::Becomes::log) continue;
            const auto* mark = files.snapshot->upload(files.device->mac, file.kind);
            if (mark == nullptr) continue;
            auto content = store.read_upload(mark->id);
            if (!content) continue; // a longer one took its place since: it will be there for whoever asks again
            contents_.push_back(std::move(*content));
            logs_.push_back({&file, {}, mark->stored_at});
        }
        for (std::size_t i = 0; i < logs_.size(); ++i) logs_[i].bytes = contents_[i].bytes(); // none moves any more
    }
    [[nodiscard]] std::span<const UploadedLog> all() const { return logs_; }

private:
    std::vector<catalogue::UploadContent> contents_;
    std::vector<UploadedLog> logs_;
};

json::array to_json(const std::vector<PhoneStatement>& statements) {
    json::array out;
    for (const auto& [upload, stored_at, said, sentence] : statements)
        out.push_back(json::object{{"upload", upload},
                                   {"sent_at", to_text(stored_at)},
                                   {"phone_time", said.time},
                                   {"meaning", config::log_meaning_text.to_text(said.meaning)},
                                   {"file", said.file},
                                   {"text", said.text},
                                   {"expected", said.expected},
                                   {"seen", said.seen},
                                   {"why", said.why},
                                   {"count", said.count},
                                   {"confidence", said.confidence}});
    return out;
}

Result<ApiAnswer> explain_device(const ApiCall& call) {
    const auto mac = call.mac();
    if (!mac) return tl::unexpected(mac.error());
    const auto boots = count_option(call, "boots", 1, 20);
    if (!boots) return tl::unexpected(boots.error());
    auto events = events_of(call, lan_mac(call, *mac), {}, events_explained_max);
    // What the phone said by syslog is told beside its boots, and not as one of its requests.
    std::vector<catalogue::TimelineEvent> said;
    std::copy_if(events.begin(), events.end(), std::back_inserter(said),
                 [](const auto& event) { return event.transport == catalogue::EventTransport::syslog; });
    std::vector<ToldToCome> told_to_come;
    for (const auto& event : events)
        if (event.transport == catalogue::EventTransport::notify && event.outcome != catalogue::Outcome::held)
            told_to_come.push_back({event.at, event.at + std::chrono::milliseconds(event.span_ms)});
    // What the phone was told is no contact of the phone's: it would look like a boot.
    events.erase(std::remove_if(events.begin(), events.end(),
                                [](const catalogue::TimelineEvent& event) {
                                    return event.transport == catalogue::EventTransport::notify ||
                                           event.transport == catalogue::EventTransport::syslog;
                                }),
                 events.end());
    const auto snapshot = call.context.catalogue.snapshot();
    const auto unidentified = unidentified_near(call, events);
    ExplainInput input{*mac, snapshot.get(), &call.context.families, events, *boots, unidentified};
    if (call.context.loop_guard != nullptr) input.held = call.context.loop_guard->holds_of(lan_mac(call, *mac));
    input.said = said;
    input.told_to_come = std::move(told_to_come);
    LocalLayer local;
    std::optional<SentLogs> logs;
    if (const auto* device = snapshot->find(*mac))
        if (const auto* family = config::find_family(call.context.families, device->family)) {
            const DeviceFiles files{snapshot,
                                    device,
                                    snapshot->site(device->site),
                                    family,
                                    family->find_model(device->model),
                                    &call.context.catalogue.store()};
            local = local_layer_of(files, call.context.catalogue.store());
            input.local = &local;
            input.cut = cut_directories(files);
            auto doubts = doubts_of_files(files);
            input.left_out = std::move(doubts.left_out);
            input.doubtful = std::move(doubts.doubtful);
            input.logs = logs.emplace(files, call.context.catalogue.store()).all();
        }
    const Explanation told = explain(input);
    json::array stories;
    for (const BootStory& story : told.boots)
        stories.push_back(json::object{{"title", story.title}, {"sentences", texts(story.sentences)}});
    return ApiAnswer{200, json::object{{"mac", mac->text()},
                                       {"known", snapshot->find(*mac) != nullptr},
                                       {"boots", std::move(stories)},
                                       {"logs", to_json(told.logs)},
                                       {"conclusion", texts(told.conclusion)}}};
}

/// What a stranger's User-Agent and MAC make it look like.
struct Guess {
    const config::Family* family = nullptr;
    const config::Model* model = nullptr;
    std::string serial; ///< empty: the agent tells none
};
Guess guess(const config::Families& families, const catalogue::Sighting& sighting) {
    Guess out;
    out.family = config::family_of_oui(families, sighting.mac.oui());
    for (const auto& family : families) {
        const auto agent = family->match_user_agent(sighting.user_agent);
        if (!agent || (out.family != nullptr && out.family != family.get())) continue;
        out.family = family.get();
        out.model = family->find_model(agent->model);
        out.serial = agent->serial;
    }
    return out;
}

/// Why a stranger's shared files are those of its site.
std::string_view site_reason(const catalogue::Snapshot& snapshot, const IpAddress& source) {
    if (snapshot.site_of_network(source) != nullptr) return "network";
    return snapshot.sites().size() > 1 ? "no_network" : "only_site";
}

Result<ApiAnswer> list_sightings(const ApiCall& call) {
    call.context.timeline.flush();
    const auto snapshot = call.context.catalogue.snapshot();
    json::array rows;
    for (const auto& sighting : call.context.catalogue.store().sightings(1000)) {
        const Guess looks = guess(call.context.families, sighting);
        rows.push_back(
            json::object{{"mac", sighting.mac.text()},
                         {"family", looks.family != nullptr ? looks.family->name() : std::string_view()},
                         {"model", looks.model != nullptr ? std::string_view(looks.model->name) : std::string_view()},
                         {"serial", looks.serial},
                         {"source", sighting.source.text()},
                         {"site", snapshot->site_of_source(sighting.source).name},
                         {"site_by", site_reason(*snapshot, sighting.source)},
                         {"count", sighting.count},
                         {"first_seen", to_text(sighting.first_seen)},
                         {"last_seen", to_text(sighting.last_seen)},
                         {"path", printable(sighting.path)},
                         {"user_agent", printable(sighting.user_agent)}});
    }
    return ApiAnswer{200, json::object{{"sightings", std::move(rows)}}};
}

Result<ApiAnswer> adopt(const ApiCall& call) {
    const auto mac = call.mac();
    if (!mac) return tl::unexpected(mac.error());
    const auto body = call.object({"family", "model", "site", "settings"});
    if (!body) return tl::unexpected(body.error());
    call.context.timeline.flush();
    auto& store = call.context.catalogue.store();
    const auto sighting = store.find_sighting(*mac);
    if (!sighting)
        return fail(ErrorCode::not_found, "no such stranger was seen; `offhook device add` adds a phone unseen",
                    mac->text());

    const Guess looks = guess(call.context.families, *sighting);
    catalogue::DeviceDraft draft;
    draft.mac = *mac;
    draft.site = call.context.catalogue.snapshot()->site_of_source(sighting->source).name;
    if (looks.family != nullptr) draft.family = looks.family->name();
    if (looks.model != nullptr) draft.model = looks.model->name;
    // Another phone's serial number may be claimed by whoever asks: what is taken already is left out.
    if (!looks.serial.empty() && call.context.catalogue.snapshot()->find_serial(draft.family, looks.serial) == nullptr)
        draft.serial = looks.serial;
    const std::pair<std::string_view, std::string*> members[] = {
        {"family", &draft.family}, {"model", &draft.model}, {"site", &draft.site}};
    for (const auto& [name, place] : members) {
        auto value = text_member(*body, name);
        if (!value) return tl::unexpected(value.error());
        if (*value) *place = std::move(**value);
    }
    if (const auto checked = check_family_and_model(call.context.families, draft.family, draft.model); !checked)
        return tl::unexpected(checked.error());
    auto changes = setting_changes(*body);
    if (!changes) return tl::unexpected(changes.error());
    draft.settings = std::move(changes->set);
    if (const auto added = store.add_device(draft); !added) return tl::unexpected(added.error());
    const auto snapshot = call.context.catalogue.snapshot();
    const auto* device = snapshot->find(*mac);
    return ApiAnswer{201, device == nullptr ? json::object() : to_json(*device, *snapshot, Secrets::hidden)};
}

Result<ApiAnswer> forget(const ApiCall& call) {
    const auto mac = call.mac();
    if (!mac) return tl::unexpected(mac.error());
    if (const auto gone = call.context.catalogue.store().forget_sighting(*mac); !gone)
        return tl::unexpected(gone.error());
    return ApiAnswer{200, json::object{{"mac", mac->text()}, {"forgotten", true}}};
}

} // namespace

std::vector<ApiRoute> history_routes() {
    return {{"GET", "/v1/devices/{mac}/timeline", timeline}, {"GET", "/v1/devices/{mac}/explain", explain_device},
            {"GET", "/v1/explain", explain_address},         {"GET", "/v1/sightings", list_sightings},
            {"POST", "/v1/sightings/{mac}/adopt", adopt},    {"DELETE", "/v1/sightings/{mac}", forget}};
}

} // namespace offhook::server
