#include "phone/notify/notify_rules.hpp"

#include "base/text.hpp"

#include <algorithm>

#include <fmt/format.h>

namespace offhook::phone {
namespace {

using Proof = NotifyEvent::Proof;
using Use = NotifyEvent::Use;

constexpr unsigned polycom_validations_max = 10; ///< what the index may be is nowhere stated (U)
constexpr std::string_view polycom_realm = "PolycomSPIP";
constexpr std::string_view at_once = "it waits until it is idle; it is";

std::string_view value_of(const BootReport& report, std::string_view name) {
    const auto found = report.parameters.find(name);
    return found == report.parameters.end() ? std::string_view() : std::string_view(found->second);
}

/// Linksys writes Yes and No, and takes 1 and 0 as well.
bool is_no(std::string_view value) { return equal_ignoring_case(value, "no") || value == "0"; }

bool is_yes(std::string_view value) { return equal_ignoring_case(value, "yes") || value == "1"; }

std::string host_of(std::string_view registrar) {
    if (registrar.starts_with('[')) return std::string(registrar.substr(1, registrar.find(']') - 1));
    const auto colon = registrar.find(':');
    if (colon != registrar.rfind(':')) return std::string(registrar); // IPv6 without its brackets has no port
    return std::string(registrar.substr(0, colon));
}

/// One voIpProt.SIP.requestValidation.x.* that covers NOTIFY.
void validate(const BootReport& report, const std::string& prefix, NotifyEvent& event) {
    const auto request = value_of(report, prefix + ".request");
    if (!equal_ignoring_case(request, "NOTIFY") && !equal_ignoring_case(request, "ALL")) return;
    bool is_limited = false, is_meant = false;
    for (unsigned y = 1; y <= polycom_validations_max; ++y) {
        const auto named = value_of(report, fmt::format("{}.request.{}.event", prefix, y));
        is_limited = is_limited || !named.empty();
        is_meant = is_meant || equal_ignoring_case(named, event.name);
    }
    if (is_limited && !is_meant) return;
    const auto method = value_of(report, prefix + ".method");
    const bool both = equal_ignoring_case(method, "both") || equal_ignoring_case(method, "all");
    if (both || equal_ignoring_case(method, "digest")) event.proof = Proof::digest;
    if (both || equal_ignoring_case(method, "source")) event.source = NotifySource::registrars;
}

void polycom(const BootReport& report, NotifyRules& rules) {
    const bool always = value_of(report, "voIpProt.SIP.specialEvent.checkSync.alwaysReboot") == "1";
    NotifyEvent event{"check-sync", always ? NotifyAction::reboot : NotifyAction::check};
    for (unsigned x = 1; x <= polycom_validations_max; ++x)
        validate(report, fmt::format("voIpProt.SIP.requestValidation.{}", x), event);
    rules.events.push_back(std::move(event));
    rules.realm = value_of(report, "voIpProt.SIP.requestValidation.digest.realm");
    if (rules.realm.empty()) rules.realm = polycom_realm; // C
    rules.qop = protocol::DigestQop::auth;                // U
    rules.idle = at_once;                                 // B: it waits for calls to end
}

/// The event is a text to compare with, and an empty one is like none (I). Letter case does not count: no guide says
/// (I). The phone resyncs without a restart (C, I) unless phone.RESYNC_ACTION is "reboot": CFG_RESYNC_ACTION is
/// remembered without its values (R), so it decides nothing by itself.
void panasonic(const BootReport& report, NotifyRules& rules) {
    const auto configured = report.parameters.find("CFG_RESYNC_FROM_SIP");
    const std::string event = configured == report.parameters.end() ? "check-sync" : configured->second;
    const bool reboots = equal_ignoring_case(value_of(report, "phone.RESYNC_ACTION"), "reboot");
    if (!event.empty()) rules.events.push_back({event, reboots ? NotifyAction::reboot : NotifyAction::resync});
}

void linksys(const BootReport& report, NotifyRules& rules) {
    const Use resync = is_no(value_of(report, "Resync_From_SIP")) ? Use::off : Use::on;
    const auto proof_of = [&](unsigned line) { // G: Yes unless it is told otherwise
        return is_no(value_of(report, fmt::format("Auth_Resync-Reboot_{}_", line))) ? Proof::none : Proof::digest;
    };
    const Proof proof = proof_of(1); // of a phone that has no line
    for (const EffectiveLine& line : report.lines) {
        const bool has_auth_id = is_yes(value_of(report, fmt::format("Use_Auth_ID_{}_", line.index)));
        rules.lines.push_back({line.user,
                               proof_of(line.index),
                               host_of(line.registrar),                                     // U
                               {has_auth_id ? line.auth_user : line.user, line.password}}); // I
    }
    const bool ignores_check_sync = equal_ignoring_case(value_of(report, "phone.CHECK_SYNC"), "ignored");
    rules.events = {{"resync", NotifyAction::resync, resync, proof},       // G
                    {"report", NotifyAction::report, Use::on, proof},      // G
                    {"reboot_now", NotifyAction::reboot, Use::on, proof},  // G
                    {"restart_now", NotifyAction::reboot, Use::on, proof}, // G
                    {"reboot", NotifyAction::reboot, Use::on, proof}};     // U: what servers send (C)
    if (!ignores_check_sync)                                               // U: what servers send these phones (C)
        rules.events.push_back({"check-sync", NotifyAction::resync, resync, proof});
    if (const auto wait = value_of(report, "Forced_Resync_Delay"); !wait.empty())
        rules.resync_wait_max = std::chrono::seconds(to_number<std::uint32_t>(wait).value_or(0));
    else
        rules.resync_wait_max = std::chrono::seconds(14'400);                         // the factory's
    if (!report.lines.empty()) rules.realm = host_of(report.lines.front().registrar); // U
    rules.qop = protocol::DigestQop::none;                                            // I
    rules.idle = at_once;                                                             // G
}

void genband(NotifyRules& rules) {
    rules.events = {{"check-sync", NotifyAction::reboot}, {"resync", NotifyAction::reboot}};
    rules.idle = at_once;
}

} // namespace

const NotifyEvent* NotifyRules::find(std::string_view event) const {
    const auto found = std::find_if(events.begin(), events.end(),
                                    [&](const NotifyEvent& each) { return equal_ignoring_case(each.name, event); });
    return found == events.end() ? nullptr : &*found;
}

const NotifyRules::Line* NotifyRules::line_of(std::string_view user) const {
    const auto found = std::find_if(lines.begin(), lines.end(), [&](const Line& line) { return line.user == user; });
    if (found != lines.end()) return &*found;
    return lines.empty() ? nullptr : &lines.front();
}

NotifyRules notify_rules(std::string_view family, const BootReport& report) {
    NotifyRules rules;
    if (family == "polycom") polycom(report, rules);
    if (family == "panasonic") panasonic(report, rules);
    if (family == "linksys-spa") linksys(report, rules);
    if (family == "genband-ip88") genband(rules);
    for (const EffectiveLine& line : report.lines)
        if (!line.registrar.empty()) rules.registrars.push_back(host_of(line.registrar));
    if (!report.lines.empty()) {
        const EffectiveLine& line = report.lines.front();
        rules.account = {line.auth_user.empty() ? line.user : line.auth_user, line.password};
    }
    return rules;
}

} // namespace offhook::phone
