#include "server/resync/phone_visit.hpp"

#include "base/text.hpp"
#include "server/explain/event_meaning.hpp"

#include <algorithm>
#include <fmt/format.h>
#include <map>
#include <vector>

namespace offhook::server {
namespace {

using catalogue::EventTransport;
using catalogue::EventVerb;
using catalogue::Outcome;
using catalogue::TimelineEvent;

constexpr std::size_t visit_contacts_max = 200;
constexpr std::size_t names_told_max = 3;

std::string why_not_got(const TimelineEvent& event) {
    switch (event.outcome) {
    case Outcome::absent:
        return "there is none";
    case Outcome::refused:
        return "refused";
    case Outcome::challenged:
        return "asked for its user name and password, and the right ones did not come";
    case Outcome::broken_off:
        return fmt::format("broken off after {} bytes", event.bytes);
    case Outcome::failed:
        return "it could not be made";
    case Outcome::held:
        return "held back, as it went round in circles with it";
    default:
        return "its request could not be read";
    }
}

/// Whether a phone is the worse for not having it. What no pattern knows it asked for in vain.
bool matters(const config::Family* family, const TimelineEvent& event) {
    if (event.outcome == Outcome::broken_off || event.outcome == Outcome::refused) return true;
    const Named named = named_by(family, event);
    return named.is_known() ? named.needed() : event.kind.view().empty();
}

/// What became of each file in the end, in the order in which they were asked for first.
std::vector<const TimelineEvent*> last_of_files(const std::vector<const TimelineEvent*>& contacts) {
    std::vector<const TimelineEvent*> out;
    std::map<std::string_view, std::size_t> places;
    for (const TimelineEvent* event : contacts) {
        if (!is_file_request(*event) || event->verb == EventVerb::put) continue;
        const auto [place, is_new] = places.try_emplace(event->path.view(), out.size());
        if (is_new)
            out.push_back(event);
        else if (!was_got(*out[place->second]) || event->outcome == Outcome::broken_off)
            out[place->second] = event; // asked for twice, and got once: it has it
    }
    return out;
}

void judge(PhoneVisit& visit, const std::vector<const TimelineEvent*>& contacts, const config::Families& families) {
    std::vector<std::string> failed, in_vain; // what it needs, and what it is none the worse without
    bool any = false, own = false;
    for (const TimelineEvent* event : last_of_files(contacts)) {
        const auto* family = config::find_family(families, event->family.view());
        if (was_got(*event) || event->outcome == Outcome::served) {
            any = true;
            own = own || (was_got(*event) && is_own(named_by(family, *event)));
            continue;
        }
        const auto path = event->path.view();
        (matters(family, *event) ? failed : in_vain)
            .push_back((path.empty() ? std::string("a file") : printable(path, 63)) + ": " + why_not_got(*event));
    }
    if (!any && failed.empty()) failed = std::move(in_vain); // an upgrade to an image that is not there, say
    visit.is_whole = own && failed.empty();
    if (!failed.empty()) {
        visit.fetch = PhoneVisit::Fetch::failed;
        if (failed.size() > names_told_max) failed.resize(names_told_max);
        visit.text = join(failed, "; ");
    } else if (any) {
        visit.fetch = PhoneVisit::Fetch::fetched;
    }
}

} // namespace

std::optional<PhoneVisit> visit_since(catalogue::Timeline& timeline, const config::Families& families, MacAddress mac,
                                      WallTime since) {
    const auto events = timeline.query({mac, since, visit_contacts_max});
    std::vector<const TimelineEvent*> contacts; // oldest first
    std::optional<PhoneVisit> out;
    for (auto event = events.rbegin(); event != events.rend(); ++event) {
        if (event->transport == EventTransport::notify || event->transport == EventTransport::syslog) continue;
        const WallTime last = event->at + std::chrono::milliseconds(event->span_ms);
        if (last < since) continue;
        if (!out) out.emplace(PhoneVisit{std::max(event->at, since), last});
        out->last = std::max(out->last, last);
        contacts.push_back(&*event);
    }
    if (out) judge(*out, contacts, families);
    return out;
}

} // namespace offhook::server
