#include "server/explain/event_meaning.hpp"

namespace offhook::server {

using catalogue::Outcome;
using catalogue::TimelineEvent;

bool is_discovery(const TimelineEvent& event) {
    using catalogue::EventTransport;
    return event.transport == EventTransport::pnp || event.transport == EventTransport::dhcp4 ||
           event.transport == EventTransport::dhcp6;
}

Named named_by(const config::Family* family, const TimelineEvent& event) {
    if (family == nullptr || event.kind.view().empty() || is_discovery(event)) return {};
    for (const config::Document& document : family->documents())
        if (cut(document.kind) == event.kind) return {&document, nullptr};
    for (const config::OtherFile& other : family->other_files())
        if (cut(other.kind) == event.kind) return {nullptr, &other};
    return {};
}

bool is_own(const Named& named) {
    return named.document != nullptr && named.document->content == config::Document::Content::own;
}

Named meant_by(const config::Family* family, const TimelineEvent& event) {
    const Named named = named_by(family, event);
    const std::string_view path = is_discovery(event) ? std::string_view() : event.path.view();
    const auto slash = path.rfind('/');
    if (named.document != nullptr || named.other != nullptr || family == nullptr || slash == std::string_view::npos)
        return named;
    const auto match = family->match_path(path.substr(slash + 1));
    return match ? Named{match->document, match->other} : named;
}

bool is_overheard(const TimelineEvent& event) { return is_discovery(event) && event.outcome == Outcome::not_modified; }

bool is_file_request(const TimelineEvent& event) {
    return !is_discovery(event) && event.transport != catalogue::EventTransport::notify &&
           event.transport != catalogue::EventTransport::syslog && event.verb != catalogue::EventVerb::other;
}

bool was_got(const TimelineEvent& event) {
    return event.outcome == Outcome::not_modified ||
           (event.outcome == Outcome::served && event.verb == catalogue::EventVerb::get);
}

} // namespace offhook::server
