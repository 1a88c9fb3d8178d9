#include "server/loops/blamed_change.hpp"

#include <map>
#include <set>
#include <string>

namespace offhook::server {
namespace {

/// When each was made, the newest first.
using Made = std::map<catalogue::Revision, WallTime, std::greater<>>;

Made made_before(const LayerPasts& pasts, WallTime first_boot) {
    Made out;
    for (const LayerPasts::Past& past : pasts.all())
        if (past.history)
            for (const catalogue::LayerChange& change : past.history->changes)
                if (change.at <= first_boot && first_boot - change.at <= changes_age_max)
                    out.emplace(change.revision, change.at);
    while (out.size() > changes_looked_at) out.erase(std::prev(out.end()));
    return out;
}

std::set<std::string> names_changed(const LayerPasts& pasts, catalogue::Revision revision) {
    std::set<std::string> out;
    for (const LayerPasts::Past& past : pasts.all())
        if (past.history)
            for (const catalogue::LayerChange& change : past.history->changes)
                if (change.revision == revision)
                    for (const catalogue::SettingChange& setting : change.settings) out.insert(setting.name);
    return out;
}

/// What the server itself goes by is never told to a phone as it was: it would ask as it must not any more.
bool is_servers_own(std::string_view name) { return name.starts_with("provisioning."); }

std::optional<std::string> owned(std::optional<std::string_view> value) {
    return value ? std::optional<std::string>(*value) : std::nullopt;
}

} // namespace

std::vector<catalogue::ChangeHold> blamed_change(const BlameQuestion& question, const Restarts& restarts) {
    const FormerLayers now = question.pasts.now();
    for (const auto& [revision, at] : made_before(question.pasts, question.first_boot)) {
        const auto before = question.pasts.at(revision - 1), after = question.pasts.at(revision);
        if (!before || !after) return {};
        std::vector<catalogue::ChangeHold> out;
        for (const std::string& name : names_changed(question.pasts, revision)) {
            if (is_servers_own(name) || question.held.find(name) != nullptr) continue;
            const auto former = before->stated(name), later = after->stated(name);
            if (former == later || now.stated(name) != later) continue;
            catalogue::ChangeHold hold;
            hold.setting = name;
            hold.former = owned(former), hold.withheld = owned(later);
            hold.revision = revision, hold.changed = at;
            if (restarts(hold)) out.push_back(std::move(hold));
        }
        if (!out.empty()) return out;
    }
    return {};
}

} // namespace offhook::server
