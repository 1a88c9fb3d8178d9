// What went wrong with the files that a phone asked for, or sent.
#include "base/text.hpp"
#include "config/render/sealing.hpp"
#include "server/event_texts.hpp"
#include "server/explain/event_meaning.hpp"
#include "server/explain/findings.hpp"
#include "server/explain/nearest_name.hpp"
#include "server/introduction.hpp"
#include "server/layers.hpp"

#include <algorithm>
#include <fmt/format.h>
#include <map>
#include <set>

namespace offhook::server {

using catalogue::Outcome;
using catalogue::Privacy;
using catalogue::Proof;
using catalogue::TimelineEvent;

namespace {

constexpr std::size_t names_shown_max = 5;
constexpr std::string_view kept_back = "[not kept"; // of a path that may hold a token

bool names_device(const config::Document& document) {
    return std::any_of(document.paths.begin(), document.paths.end(), [](const std::string& path) {
        return path.find("{mac}") != std::string::npos || path.find("{MAC}") != std::string::npos;
    });
}

/// What became of each kind of document in the end: a challenge is followed by the same request with credentials.
std::map<const config::Document*, const TimelineEvent*> last_of_documents(const config::Family& family,
                                                                          const Boot& boot) {
    std::map<const config::Document*, const TimelineEvent*> out;
    for (const TimelineEvent* event : boot) {
        if (!is_file_request(*event) || event->verb == catalogue::EventVerb::put) continue;
        const Named named = named_by(&family, *event);
        if (named.document == nullptr) continue;
        const TimelineEvent*& last = out[named.document];
        // Asked for twice, and got once: it has it.
        if (last == nullptr || !was_got(*last) || event->outcome == Outcome::broken_off) last = event;
    }
    return out;
}

std::string_view source_text(const IpAddress& source) {
    switch (source.source_class()) {
    case SourceClass::loopback:
        return "loopback";
    case SourceClass::private_net:
        return "private";
    default:
        return "public";
    }
}

std::string_view proof_needed(Proof proof) {
    switch (proof) {
    case Proof::mac_alone:
        return "its MAC address alone";
    case Proof::token:
        return "the site's token in the address";
    case Proof::credentials:
        return "its own user name and password";
    case Proof::certificate:
        return "its device certificate";
    case Proof::never:
        return "nothing that it could show: nothing is served there";
    }
    return {};
}

std::string how_to_prove(Proof proof, const catalogue::Device& device, const catalogue::Site& site) {
    if (proof == Proof::token)
        return fmt::format("Put the token of site {0} into the phone's server address (`offhook site rotate-token {0}` "
                           "makes another and shows it)",
                           site.name);
    if (proof == Proof::credentials)
        return fmt::format("Type the account of `offhook credentials show {} --show-secrets` into the phone",
                           device.mac.text());
    if (proof == Proof::certificate)
        return "Let it come by https with its certificate, and give the server its authority ([client_ca])";
    return "Let it come another way";
}

std::string file_of(const TimelineEvent& event, const Named& named) {
    return event.path.view().empty() ? "its " + std::string(named.kind()) : printable(event.path.view(), 63);
}

/// Whether this phone's plain file says only where its sealed one is.
bool has_stub(const Case& about) {
    const auto* site = about.snapshot.site(about.device.site);
    if (site == nullptr) return false;
    const Layers layers(about.snapshot, about.family, *site, &about.device);
    const auto documents = about.family.documents();
    return std::any_of(documents.begin(), documents.end(),
                       [&](const config::Document& document) { return config::is_stub(document, layers.all()); });
}

} // namespace

void find_missing_files(const Case& about, const Boot& boot, Sentences& out) {
    const auto asked = last_of_documents(about.family, boot);
    using Sealed = config::Document::Sealed;
    const bool has_sealed = std::any_of(asked.begin(), asked.end(), [](const auto& each) {
        return each.first->sealed == Sealed::always && was_got(*each.second);
    });
    const bool needs_sealed = !has_sealed && has_stub(about);
    std::vector<std::string> not_got, not_asked;
    const config::Document* last_got = nullptr;
    for (const config::Document& document : about.family.documents()) {
        const auto found = asked.find(&document);
        const bool got = found != asked.end() && was_got(*found->second);
        if (got) last_got = &document;
        const bool needed = document.needed || (needs_sealed && document.sealed == Sealed::always);
        if (!needed || got) continue;
        // It has the sealed twin, or is to have it.
        if ((has_sealed || needs_sealed) && document.has_sealed_twin()) continue;
        if (found != asked.end())
            not_got.push_back(document.kind);
        else if (names_device(document))
            not_asked.push_back(document.kind);
    }
    if (!not_got.empty())
        out.push_back(fmt::format("In its last boot it asked for and did not get: {}.", join(not_got, ", ")));
    if (!not_asked.empty() && last_got != nullptr && not_got.empty())
        out.push_back(fmt::format(
            "In its last boot it never asked for: {}. It got its {} file, which says where that is: `offhook render "
            "{}` "
            "lists both, and the address in the first must be one that the phone can reach. Or it stopped, or it is no "
            "phone that asks.",
            join(not_asked, ", "), last_got->kind, about.device.mac.text()));
    else if (!not_asked.empty())
        out.push_back(
            fmt::format("In its last boot it never asked for: {}. It stopped before, or it is no phone that asks.",
                        join(not_asked, ", ")));
    if (not_got.empty() && not_asked.empty())
        out.emplace_back("In its last boot it got every configuration file that it needs.");
}

/// Whether it is a file that brings the key, while own files are sealed.
bool is_introduction(const Case& about, const Named& named) {
    const auto* site = about.snapshot.site(about.device.site);
    const bool brings_key =
        (named.document != nullptr && named.document->sealed == config::Document::Sealed::introduces) ||
        (named.other != nullptr && may_bring_key(about.family, *named.other));
    if (!brings_key || site == nullptr) return false;
    const Layers layers(about.snapshot, about.family, *site, &about.device);
    return has_sealed_files(config::Effective(layers.all()));
}

void find_refusals(const Case& about, const Boot& boot, Sentences& out) {
    const auto* site = about.snapshot.site(about.device.site);
    if (site == nullptr) return;
    unsigned challenges = 0;
    const TimelineEvent *challenged = nullptr, *refused = nullptr;
    for (const TimelineEvent* event : boot) {
        if (!is_file_request(*event)) continue;
        if (event->outcome == Outcome::refused && refused == nullptr) refused = event;
        if (event->outcome == Outcome::challenged) {
            challenged = event;
            challenges += event->count;
        } else if (challenged != nullptr && event->path == challenged->path) {
            challenged = nullptr; // it gave them for this one; another file may need none
            challenges = 0;
        }
    }
    if (challenged != nullptr)
        out.push_back(fmt::format(
            "It was asked for its user name and password for {} and {}. Expected is the device's own account, or the "
            "site's: `offhook credentials show {} --show-secrets` has it, and the phone's server settings must have "
            "the same.",
            file_of(*challenged, named_by(&about.family, *challenged)),
            challenges > 1 ? "did not give the right ones" : "did not come back with them", about.device.mac.text()));
    if (refused == nullptr) return;
    const auto name = file_of(*refused, named_by(&about.family, *refused));
    const bool tls = refused->transport == catalogue::EventTransport::https;
    if (is_introduction(about, named_by(&about.family, *refused))) {
        out.push_back(fmt::format(
            "{} was refused over {}: it brings the key of this phone's encrypted files, and goes over HTTPS alone, to "
            "who "
            "shows the phone's certificate or account, or within a first-contact window. `offhook layer set fleet "
            "provisioning.key_server=https://…` says where the phone gets it.",
            name, catalogue::event_transport_text.to_text(refused->transport)));
        return;
    }
    const auto from = refused->source.source_class();
    const Proof needed = site->policy.needed(from, tls ? Privacy::tls : Privacy::clear);
    const Proof needed_by_tls = site->policy.needed(from, Privacy::tls);
    const auto over = catalogue::event_transport_text.to_text(refused->transport);
    if (needed == Proof::mac_alone && site->first_contact_minutes != 0) {
        out.push_back(
            fmt::format("{} was refused: site {} serves by the MAC address alone only within a device's first "
                        "contact, and this one's is over. `offhook device first-contact {}` opens another.",
                        name, site->name, about.device.mac.text()));
        return;
    }
    std::string sentence = fmt::format("{} was refused over {} from {} ({}): there site {} wants {}. {}", name, over,
                                       refused->source.text(), source_text(refused->source), site->name,
                                       proof_needed(needed), how_to_prove(needed, about.device, *site));
    if (!tls && needed_by_tls < needed)
        sentence += fmt::format(", or by https, where {} will do", proof_needed(needed_by_tls));
    sentence += fmt::format("; or change the policy: `offhook site set {} --policy {}.{}=PROOF`.", site->name,
                            source_text(refused->source), tls ? "tls" : "clear");
    out.push_back(std::move(sentence));
}

void find_unmakeable_files(const Case& about, const Boot& boot, Sentences& out) {
    const auto* site = about.snapshot.site(about.device.site);
    if (site == nullptr) return;
    for (const auto& [document, event] : last_of_documents(about.family, boot)) {
        const bool is_twin = document->sealed == config::Document::Sealed::always;
        if (event->outcome != Outcome::failed && !(is_twin && event->outcome == Outcome::absent)) continue;
        const Layers layers(about.snapshot, about.family, *site, &about.device);
        const config::Effective stated(layers.all());
        const auto text_of = [&](std::string_view name) {
            const auto key = config::find_setting(name);
            const auto* value = key ? stated.find(*key) : nullptr;
            return value == nullptr ? std::string_view() : value->value;
        };
        const bool sealed = document->seal != nullptr && text_of("provisioning.sealed") == "yes";
        if (sealed && text_of("provisioning.file_key").empty() && text_of("provisioning.previous_file_key").empty())
            out.push_back(fmt::format("{} is encrypted, and no key is known for it: `offhook device set {} "
                                      "provisioning.file_key=…`, the same as in the phone.",
                                      file_of(*event, {document, nullptr}), about.device.mac.text()));
        else if (const auto there = config::check_twin(*document, layers.all()); !there)
            out.push_back(fmt::format("{} is {}. To have it so: `{} provisioning.sealed=yes`, and "
                                      "else `offhook render {}` lists what the phone has.",
                                      file_of(*event, {document, nullptr}), there.error().message,
                                      sealing_command(about.family, *site, about.device.mac), about.device.mac.text()));
        else if (event->outcome == Outcome::failed)
            out.push_back(fmt::format("{} could not be made: `offhook render {} {}` says why.",
                                      file_of(*event, {document, nullptr}), about.device.mac.text(),
                                      printable(event->path.view(), 63)));
    }
}

void find_sealed_apart(const Case& about, Sentences& out) {
    const auto* site = about.snapshot.site(about.device.site);
    if (site == nullptr || !shares_where_sealed(about.family)) return;
    const Layers layers(about.snapshot, about.family, *site, &about.device);
    const config::Effective own(layers.all());
    const bool site_seals = has_sealed_files(config::Effective(layers.shared()));
    if (has_sealed_files(own) == site_seals) return;
    static const auto key = config::find_setting("provisioning.sealed").value();
    const auto origin = own.find(key)->origin; // what differs is stated
    const auto* group = about.snapshot.group(about.device.group);
    const std::string taker = origin == config::LayerKind::group && group != nullptr ? "layer set group/" + group->name
                              : origin == config::LayerKind::model
                                  ? fmt::format("layer set model/{}/{}", about.device.family, about.device.model)
                                  : "device set " + about.device.mac.text();
    out.push_back(fmt::format(
        "provisioning.sealed is {} for this phone ({} layer) and {} for site {}, whose shared files send the phone to "
        "its {} file: it asks for one that is not there. Take it out with `offhook {} --unset provisioning.sealed`, "
        "and "
        "state it of the site.",
        site_seals ? "no" : "yes", config::to_text(origin), site_seals ? "yes" : "no", site->name,
        site_seals ? "encrypted" : "plain", taker));
}

void find_unknown_names(const Case& about, const Boot& boot, Sentences& out) {
    std::vector<std::string> told;
    for (const TimelineEvent* event : boot) {
        const std::string_view path = event->path.view();
        if (!is_file_request(*event) || event->outcome != Outcome::absent || path.empty() ||
            path.starts_with(kept_back) || meant_by(&about.family, *event).is_known())
            continue;
        const auto near = nearest_name(about.family, path, about.device.mac, about.device.model);
        if (!near || told.size() == names_shown_max) continue;
        told.push_back(fmt::format("{} (the nearest is {})", printable(path, 63), *near));
    }
    if (told.empty()) return;
    out.push_back(
        fmt::format("It asked by names that the {} pack does not know: {}. Change the name where the phone has "
                    "it from: its own settings, or the file that names it.",
                    about.family.name(), join(told, ", ")));
}

void find_missing_firmware(const Case& about, const Boot& boot, Sentences& out) {
    std::map<std::string_view, std::string> by_kind; // the name asked for last is the plainest
    bool is_list = false;
    for (const TimelineEvent* event : boot) {
        const Named named = named_by(&about.family, *event);
        if (named.other == nullptr || named.other->role != config::OtherFile::Role::firmware) continue;
        if (event->outcome == Outcome::absent)
            by_kind[named.other->kind] = std::string(event->path.view()), is_list |= !named.other->lists.empty();
        else if (was_got(*event))
            by_kind.erase(named.other->kind);
    }
    if (by_kind.empty()) return;
    std::vector<std::string> names;
    for (const auto& [kind, name] : by_kind) names.push_back(printable(name, 63));
    if (is_list) {
        out.push_back(fmt::format("It asked for firmware that is not stored ({}) and goes on with its own. To give it "
                                  "one, with all that the vendor's list names: `offhook firmware add --family {} "
                                  "--bundle PATH`",
                                  join(names, ", "), about.family.name()));
        return;
    }
    out.push_back(fmt::format("It asked for firmware that is not stored ({}) and goes on with its own. To give it one: "
                              "`offhook firmware add FILE --family {} --name {} --version V --model {}`",
                              join(names, ", "), about.family.name(),
                              names.front().substr(names.front().rfind('/') + 1), about.device.model));
}

void find_refused_uploads(const Case& about, const Boot& boot, Sentences& out) {
    std::set<std::string> told;
    for (const TimelineEvent* event : boot) {
        if (event->verb != catalogue::EventVerb::put || event->outcome == Outcome::served) continue;
        if (event->outcome == Outcome::challenged) continue; // it comes back
        const Named named = named_by(&about.family, *event);
        const std::string what = file_of(*event, named);
        if (!told.insert(what).second || told.size() > names_shown_max) continue;
        const bool may = named.other != nullptr && named.other->role == config::OtherFile::Role::upload;
        if (event->outcome == Outcome::broken_off)
            out.push_back(fmt::format("Its upload of {} broke off and was not kept: see its network.", what));
        else if (event->outcome == Outcome::refused)
            out.push_back(fmt::format("Its upload of {} was refused: sending needs the same proof as fetching.", what));
        else if (!may)
            out.push_back(
                fmt::format("It may not send {}: the {} pack names no such upload.", what, about.family.name()));
        else if (event->status == 413)
            out.push_back(
                fmt::format("Its upload of {} was refused: it is larger than {} bytes, which is `bytes_max` in "
                            "the pack.",
                            what, named.other->upload.bytes_max));
        else
            out.push_back(
                fmt::format("Its upload of {} was not stored: see [uploads] of the configuration for the room "
                            "that it has, and the log.",
                            what));
    }
}

void find_failed_tls(std::span<const TimelineEvent> unidentified, Sentences& out) {
    const TimelineEvent* newest = nullptr;
    std::uint64_t count = 0;
    for (const TimelineEvent& event : unidentified) {
        if (event.outcome != Outcome::malformed || event.path.view().find("TLS") == std::string_view::npos) continue;
        if (newest == nullptr) newest = &event;
        count += event.count;
    }
    if (newest == nullptr) return;
    out.push_back(fmt::format("From its address TLS failed {} time{}, last at {} UTC over {}: {}. {}", count,
                              count == 1 ? "" : "s", to_text(newest->at).substr(11, 8),
                              catalogue::event_transport_text.to_text(newest->transport),
                              printable(newest->path.view(), 63), tls_advice(newest->path.view())));
}

void find_failed_logins(std::span<const TimelineEvent> unidentified, Sentences& out) {
    const TimelineEvent* newest = nullptr;
    std::uint64_t count = 0;
    for (const TimelineEvent& event : unidentified) {
        if (event.outcome != Outcome::malformed || event.path.view() != ftp_login_failed) continue;
        if (newest == nullptr) newest = &event;
        count += event.count;
    }
    if (newest == nullptr) return;
    out.push_back(
        fmt::format("From its address {} FTP login{} failed, the last at {} UTC: the name or the password was "
                    "wrong. Expected is an account of the phone or its site (`offhook credentials show MAC "
                    "--show-secrets`), or the family's factory account: compare the phone's server settings, "
                    "or the account in its server address.",
                    count, count == 1 ? "" : "s", to_text(newest->at).substr(11, 8)));
}

void find_wrong_token(std::span<const TimelineEvent> unidentified, Sentences& out) {
    const auto found = std::find_if(unidentified.begin(), unidentified.end(), [](const TimelineEvent& event) {
        return event.path.view().starts_with(kept_back);
    });
    if (found == unidentified.end()) return;
    out.push_back(
        fmt::format("From its address somebody asked at {} UTC with what looks like a site's token, and it is "
                    "no site's: it is mistyped in the phone's server address, or was ended. `offhook site rotate-token "
                    "SITE` makes another and shows it.",
                    to_text(found->at).substr(11, 8)));
}

std::string tls_advice(std::string_view why) {
    const auto has = [&](std::string_view word) { return why.find(word) != std::string_view::npos; };
    if (has("expired"))
        return "A certificate has expired, or the phone's clock is wrong: `offhook certificate show` has the server's "
               "dates, and time.server sets the clock.";
    if (has("unknown ca") || has("bad certificate") || has("certificate unknown") || has("unknown_ca"))
        return "The phone does not believe the server's certificate: give it the authority that signed it, or let the "
               "server show one that the phone knows.";
    if (has("version") || has("protocol") || has("offers"))
        return "The phone's TLS is too old for this listener: run an https_legacy listener for it.";
    if (has("cipher")) return "Phone and listener have no cipher in common: run an https_legacy listener for it.";
    if (has("http request"))
        return "The phone speaks plain HTTP to a TLS port: its address says http where it must say https, or has the "
               "wrong port.";
    return "Compare the certificate, the name in the phone's server address and its clock.";
}

} // namespace offhook::server
