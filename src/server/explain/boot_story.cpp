#include "server/explain/boot_story.hpp"

#include "base/text.hpp"
#include "server/explain/event_meaning.hpp"

#include <algorithm>
#include <fmt/format.h>

namespace offhook::server {

using catalogue::Outcome;
using catalogue::TimelineEvent;

namespace {

constexpr std::size_t sentences_max = 60;

std::string clock_text(WallTime time) { return to_text(time).substr(11, 8); }

std::string what_became(const TimelineEvent& event, const Named& named) {
    const bool known = named.document != nullptr || named.other != nullptr;
    const std::string_view path = event.path.view();
    const auto slash = path.rfind('/');
    switch (event.outcome) {
    case Outcome::served:
        return event.verb == catalogue::EventVerb::head ? " and was told that it is there"
                                                        : fmt::format(" and got it, {} bytes", event.bytes);
    case Outcome::not_modified:
        return " and had it already: it has not changed";
    case Outcome::absent:
        if (known)
            return named.needed() ? " and did not get it: there is none for it here, and that matters"
                                  : "; there is none, which does no harm";
        if (slash == std::string_view::npos) return ", which is no name of this family's files";
        return fmt::format(", which is no name of this family's files. If '{}' is a folder in the phone's server "
                           "address, take it out there",
                           printable(path.substr(0, slash), 40));
    case Outcome::refused:
        return " and was refused: the site's policy wants more proof than a MAC address from where it asks; see "
               "`offhook site list`";
    case Outcome::broken_off:
        return fmt::format(", but the transfer broke off after {} bytes", event.bytes);
    case Outcome::failed:
        return " and did not get it: it could not be made, and that matters; `offhook render MAC FILE` says why";
    case Outcome::challenged:
        return " and was asked for its user name and password";
    case Outcome::held:
        return " and was told that there is none: it went round in circles with it; `offhook loop list` has it";
    case Outcome::malformed:
        return " in a form that could not be read";
    }
    return {};
}

std::string size_text(std::uint64_t bytes) {
    return bytes < 1'000       ? fmt::format("{} bytes", bytes)
           : bytes < 1'000'000 ? fmt::format("{:.1f} KB", static_cast<double>(bytes) / 1e3)
                               : fmt::format("{:.1f} MB", static_cast<double>(bytes) / 1e6);
}

/// Of what the phone sent, or tried to.
std::string sending(const TimelineEvent& event, const Named& named) {
    const std::string what =
        named.kind().empty() ? printable(event.path.view(), 80) : "its " + std::string(named.kind());
    switch (event.outcome) {
    case Outcome::served:
        return fmt::format("It sent {} ({})", what, size_text(event.bytes));
    case Outcome::broken_off:
        return fmt::format("It began to send {}, but broke off after {}; nothing of it was kept", what,
                           size_text(event.bytes));
    case Outcome::failed:
        return fmt::format("It tried to send {} ({}), which was not stored: {}", what, size_text(event.bytes),
                           event.status == 413   ? "it is larger than the pack allows"
                           : event.status == 416 ? "it is a part that does not follow on what is stored"
                                                 : "there was no room, or the disk failed; the log says more");
    case Outcome::refused:
        return fmt::format("It tried to send {} and was refused", what);
    default:
        return fmt::format("It tried to send {}, which is nothing that it may send here", what);
    }
}

std::string_view discovery_title(catalogue::EventTransport transport) {
    return transport == catalogue::EventTransport::pnp     ? "SIP PnP"
           : transport == catalogue::EventTransport::dhcp4 ? "DHCP"
                                                           : "DHCPv6";
}

/// Of a phone that looks for its server: what it said stands where files have the user agent, what it was told where
/// they have the path.
std::string looking(const TimelineEvent& event) {
    const auto asked = printable(event.user_agent.view(), 95), told = printable(event.path.view(), 63);
    const auto by = discovery_title(event.transport);
    switch (event.outcome) {
    case Outcome::served:
        return fmt::format("It looked for its server by {} ({}) and was told {}", by, asked, told);
    case Outcome::not_modified:
        return fmt::format("Another server answered it by {} ({}): {}", by, asked, told);
    case Outcome::absent:
        return fmt::format("It looked for its server by {} ({}); this server only watches there: {}", by, asked, told);
    default:
        return fmt::format("It looked for its server by {} ({}) and was told nothing here: {}", by, asked, told);
    }
}

/// FTP clients ask how long a file is before they fetch it: the file itself tells as much.
bool is_question_before(const TimelineEvent& event, const TimelineEvent* next) {
    return next != nullptr && event.verb == catalogue::EventVerb::head && next->verb == catalogue::EventVerb::get &&
           event.outcome == Outcome::served && next->path == event.path;
}

} // namespace

std::string sentence(const TimelineEvent& event, const config::Family* family) {
    if (is_discovery(event))
        return fmt::format("{}  {}{}.", clock_text(event.at), looking(event),
                           event.count > 1 ? fmt::format(" ({} times)", event.count) : std::string());
    if (event.transport == catalogue::EventTransport::syslog)
        return fmt::format("{}  It said by syslog: {}{}.", clock_text(event.at), printable(event.path.view(), 80),
                           event.count > 1 ? fmt::format(" ({} times)", event.count) : std::string());
    const Named named = named_by(family, event);
    std::string out = clock_text(event.at) + "  ";
    if (event.verb == catalogue::EventVerb::put) {
        out += sending(event, named);
        if (event.count > 1) out += fmt::format(" ({} times)", event.count);
        return out + ".";
    }
    if (event.path.view().empty())
        out += "It asked for a file";
    else
        out += "It asked for " + printable(event.path.view(), 80);
    out += what_became(event, named);
    if (event.count > 1) out += fmt::format(" ({} times)", event.count);
    return out + (named.summary().empty() ? "." : fmt::format(" - {}.", named.summary()));
}

BootStory tell(const Boot& boot, const config::Family* family) {
    BootStory story;
    const TimelineEvent& first = *boot.front();
    story.title =
        fmt::format("Boot of {} {} UTC from {} over {}", to_text(first.at).substr(0, 10), clock_text(first.at),
                    first.source.text(), catalogue::event_transport_text.to_text(first.transport));
    const auto named_itself = std::find_if(boot.begin(), boot.end(), [](const TimelineEvent* event) {
        return !is_discovery(*event) && !event->user_agent.view().empty();
    });
    if (named_itself != boot.end())
        story.title += ", calling itself " + printable((*named_itself)->user_agent.view(), 96);
    for (std::size_t i = 0; i < boot.size(); ++i) {
        const TimelineEvent* event = boot[i];
        if (is_question_before(*event, i + 1 < boot.size() ? boot[i + 1] : nullptr)) continue;
        if (story.sentences.size() == sentences_max) {
            story.sentences.push_back("… and more; `offhook timeline` shows all.");
            break;
        }
        story.sentences.push_back(sentence(*event, family));
        if (event->verb == catalogue::EventVerb::put || is_discovery(*event)) continue;
        const bool has_it = (event->outcome == Outcome::served && event->verb == catalogue::EventVerb::get) ||
                            event->outcome == Outcome::not_modified;
        if (has_it) story.files_served.insert(std::string(event->kind.view()));
        if (event->outcome == Outcome::broken_off) story.files_served.erase(std::string(event->kind.view()));
        story.files_asked.insert(std::string(event->kind.view()));
    }
    return story;
}

} // namespace offhook::server
