#include "server/explain/source_story.hpp"

#include "base/text.hpp"
#include "server/explain/boot_story.hpp"
#include "server/explain/event_meaning.hpp"
#include "server/explain/findings.hpp"
#include "server/explain/nearest_name.hpp"

#include <algorithm>
#include <fmt/format.h>

namespace offhook::server {
namespace {

using catalogue::Outcome;
using catalogue::TimelineEvent;

constexpr std::size_t source_sentences_max = 30;
constexpr std::size_t macs_max = 20;

/// What the User-Agents and names make it look like.
struct Looks {
    const config::Family* family = nullptr;
    const config::Model* model = nullptr;
};

Looks looks_of(const config::Families& families, std::span<const TimelineEvent> events) {
    Looks out;
    for (const TimelineEvent& event : events) {
        for (const auto& family : families) {
            const auto agent = family->match_user_agent(event.user_agent.view());
            if (!agent) continue;
            out.family = family.get();
            out.model = family->find_model(agent->model);
            if (out.model != nullptr) return out;
        }
        if (out.family == nullptr) out.family = config::find_family(families, event.family.view());
    }
    return out;
}

/// Whose name the path is: several phones can come from one address.
const config::Family* family_of(const config::Families& families, const TimelineEvent& event, const Looks& looks) {
    const auto* family = config::find_family(families, event.family.view());
    return family != nullptr ? family : looks.family;
}

/// The nearest name of the family it looks like, else of any.
std::string nearest_of(const config::Families& families, const Looks& looks, std::string_view path) {
    const auto model = looks.model != nullptr ? std::string_view(looks.model->name) : std::string_view();
    for (const auto& family : families) {
        if (looks.family != nullptr && looks.family != family.get()) continue;
        if (const auto near = nearest_name(*family, path, MacAddress(), model))
            return fmt::format("the {} pack's nearest name is {}", family->name(), *near);
    }
    return "no pack knows that name";
}

std::string who_is(const SourceInput& input, MacAddress mac) {
    const auto* device = input.snapshot.find(mac);
    if (device != nullptr)
        return fmt::format("{} is there ({} {}): `offhook explain {}` tells its boots.", device->mac.text(),
                           device->family, device->model, device->mac.text());
    return fmt::format("{} is there and not in the catalogue: `offhook sighting adopt {}` makes it known.", mac.text(),
                       mac.text());
}

void tell_unidentified(const SourceInput& input, const Looks& looks, const std::vector<TimelineEvent>& nobody,
                       SourceStory& out) {
    for (auto event = nobody.rbegin(); event != nobody.rend() && out.sentences.size() < source_sentences_max; ++event) {
        std::string told =
            event->outcome == Outcome::malformed && event->verb == catalogue::EventVerb::other
                ? fmt::format("{}  It came over {} and was turned away: {}.", to_text(event->at).substr(11, 8),
                              catalogue::event_transport_text.to_text(event->transport),
                              printable(event->path.view(), 63))
                : sentence(*event, family_of(input.families, *event, looks));
        const bool unknown = is_file_request(*event) && event->outcome == Outcome::absent &&
                             event->kind.view().empty() && !event->path.view().starts_with('[');
        if (unknown) {
            if (told.ends_with('.')) told.pop_back();
            told += "; " + nearest_of(input.families, looks, event->path.view()) + ".";
        }
        out.sentences.push_back(std::move(told));
    }
}

/// What the family's phones ask for first, with a MAC in it: what was expected.
std::string expected_name(const config::Family& family) {
    for (const auto& document : family.documents())
        if (document.paths.front().find("{mac}") != std::string::npos) return document.paths.front();
    return family.documents().empty() ? "" : family.documents().front().paths.front();
}

} // namespace

SourceStory explain_source(const SourceInput& input) {
    SourceStory out;
    std::vector<TimelineEvent> nobody;
    for (const TimelineEvent& event : input.events) {
        if (event.mac == MacAddress())
            nobody.push_back(event);
        else if (out.macs.size() < macs_max && std::find(out.macs.begin(), out.macs.end(), event.mac) == out.macs.end())
            out.macs.push_back(event.mac);
    }
    const auto& site = input.snapshot.site_of_source(input.address);
    if (input.is_shut_out)
        out.conclusion.push_back(fmt::format("{} is shut out, after too many unknown phones or wrong passwords: "
                                             "`offhook guard lift {}` lets it in again.",
                                             input.address.text(), input.address.text()));
    if (input.events.empty()) {
        out.conclusion.push_back(fmt::format(
            "Nothing was heard from {} lately. Check the server address in the phone, the route and the firewall "
            "between: `offhook status` shows where this server listens.",
            input.address.text()));
        return out;
    }
    const Looks looks = looks_of(input.families, input.events);
    tell_unidentified(input, looks, nobody, out);
    for (const MacAddress mac : out.macs) out.conclusion.push_back(who_is(input, mac));
    if (!out.macs.empty() && !nobody.empty() && input.snapshot.sites().size() > 1)
        out.conclusion.push_back(site_by_address(input.snapshot, input.address));
    if (looks.family != nullptr && out.macs.empty())
        out.conclusion.push_back(
            fmt::format("It looks like {}{}, and no request of it told its MAC address: {} was expected. {} If its MAC "
                        "is on the label: `offhook device add MAC --family {} --model {} --site {}`.",
                        looks.family->title(), looks.model != nullptr ? " " + looks.model->name : "",
                        expected_name(*looks.family), site_by_address(input.snapshot, input.address),
                        looks.family->name(), looks.model != nullptr ? looks.model->name : "M", site.name));
    else if (out.macs.empty())
        out.conclusion.push_back(fmt::format("Nothing that came from there looks like a phone of a family that is "
                                             "known here. {}",
                                             site_by_address(input.snapshot, input.address)));
    find_failed_tls(nobody, out.conclusion);
    find_failed_logins(nobody, out.conclusion);
    find_wrong_token(nobody, out.conclusion);
    return out;
}

} // namespace offhook::server
