#include "server/explain/explain.hpp"

#include "base/text.hpp"
#include "server/explain/event_meaning.hpp"
#include "server/explain/findings.hpp"

#include <algorithm>
#include <fmt/format.h>

namespace offhook::server {
namespace {

using catalogue::TimelineEvent;

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

/// Of a phone that asked for files.
void judge_boots(const Case& about, const ExplainInput& input, const std::vector<Boot>& boots, Sentences& out) {
    const Boot& last = boots.back();
    find_wrong_folder(about, last, out);
    find_missing_files(about, last, out);
    find_refusals(about, last, out);
    find_unmakeable_files(about, last, out);
    find_unknown_names(about, last, out);
    find_loop(about, boots, out);
    find_failed_tls(input.unidentified, out);
    find_failed_logins(input.unidentified, out);
    find_wrong_token(input.unidentified, out);
    find_missing_firmware(about, last, out);
    find_listed_firmware(about, last, out);
    find_refused_uploads(about, last, out);
    find_other_model(about, last, out);
}

/// What changes a setting of a layer: "offhook device set 0004f2000001".
std::string change_command(const Case& about, config::LayerKind origin) {
    const catalogue::Site* site = about.snapshot.site(about.device.site);
    const catalogue::Group* group = about.snapshot.group(about.device.group);
    switch (origin) {
    case config::LayerKind::fleet:
        return "offhook layer set fleet";
    case config::LayerKind::site:
        return "offhook layer set site/" + (site != nullptr ? site->name : std::string("SITE"));
    case config::LayerKind::model:
        return "offhook layer set model/" + about.device.family + "/" + about.device.model;
    case config::LayerKind::group:
        return "offhook layer set group/" + (group != nullptr ? group->name : std::string("GROUP"));
    default:
        return "offhook device set " + about.device.mac.text();
    }
}

constexpr std::size_t left_out_told_max = 8;

/// What a file's grammar cannot carry.
void find_left_out(const Case& about, std::span<const FileLeftOut> left_out, Sentences& out) {
    for (const auto& [file, what] : left_out.first(std::min(left_out.size(), left_out_told_max))) {
        const std::string change =
            what.origin == config::LayerKind::vendor_default
                ? "it is the pack's own"
                : fmt::format("change it with `{0} {1}=...`, or take it out with `{0} --unset {1}`",
                              change_command(about, what.origin), what.setting);
        out.push_back(fmt::format("{} is left out of {}: {}. It is made of {}, set by {}; {}.", what.parameter, file,
                                  what.reason, what.setting, config::to_text(what.origin), change));
    }
    if (left_out.size() > left_out_told_max)
        out.push_back(fmt::format("{} more are left out of its files: `offhook render {} FILE` names them.",
                                  left_out.size() - left_out_told_max, about.device.mac.text()));
}

void judge_device(const Case& about, const ExplainInput& input, const std::vector<Boot>& boots, Sentences& out) {
    const auto is_search = [](const TimelineEvent* event) { return is_discovery(*event); };
    const MacAddress mac = about.device.mac;
    if (boots.empty() && !input.events.empty()) {
        out.emplace_back("It only kept its network address: it has not looked for a server, nor asked for a "
                         "file. It runs with what it has; `offhook resync` may make it come.");
    } else if (boots.empty()) {
        out.push_back(fmt::format(
            "Nothing was heard of {} yet. Check the server address that it was given, and that it reaches this server: "
            "`offhook status` shows where we listen. `offhook explain ADDRESS` tells what came from the phone's "
            "address.",
            mac.text()));
    } else if (const MacAddress asked = boots.back().back()->mac; asked != mac && asked.bits() != 0) {
        out.push_back(fmt::format("Nothing was heard of {} yet; the boots above are those of {}, which it replaced.",
                                  mac.text(), asked.text()));
    } else if (std::all_of(boots.back().begin(), boots.back().end(), is_search)) {
        find_no_server(boots.back(), out);
        find_failed_tls(input.unidentified, out);
        find_failed_logins(input.unidentified, out);
        find_wrong_token(input.unidentified, out);
    } else {
        judge_boots(about, input, boots, out);
    }
    find_held_images(about, input.held, out);
    find_sealed_apart(about, out);
    find_local_changes(about, out);
    find_lines(about, out);
    find_left_out(about, input.left_out, out);
    for (const CutDirectory& each : input.cut)
        out.push_back(
            fmt::format("{} of its contacts are left out of {}: it keeps {} bytes of them. `offhook render {} {}` "
                        "says which kind; a smaller phonebook makes room.",
                        each.left_out, each.name, each.bytes_max, about.device.mac.text(), each.name));
}

/// What only the phone sees comes first: it is mostly why.
void judge_known(const Case& about, const ExplainInput& input, const std::vector<Boot>& boots, Explanation& out) {
    out.logs = read_statements(about, boots, input.logs);
    for (auto& statement : read_said(about, boots, input.said)) out.logs.push_back(std::move(statement));
    for (const PhoneStatement& statement : out.logs) out.conclusion.push_back(statement.sentence);
    judge_device(about, input, boots, out.conclusion);
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

    if (device == nullptr)
        judge_stranger(input, out.conclusion);
    else if (family == nullptr)
        out.conclusion.push_back(
            fmt::format("Its family '{}' has no pack here, so it cannot be served.", device->family));
    else
        judge_known({*input.snapshot, *device, *family, *input.families, input.local}, input, boots, out);
    return out;
}

} // namespace offhook::server
