#include "server/loops/change_guard.hpp"

#include "catalogue/limits.hpp"
#include "server/api/device_files.hpp"
#include "server/loops/blamed_change.hpp"
#include "server/parameter_diff.hpp"

#include <algorithm>

namespace offhook::server {
namespace {

using catalogue::ChangeHold;
using catalogue::EventTransport;
using catalogue::Outcome;
using catalogue::TimelineEvent;

bool is_own(const config::Document& document) {
    return document.scope == config::DocumentScope::device && document.content == config::Document::Content::own;
}

bool takes_its_own(const TimelineEvent& event, const config::Family& family) {
    const bool is_file = event.transport == EventTransport::http || event.transport == EventTransport::https ||
                         event.transport == EventTransport::tftp || event.transport == EventTransport::ftp;
    const bool is_taken = event.outcome == Outcome::served || event.outcome == Outcome::not_modified;
    if (!is_file || !is_taken || event.verb != catalogue::EventVerb::get) return false;
    const auto documents = family.documents();
    return std::any_of(documents.begin(), documents.end(), [&](const config::Document& document) {
        return is_own(document) && event.kind == catalogue::CutText<23>(document.kind);
    });
}

catalogue::HeldChanges with(const catalogue::HeldChanges& held, const ChangeHold& hold) {
    std::vector<ChangeHold> out(held.all().begin(), held.all().end());
    out.push_back(hold);
    return catalogue::HeldChanges(std::move(out));
}

/// By the files as the device would get them: what a file that many share says may stand in the way.
bool restarts_without(const DeviceFiles& files, const ChangeHold& hold) {
    catalogue::Device changed = *files.device;
    changed.held = with(changed.held, hold);
    for (const config::Document& document : files.family->documents()) {
        if (!is_own(document) || document.directory != nullptr) continue;
        const auto offered = files.render_or_none(document, *files.device);
        const auto instead = files.render_or_none(document, changed);
        if (!offered || !instead) continue; // there is nothing to be offered
        const auto changes = changes_between(offered->parameters, instead->parameters);
        if (std::any_of(changes.begin(), changes.end(), [](const auto& each) { return each.reboots; })) return true;
    }
    return false;
}

} // namespace

bool was_there_before(std::span<const TimelineEvent> events, const config::Family& family, const IpAddress& source,
                      WallTime changed) {
    for (const TimelineEvent& event : events) {
        if (!takes_its_own(event, family)) continue;
        if (event.source != source) return false;
        if (event.at < changed) return true;
    }
    return false;
}

bool ran_quietly(std::span<const TimelineEvent> events, const config::Family& family, WallTime changed,
                 WallTime first_boot) {
    const auto quiet = family.loop_limits().window;
    WallTime later = first_boot; // of the fetches, from the loop's first back to the first with the change
    for (const TimelineEvent& event : events) {
        if (event.at < changed) break;
        if (event.at > first_boot || !takes_its_own(event, family)) continue;
        if (later - (event.at + std::chrono::milliseconds(event.span_ms)) > quiet) return true;
        later = event.at;
    }
    return false;
}

Result<std::vector<ChangeHold>> ChangeGuard::judge(const BootLoop& loop) {
    DeviceFiles files;
    files.snapshot = catalogue_.snapshot();
    files.store = &catalogue_.store();
    files.device = files.snapshot->find_lan(loop.mac);
    if (files.device == nullptr) return std::vector<ChangeHold>();
    files.site = files.snapshot->site(files.device->site);
    files.family = config::find_family(families_, files.device->family);
    if (files.family == nullptr) return std::vector<ChangeHold>();
    files.model = files.family->find_model(files.device->model);
    const auto pasts = LayerPasts::read(*files.store, *files.snapshot, *files.family, *files.site, *files.device);
    auto holds = blamed_change({pasts, files.device->held, loop.first},
                               [&](const ChangeHold& hold) { return restarts_without(files, hold); });
    if (holds.empty()) return holds;
    const auto events = timeline_.query({loop.mac, {}, catalogue::limits::timeline_per_device_max});
    const WallTime changed = holds.front().changed;
    const bool is_heard =
        loop.sender == BootLoop::Sender::proven || was_there_before(events, *files.family, loop.source, changed);
    if (!is_heard || ran_quietly(events, *files.family, changed, loop.first)) return std::vector<ChangeHold>();
    for (ChangeHold& hold : holds) hold.first = loop.first, hold.since = clock_.wall(), hold.boots = loop.boots;
    if (const auto held = files.store->hold_changes(loop.mac, holds); !held) return tl::unexpected(held.error());
    const auto snapshot = catalogue_.snapshot();
    const auto* device = snapshot->find_lan(loop.mac);
    std::erase_if(holds, [&](const ChangeHold& hold) { // what was changed meanwhile
        const auto* held = device == nullptr ? nullptr : device->held.find(hold.setting);
        return held == nullptr || *held != hold;
    });
    return holds;
}

} // namespace offhook::server
