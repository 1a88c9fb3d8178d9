// Whose shared files a phone gets that does not say who it is: its address decides, where nothing better does.
#include "base/text.hpp"
#include "server/access/identity.hpp"
#include "server/explain/event_meaning.hpp"
#include "server/explain/findings.hpp"

#include <algorithm>
#include <fmt/format.h>

namespace offhook::server {
namespace {

/// "site berlin, whose network it is in", "site default, because no site's network has it"
std::string site_and_why(const catalogue::Snapshot& snapshot, const IpAddress& source) {
    return fmt::format("site {}, {}", snapshot.site_of_source(source).name,
                       snapshot.site_of_network(source) != nullptr ? "whose network it is in"
                                                                   : "because no site's network has it");
}

/// The command that gives a site one more network: what is stated replaces those that it has.
std::string network_command(std::string_view name, const catalogue::Site* site) {
    std::string out = fmt::format("offhook site set {}", name);
    if (site != nullptr)
        for (const Network& network : site->networks) out += " --network " + network.text();
    return out + " --network CIDR";
}

/// By the name, or by a serial number that the catalogue has: then the device's own site answers.
bool says_who_asks(const Case& about, const catalogue::TimelineEvent& event) {
    if (mac_in(event.path.view())) return true;
    const auto agent = about.family.match_user_agent(event.user_agent.view());
    return agent && !agent->serial.empty() && about.snapshot.find_serial(about.family.name(), agent->serial) != nullptr;
}

} // namespace

std::string site_by_address(const catalogue::Snapshot& snapshot, const IpAddress& source) {
    if (snapshot.sites().size() < 2)
        return fmt::format("By its address {} it is of site {}.", source.text(), snapshot.site_of_source(source).name);
    std::string out = fmt::format("By its address {} it is of {}: files that phones share come from there.",
                                  source.text(), site_and_why(snapshot, source));
    if (snapshot.site_of_network(source) == nullptr)
        out += fmt::format(" To give its network to a site: `{}`.", network_command("SITE", nullptr));
    return out;
}

void find_other_site(const Case& about, const Boot& boot, Sentences& out) {
    const auto* own = about.snapshot.site(about.device.site);
    if (own == nullptr) return;
    for (const catalogue::TimelineEvent* event : boot) {
        if (!is_file_request(*event) || !was_got(*event)) continue;
        const Named named = named_by(&about.family, *event);
        const bool is_shared = named.document != nullptr && named.document->scope != config::DocumentScope::device;
        if (!is_shared || says_who_asks(about, *event) || &about.snapshot.site_of_source(event->source) == own)
            continue;
        out.push_back(fmt::format(
            "The catalogue has it at site {}, but {} names no phone, and by its address {} it is of {}: it got that "
            "site's, unless a token, an account or the listener said better. To give its network to its own site: "
            "`{}`.",
            own->name, printable(event->path.view(), 63), event->source.text(),
            site_and_why(about.snapshot, event->source), network_command(own->name, own)));
        return;
    }
}

} // namespace offhook::server
