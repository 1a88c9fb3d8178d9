/// /v1/import: a CSV file of devices, all or nothing unless keep_going=1.
#include "catalogue/csv_import.hpp"
#include "server/api/api.hpp"
#include "server/api/checks.hpp"

#include <boost/json/array.hpp>
#include <malloc.h>
#include <set>
#include <utility>
#include <vector>

namespace offhook::server {
namespace {

namespace json = boost::json;

constexpr std::size_t trim_from_bytes = 1U << 20U;

/// A group may be one site's alone: what the row's group and site say together only the catalogue can judge.
void drop_foreign_groups(catalogue::CsvDrafts& read, const catalogue::Snapshot& snapshot) {
    std::vector<catalogue::DeviceDraft> kept;
    std::vector<std::size_t> lines;
    for (std::size_t i = 0; i < read.drafts.size(); ++i) {
        catalogue::DeviceDraft& draft = read.drafts[i];
        const auto* group = snapshot.group(draft.group);
        const auto* site = draft.site.empty() ? snapshot.site(catalogue::default_site) : snapshot.site(draft.site);
        if (!draft.group.empty() && group != nullptr && group->site && site != nullptr && *group->site != site->id) {
            read.problems.push_back({read.lines[i], "group", "the group belongs to another site than the row's"});
            ++read.problem_count;
            continue;
        }
        lines.push_back(read.lines[i]);
        kept.push_back(std::move(draft));
    }
    read.drafts = std::move(kept);
    read.lines = std::move(lines);
}

Result<ApiAnswer> import_rows(const ApiCall& call) {
    const auto snapshot = call.context.catalogue.snapshot();
    catalogue::CsvLookup lookup;
    lookup.is_device = [&](MacAddress mac) { return snapshot->find(mac) != nullptr; };
    lookup.is_site = [&](std::string_view name) { return snapshot->site(name) != nullptr; };
    lookup.is_group = [&](std::string_view name) { return snapshot->group(name) != nullptr; };
    lookup.check_model = [&](std::string_view family, std::string_view model) {
        return check_family_and_model(call.context.families, family, model);
    };
    auto read = catalogue::read_csv(call.body, lookup);
    if (!read) return tl::unexpected(read.error());
    drop_foreign_groups(*read, *snapshot);

    json::array problems;
    for (const catalogue::CsvProblem& problem : read->problems)
        problems.push_back(
            json::object{{"line", problem.line}, {"column", problem.column}, {"reason", problem.reason}});
    std::set<std::string> servers; // a site's phones state the same: each is looked at once
    for (const auto& draft : read->drafts) {
        std::vector<catalogue::SettingText> to_offer;
        for (const auto& setting : draft.settings) {
            const bool is_new = setting.name != "provisioning.server" || servers.insert(setting.value).second;
            if (is_new && setting.name.starts_with("provisioning.")) to_offer.push_back(setting);
        }
        auto fit = check_offers(call.context.offer_lengths, *snapshot, LayerChange{to_offer});
        if (fit)
            fit = check_sealed(call.context.families, draft.family, *snapshot, draft.site, LayerChange{draft.settings});
        if (!fit) {
            fit.error().where = (draft.mac.text() + " ").append(fit.error().where);
            return tl::unexpected(fit.error());
        }
    }
    const bool go = read->problem_count == 0 || call.flag("keep_going");
    if (go && !read->drafts.empty()) {
        const auto added = call.context.catalogue.store().add_devices(read->drafts);
        if (!added) return tl::unexpected(added.error());
    }
    return ApiAnswer{200, json::object{{"rows", read->rows},
                                       {"added", go ? read->drafts.size() : 0},
                                       {"problem_count", read->problem_count},
                                       {"problems", std::move(problems)}}};
}

Result<ApiAnswer> import(const ApiCall& call) {
    auto answer = import_rows(call);
    // The rows were small pieces between the devices that stay; the allocator would keep them, more than the catalogue.
    if (call.body.size() >= trim_from_bytes) ::malloc_trim(0);
    return answer;
}

} // namespace

std::vector<ApiRoute> import_routes() { return {{"POST", "/v1/import", import}}; }

} // namespace offhook::server
