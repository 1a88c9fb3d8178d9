// What the catalogue and the last boot's model and folders tell. What went wrong with files: file_findings.cpp.
#include "server/explain/findings.hpp"

#include "base/text.hpp"
#include "server/explain/event_meaning.hpp"

#include <algorithm>
#include <fmt/format.h>

namespace offhook::server {

using catalogue::Outcome;
using catalogue::TimelineEvent;

namespace {

constexpr std::string_view names_no_boot_server = "no option that names"; // of an answer that was overheard
constexpr std::size_t finding_names_max = 5;
constexpr std::size_t loop_boots_least = 4;
constexpr std::chrono::minutes loop_time{30};
constexpr std::chrono::seconds answer_time{35}; // an order is noted once it is answered, or given up after 32 s
constexpr std::chrono::minutes order_time{2}; // in which a phone does what it was told, with the restarts that it takes

} // namespace

void find_wrong_folder(const Case& about, const Boot& boot, Sentences& out) {
    for (const TimelineEvent* event : boot) {
        const bool named = named_by(&about.family, *event).kind().empty();
        if (!named || meant_by(&about.family, *event).kind().empty()) continue;
        const std::string_view path = event->path.view();
        out.push_back(fmt::format(
            "It asks in the folder '{}', where nothing is served: take it out of the phone's server address.",
            printable(path.substr(0, path.rfind('/')), 40)));
        return;
    }
}

void find_other_model(const Case& about, const Boot& boot, Sentences& out) {
    const auto& [snapshot, device, family, families, local] = about;
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

void find_no_server(const Boot& boot, Sentences& conclusion) {
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

void find_loop(const Case& about, std::span<const Boot> boots, std::span<const ToldToCome> told_to_come,
               Sentences& out) {
    const auto is_ordered = [&](const Boot& boot) {
        const WallTime at = boot.front()->at;
        return std::any_of(told_to_come.begin(), told_to_come.end(), [&](const ToldToCome& told) {
            return at >= told.first - answer_time && at < told.last + order_time;
        });
    };
    const auto first_request = [](const Boot& boot) {
        const auto found =
            std::find_if(boot.begin(), boot.end(), [](const auto* event) { return is_file_request(*event); });
        return found == boot.end() ? nullptr : *found;
    };
    const auto is_whole = [&](const Boot& boot) { return first_request(boot) != nullptr; };
    const auto* last_request = boots.empty() ? nullptr : first_request(boots.back());
    std::size_t count = 0;
    const Boot* first = nullptr;
    for (auto boot = boots.rbegin(); boot != boots.rend(); ++boot) {
        if (boots.back().front()->at - boot->front()->at > loop_time) break;
        if (!is_whole(*boot) || is_ordered(*boot)) continue;
        // Told another server type in between: that is somebody who tries, and no phone by itself.
        if (last_request != nullptr && first_request(*boot)->transport != last_request->transport) break;
        ++count;
        first = &*boot;
    }
    if (count < loop_boots_least) return;
    const Boot& before = boots[boots.size() - 2];
    const Named last = named_by(&about.family, *before.back());
    out.push_back(fmt::format(
        "It boots again and again: {} times since {} UTC. The boot before ended with {}. Look for what makes it begin "
        "anew: a setting that reboots it and that it cannot keep, firmware that it does not take, or its power. "
        "`offhook render {} --diff REVISION` shows what was changed; `offhook explain {} --boots 5` tells the boots.",
        count, to_text(first->front()->at).substr(11, 8),
        last.is_known() ? "its " + std::string(last.kind()) : printable(before.back()->path.view(), 63),
        about.device.mac.text(), about.device.mac.text()));
}

void find_local_changes(const Case& about, Sentences& out) {
    if (about.local == nullptr) return;
    std::vector<std::string> names;
    for (const LocalEntry& entry : about.local->entries)
        if (!entry.shadows || entry.shadows->value != entry.value) names.push_back(entry.name);
    if (!names.empty()) {
        const std::size_t more = names.size() > finding_names_max ? names.size() - finding_names_max : 0;
        names.resize(names.size() - more);
        out.push_back(fmt::format("Changed on the phone itself, which counts before what is served: {}{}. `offhook "
                                  "device local {}` shows it.",
                                  join(names, ", "), more == 0 ? "" : fmt::format(" and {} more", more),
                                  about.device.mac.text()));
    }
    for (const LocalProblem& problem : about.local->problems) {
        out.push_back(fmt::format("Its {} cannot be read wholly: {}{}{}.", problem.file, problem.where,
                                  problem.where.empty() ? "" : ": ", problem.text));
        break; // the first is enough here
    }
}

} // namespace offhook::server
