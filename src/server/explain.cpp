#include "server/explain.hpp"

#include "base/text.hpp"
#include "server/layers.hpp"
#include "server/lines.hpp"

#include <algorithm>
#include <array>
#include <fmt/format.h>

namespace offhook::server {
namespace {

using catalogue::Outcome;
using catalogue::TimelineEvent;

constexpr std::chrono::seconds boot_gap{60}; // quiet for so long: what follows is another boot
constexpr std::size_t sentences_max = 60;
constexpr std::string_view names_no_boot_server = "no option that names"; // of an answer that was overheard

/// What stands behind a path, as the family's pack names it.
struct Named {
    const config::Document* document = nullptr;
    const config::OtherFile* other = nullptr;

    [[nodiscard]] std::string_view kind() const {
        return document != nullptr ? document->kind : other != nullptr ? std::string_view(other->kind) : "";
    }
    [[nodiscard]] std::string_view summary() const {
        return document != nullptr ? document->summary : other != nullptr ? std::string_view(other->summary) : "";
    }
    [[nodiscard]] bool needed() const {
        return document != nullptr ? document->needed : other != nullptr && other->needed;
    }
};

/// As the timeline keeps it.
decltype(TimelineEvent::kind) cut(std::string_view kind) { return kind; }

bool is_discovery(const TimelineEvent& event) {
    using catalogue::EventTransport;
    return event.transport == EventTransport::pnp || event.transport == EventTransport::dhcp4 ||
           event.transport == EventTransport::dhcp6;
}

/// By the kind that was noted when the file was asked for: the path on the timeline may be cut.
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

/// The event with what it would be without the folder in front: a phone whose server address has a folder too many asks
/// for the right names in the wrong place.
Named meant_by(const config::Family* family, const TimelineEvent& event) {
    const Named named = named_by(family, event);
    const std::string_view path = is_discovery(event) ? std::string_view() : event.path.view();
    const auto slash = path.rfind('/');
    if (named.document != nullptr || named.other != nullptr || family == nullptr || slash == std::string_view::npos)
        return named;
    const auto match = family->match_path(path.substr(slash + 1));
    return match ? Named{match->document, match->other} : named;
}

/// What a family's phones ask for before they have anything: the image that begins a boot, where one does,
/// and its first document.
struct Opening {
    const config::OtherFile* image = nullptr;
    const config::Document* document = nullptr;
};
Opening opening_of(const config::Family* family) {
    Opening out;
    if (family == nullptr) return out;
    if (!family->documents().empty()) out.document = &family->documents().front();
    for (const config::OtherFile& other : family->other_files())
        if (other.begins_boot && out.image == nullptr) out.image = &other;
    return out;
}

/// What another server told the phone, overheard.
bool is_overheard(const TimelineEvent& event) { return is_discovery(event) && event.outcome == Outcome::not_modified; }

/// What a phone that begins anew says, and one that keeps its address does not; nor is it what it is told.
bool opens_a_boot(const TimelineEvent& event) {
    constexpr std::array<std::string_view, 8> go_on{"REQUEST", "RENEW", "REBIND", "RELEASE",
                                                    "DECLINE", "OFFER", "ACK",    "NOTIFY"};
    return is_discovery(event) && !is_overheard(event) &&
           std::find(go_on.begin(), go_on.end(), event.kind.view()) == go_on.end();
}

/// Oldest first, cut where a phone began anew: after a quiet minute; when it asks for its first image after anything
/// else; when it asks for its first document, or looks for a server, although it had asked for its own settings
/// already. A phone that only keeps its address has not begun anew, however long it was quiet: that belongs to the boot
/// before, and is left out where there is none.
std::vector<std::vector<const TimelineEvent*>> cut_into_boots(std::span<const TimelineEvent> newest_first,
                                                              const config::Family* family) {
    std::vector<std::vector<const TimelineEvent*>> boots;
    WallTime last{};
    bool own_seen = false, past_image = false;
    const Opening opening = opening_of(family);
    for (auto at = newest_first.rbegin(); at != newest_first.rend(); ++at) {
        if (is_discovery(*at) && !opens_a_boot(*at)) {
            if (!boots.empty()) boots.back().push_back(&*at);
            continue;
        }
        const Named named = meant_by(family, *at);
        const bool image = named.other != nullptr && named.other == opening.image;
        const bool again = (image && past_image) ||
                           (own_seen && named.document != nullptr && named.document == opening.document) ||
                           (own_seen && opens_a_boot(*at));
        if (boots.empty() || at->at - last > boot_gap || again) {
            boots.emplace_back();
            own_seen = past_image = false;
        }
        past_image = past_image || (!image && !is_discovery(*at));
        own_seen = own_seen || (is_own(named) && at->outcome != Outcome::challenged); // it comes back at once
        boots.back().push_back(&*at);
        last = at->at + std::chrono::milliseconds(at->span_ms);
    }
    return boots;
}

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

std::string sentence(const TimelineEvent& event, const config::Family* family) {
    if (is_discovery(event))
        return fmt::format("{}  {}{}.", clock_text(event.at), looking(event),
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

/// FTP clients ask how long a file is before they fetch it: the file itself tells as much.
bool is_question_before(const TimelineEvent& event, const TimelineEvent* next) {
    return next != nullptr && event.verb == catalogue::EventVerb::head && next->verb == catalogue::EventVerb::get &&
           event.outcome == Outcome::served && next->path == event.path;
}

BootStory tell(const std::vector<const TimelineEvent*>& boot, const config::Family* family) {
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

bool names_device(const config::Document& document) {
    return std::any_of(document.paths.begin(), document.paths.end(), [](const std::string& path) {
        return path.find("{mac}") != std::string::npos || path.find("{MAC}") != std::string::npos;
    });
}

/// Who the phone is to register as, or what the catalogue lacks for that.
void judge_lines(const catalogue::Snapshot& snapshot, const catalogue::Device& device, const config::Family& family,
                 std::vector<std::string>& out) {
    const auto* site = snapshot.site(device.site);
    if (site == nullptr) return;
    const Layers layers(snapshot, family, *site, &device);
    const auto lines = effective_lines(config::Effective(layers.all()));
    for (const EffectiveLine& line : lines) {
        const auto missing = line.missing();
        if (missing.empty())
            out.push_back(fmt::format("Line {} is to register as {} at {}.", line.index, line.user, line.registrar));
        else
            out.push_back(fmt::format("Line {} ({}) cannot register: {} is not set. `offhook device set {} {}=…`",
                                      line.index, line.user, join(missing, " and "), device.mac.text(),
                                      missing.front()));
    }
    if (lines.empty())
        out.push_back(fmt::format(
            "No line has a user: the phone cannot register. `offhook device set {} line.1.user=…`", device.mac.text()));
    if (snapshot.model_layer(device.family, device.model) != nullptr)
        out.push_back(fmt::format("It has settings that all phones of its model share: `offhook model show {}/{}`.",
                                  device.family, device.model));
}

void judge_model(const catalogue::Device& device, const config::Family& family,
                 const std::vector<const TimelineEvent*>& boot, std::vector<std::string>& out) {
    for (const TimelineEvent* event : boot) {
        const auto agent = family.match_user_agent(event->user_agent.view());
        if (!agent || agent->model.empty()) continue;
        const auto* said = family.find_model(agent->model);
        if (said == nullptr)
            out.push_back(fmt::format("It calls itself {}, a model that the {} pack does not know.",
                                      printable(agent->model, 40), family.name()));
        else if (said->name != device.model)
            out.push_back(
                fmt::format("It calls itself {}, but the catalogue has it as {}: `offhook device set {} --model {}`",
                            said->name, device.model, device.mac.text(), said->name));
        return;
    }
}

void judge_boot(const config::Family& family, const BootStory& story, std::vector<std::string>& out) {
    std::vector<std::string> not_got, not_asked;
    for (const config::Document& document : family.documents()) {
        const std::string kind(cut(document.kind).view());
        if (!document.needed || !names_device(document) || story.files_served.contains(kind)) continue;
        (story.files_asked.contains(kind) ? not_got : not_asked).push_back(document.kind);
    }
    if (!not_got.empty())
        out.push_back(fmt::format("In its last boot it asked for and did not get: {}.", join(not_got, ", ")));
    if (!not_asked.empty())
        out.push_back(
            fmt::format("In its last boot it never asked for: {}. It stopped before, or it is no phone that asks.",
                        join(not_asked, ", ")));
    if (not_got.empty() && not_asked.empty())
        out.push_back("In its last boot it got every configuration file that it needs.");
}

void judge_folder(const config::Family& family, const std::vector<const TimelineEvent*>& boot,
                  std::vector<std::string>& out) {
    for (const TimelineEvent* event : boot) {
        const bool named = named_by(&family, *event).kind().empty();
        if (!named || meant_by(&family, *event).kind().empty()) continue;
        const std::string_view path = event->path.view();
        out.push_back(fmt::format(
            "It asks in the folder '{}', where nothing is served: take it out of the phone's server address.",
            printable(path.substr(0, path.rfind('/')), 40)));
        return;
    }
}

void judge_stranger(const ExplainInput& input, std::vector<std::string>& out) {
    const auto* family = config::family_of_oui(*input.families, input.mac.oui());
    if (input.events.empty()) {
        out.push_back(fmt::format("Nothing was heard of {} and it is not in the catalogue.", input.mac.text()));
        return;
    }
    out.push_back(fmt::format("{} is not in the catalogue, so it gets nothing of its own.", input.mac.text()));
    const config::Model* model = nullptr;
    for (const TimelineEvent& event : input.events)
        if (const auto agent = family == nullptr ? std::nullopt : family->match_user_agent(event.user_agent.view());
            agent && model == nullptr)
            model = family->find_model(agent->model);
    out.push_back(fmt::format("To make it known: `offhook sighting adopt {}{}{} --set line.1.user=…`", input.mac.text(),
                              family == nullptr ? " --family F" : "", model == nullptr ? " --model M" : ""));
}

/// Of a phone that has only looked for a server.
void judge_discovery(const std::vector<const TimelineEvent*>& boot, std::vector<std::string>& conclusion) {
    const bool was_told = std::any_of(boot.begin(), boot.end(),
                                      [](const TimelineEvent* event) { return event->outcome == Outcome::served; });
    const auto overheard =
        std::find_if(boot.rbegin(), boot.rend(), [](const auto* event) { return is_overheard(*event); });
    if (was_told)
        conclusion.emplace_back(
            "It was told where to go and has not come for a file since. Check from its network that the address it was "
            "told can be reached, that no firewall stands between, and that it may have a value of its own that counts "
            "before what it is told.");
    else if (overheard == boot.rend())
        conclusion.emplace_back("It looked for a server and this one told it nothing; the lines above say why.");
    else if (const auto told = (*overheard)->path.view(); told.find(names_no_boot_server) != std::string_view::npos)
        conclusion.emplace_back(
            "Another server answered: it told it nothing of a boot server. Set the option there, or "
            "let this server answer, too.");
    else
        conclusion.push_back(fmt::format("Another server answered: it told it {}. If that leads elsewhere, change it "
                                         "there; if it leads here, see whether its network lets the phone through.",
                                         printable(told, 63)));
}

} // namespace

Explanation explain(const ExplainInput& input) {
    Explanation out;
    const catalogue::Device* device = input.snapshot->find(input.mac);
    const config::Family* family = device != nullptr ? config::find_family(*input.families, device->family)
                                                     : config::family_of_oui(*input.families, input.mac.oui());
    const auto boots = cut_into_boots(input.events, family);
    const std::size_t skipped = boots.size() > input.boots_max ? boots.size() - input.boots_max : 0;
    for (std::size_t i = skipped; i < boots.size(); ++i) out.boots.push_back(tell(boots[i], family));

    if (device == nullptr) {
        judge_stranger(input, out.conclusion);
    } else if (family == nullptr) {
        out.conclusion.push_back(
            fmt::format("Its family '{}' has no pack here, so it cannot be served.", device->family));
    } else if (boots.empty() && !input.events.empty()) {
        out.conclusion.emplace_back("It only kept its network address: it has not looked for a server, nor asked for a "
                                    "file. It runs with what it has; `offhook resync` may make it come.");
        judge_lines(*input.snapshot, *device, *family, out.conclusion);
    } else if (boots.empty()) {
        out.conclusion.push_back(fmt::format(
            "Nothing was heard of {} yet. Check the server address that it was given, and that it reaches this server: "
            "`offhook status` shows where we listen.",
            input.mac.text()));
        judge_lines(*input.snapshot, *device, *family, out.conclusion);
    } else if (const MacAddress asked = boots.back().back()->mac; asked != device->mac && asked.bits() != 0) {
        out.conclusion.push_back(
            fmt::format("Nothing was heard of {} yet; the boots above are those of {}, which it replaced.",
                        device->mac.text(), asked.text()));
        judge_lines(*input.snapshot, *device, *family, out.conclusion);
    } else if (std::all_of(boots.back().begin(), boots.back().end(),
                           [](const TimelineEvent* event) { return is_discovery(*event); })) {
        judge_discovery(boots.back(), out.conclusion);
        judge_lines(*input.snapshot, *device, *family, out.conclusion);
    } else {
        judge_folder(*family, boots.back(), out.conclusion);
        judge_boot(*family, out.boots.back(), out.conclusion);
        judge_model(*device, *family, boots.back(), out.conclusion);
        judge_lines(*input.snapshot, *device, *family, out.conclusion);
    }
    return out;
}

} // namespace offhook::server
