#include "server/api/checks.hpp"

#include "base/text.hpp"
#include "config/family/fixed_name.hpp"
#include "config/settings/setting.hpp"
#include "server/discovery/offer_lengths.hpp"
#include "server/introduction.hpp"
#include "server/layers.hpp"

#include <algorithm>
#include <fmt/format.h>

namespace offhook::server {

Result<void> check_family_and_model(const config::Families& families, std::string_view family, std::string_view model) {
    std::string known;
    for (const auto& each : families) known += (known.empty() ? "" : ", ") + std::string(each->name());
    const auto* found = config::find_family(families, family);
    if (found == nullptr) {
        if (family.empty()) return fail(ErrorCode::invalid, "the family is missing; there is: " + known, "family");
        return fail(ErrorCode::not_found, "no family '" + printable(family, 40) + "'; there is: " + known, "family");
    }
    if (model.empty()) return fail(ErrorCode::invalid, "the model is missing", "model");
    const auto* exact = found->find_model(model);
    if (exact != nullptr && exact->name == model) return {};
    std::string models;
    for (const config::Model& each : found->models()) models += (models.empty() ? "" : ", ") + each.name;
    const std::string meant = exact == nullptr ? "" : "; did you mean " + exact->name + "?";
    return fail(ErrorCode::not_found,
                "the " + std::string(family) + " pack has no model '" + printable(model, 40) + "'" + meant +
                    (meant.empty() ? "; there is: " : " There is: ") + models,
                "model");
}

namespace {

/// A raw value may be a secret: a reason that repeats it stays here.
tl::unexpected<Error> no_place(const config::Family& family, const config::Document& document,
                               const catalogue::SettingText& setting, const Error& why) {
    const bool shows = !setting.value.empty() && why.message.find(setting.value) != std::string::npos;
    const std::string reason = shows ? "its grammar has no place for this name or value" : why.message;
    return fail(ErrorCode::invalid,
                fmt::format("a {} phone's {} file cannot carry it: {}. Is the parameter of this family?", family.name(),
                            document.kind, reason),
                setting.name);
}

} // namespace

Result<void> check_raw_parameters(const config::Families& families, std::string_view family,
                                  std::span<const catalogue::SettingText> settings) {
    const auto* known = config::find_family(families, family);
    if (known == nullptr) return {};
    for (const catalogue::SettingText& setting : settings) {
        if (!setting.name.starts_with(config::Layer::raw_prefix)) continue;
        const config::Parameter parameter{setting.name.substr(config::Layer::raw_prefix.size()), setting.value};
        const bool of_fixed = config::is_fixed_name(*known, parameter.name);
        for (const config::Document& document : known->documents()) {
            const bool goes_in = of_fixed ? config::holds_fixed(document, *known, parameter.name)
                                          : document.content != config::Document::Content::fixed;
            if (!goes_in || document.syntax == nullptr) continue;
            const auto written = document.syntax->write(std::span(&parameter, 1));
            if (!written) return no_place(*known, document, setting, written.error());
        }
    }
    return {};
}

namespace {

/// What `name` is once the change is made; empty: nothing.
std::string_view after(const LayerChange& change, std::string_view name) {
    for (const auto& [set, value] : change.set)
        if (set == name) return value;
    if (change.stored == nullptr || std::find(change.unset.begin(), change.unset.end(), name) != change.unset.end())
        return {};
    const auto key = config::find_setting(name);
    return key ? change.stored->find(*key).value_or(std::string_view()) : std::string_view();
}

} // namespace

namespace {

constexpr std::string_view seals = "provisioning.sealed";

bool is_stated(const LayerChange& change, std::string_view name) {
    const auto names_it = [&](const auto& set) { return set.name == name; };
    if (std::any_of(change.set.begin(), change.set.end(), names_it)) return true;
    const bool is_taken_out = std::find(change.unset.begin(), change.unset.end(), name) != change.unset.end();
    const auto key = config::find_setting(name);
    return !is_taken_out && change.stored != nullptr && key && change.stored->find(*key).has_value();
}

} // namespace

Result<void> check_sealed(const config::Families& families, std::string_view family,
                          const catalogue::Snapshot& snapshot, std::string_view site, const LayerChange& change) {
    const auto* known = config::find_family(families, family);
    const auto* where = site.empty() ? snapshot.site(catalogue::default_site) : snapshot.site(site);
    if (known == nullptr || where == nullptr || !shares_where_sealed(*known) || !is_stated(change, seals)) return {};
    const Layers layers(snapshot, *known, *where, nullptr);
    const bool site_seals = has_sealed_files(config::Effective(layers.shared()));
    const auto stated = config::check_value(config::find_setting(seals).value(), after(change, seals));
    if (!stated || (*stated == "yes") == site_seals) return {}; // no yes or no at all is for others to refuse
    return fail(ErrorCode::conflict,
                fmt::format("the {} files that all phones of site {} share send a phone to its {} file, so for this "
                            "phone alone it cannot be otherwise: it would ask for a file that is not there{}. State it "
                            "of the site (`offhook layer set site/{} {}={}`), or put the phone into another site",
                            family, where->name, site_seals ? "encrypted" : "plain",
                            site_seals ? ", and its plain file, which brings its key, would be for everybody" : "",
                            where->name, seals, site_seals ? "no" : "yes"),
                std::string(seals));
}

Result<void> check_sealed_of_model(const config::Families& families, std::string_view family,
                                   std::span<const catalogue::SettingText> set) {
    const auto* known = config::find_family(families, family);
    const bool states_it = std::any_of(set.begin(), set.end(), [](const auto& each) { return each.name == seals; });
    if (known == nullptr || !states_it || !shares_where_sealed(*known)) return {};
    return fail(ErrorCode::conflict,
                fmt::format("files that all {} phones of a site share say where a phone has its own: state it of the "
                            "site (`offhook layer set site/NAME {}=…`) or the fleet",
                            family, seals),
                std::string(seals));
}

Result<void> check_offers(const OfferLengths* lengths, const catalogue::Snapshot& snapshot, const LayerChange& change) {
    if (lengths == nullptr) return {};
    bool is_account_new = false;
    for (const auto& [name, value] : change.set) {
        is_account_new = is_account_new || name == "provisioning.user" || name == "provisioning.password";
        if (name != "provisioning.server" || value.empty()) continue;
        if (auto fit = lengths->check_server(snapshot, value); !fit) {
            fit.error().where = name;
            return fit;
        }
    }
    // Both count together, whichever of them is in the change: an unset user is the device's MAC, so that counts too.
    for (const auto& name : change.unset) is_account_new = is_account_new || name == "provisioning.user";
    const auto password = after(change, "provisioning.password");
    if (!is_account_new || password.empty()) return {};
    return lengths->check_account(snapshot, after(change, "provisioning.user"), password);
}

Result<void> check_offers(const OfferLengths* lengths, const catalogue::Snapshot& snapshot,
                          const std::optional<std::string>& token) {
    if (lengths == nullptr || !token || token->empty()) return {};
    return lengths->check_token(snapshot, *token);
}

} // namespace offhook::server
