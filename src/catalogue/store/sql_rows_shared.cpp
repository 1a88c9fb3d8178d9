// Sites, groups and the fleet: what devices share. The rest of SqlRows is in sql_rows.cpp.
#include "base/text.hpp"
#include "catalogue/store/sql_rows.hpp"

#include <fmt/format.h>

namespace offhook::catalogue {

using soci::into;
using soci::use;

namespace {

std::string token_context(RowId site) { return fmt::format("token {}", site); }
std::string previous_token_context(RowId site) { return fmt::format("previous token {}", site); }

} // namespace

std::string networks_text(const std::vector<Network>& networks) {
    std::string out;
    for (const Network& network : networks) out += (out.empty() ? "" : " ") + network.text();
    return out;
}

std::vector<Network> networks_from_text(std::string_view text) {
    std::vector<Network> out;
    for (const std::string_view word : split(text, ' '))
        if (const auto network = Network::from_text(word)) out.push_back(*network);
    return out;
}

RowId SqlRows::site_id(std::string_view name) {
    long long id = 0;
    const std::string text(name);
    session_ << "SELECT id FROM site WHERE name = :n", use(text), into(id);
    return session_.got_data() ? id : 0;
}

std::optional<Site> SqlRows::site(RowId id) {
    Site out;
    std::string networks, token, previous, policy;
    long long revision = 0, phonebook = 0, first_contact = 0;
    session_ << "SELECT name, title, networks, token_sealed, previous_token_sealed, policy, first_contact_minutes, "
                "revision, "
                "phonebook_revision FROM site WHERE id = :i",
        use(id), into(out.name), into(out.title), into(networks), into(token), into(previous), into(policy),
        into(first_contact), into(revision), into(phonebook);
    if (!session_.got_data()) return std::nullopt;
    out.id = static_cast<SiteId>(id);
    out.networks = networks_from_text(networks);
    const auto open = [&](const std::string& context, const std::string& sealed) {
        if (sealed.empty()) return std::string();
        auto clear = sealer_.open(context, sealed);
        if (!clear) throw StoreFailure(fmt::format("the sealed URL token of site {} does not open", out.name));
        return std::move(*clear);
    };
    out.url_token = open(token_context(id), token);
    out.previous_url_token = open(previous_token_context(id), previous);
    out.first_contact_minutes = static_cast<std::uint32_t>(first_contact);
    auto read = policy_from_text(policy, SitePolicy());
    if (!read) throw StoreFailure(fmt::format("site {}: {}", out.name, read.error().text()));
    out.policy = *read;
    out.revision = static_cast<Revision>(revision);
    out.phonebook_revision = static_cast<Revision>(phonebook);
    out.layer = layer(id);
    return out;
}

void SqlRows::insert_site(const Site& site) {
    const auto id = static_cast<long long>(site.id);
    session_
        << "INSERT INTO site (id, name, title, networks, token_sealed, policy, revision, phonebook_revision) VALUES "
           "(:i, :n, '', '', '', '', 0, 0)",
        use(id), use(site.name);
    update_site(site);
}

void SqlRows::update_site(const Site& site) {
    const auto id = static_cast<long long>(site.id);
    const std::string networks = networks_text(site.networks), policy = to_text(site.policy);
    const std::string token = site.url_token.empty() ? "" : sealer_.seal(token_context(id), site.url_token);
    const std::string previous =
        site.previous_url_token.empty() ? "" : sealer_.seal(previous_token_context(id), site.previous_url_token);
    const auto first_contact = static_cast<long long>(site.first_contact_minutes);
    const auto revision = static_cast<long long>(site.revision);
    const auto phonebook = static_cast<long long>(site.phonebook_revision);
    session_ << "UPDATE site SET name = :n, title = :t, networks = :w, token_sealed = :k, "
                "previous_token_sealed = :v, policy = :p, first_contact_minutes = :c, revision = :r, "
                "phonebook_revision = :b WHERE id = :i",
        use(site.name), use(site.title), use(networks), use(token), use(previous), use(policy), use(first_contact),
        use(revision), use(phonebook), use(id);
}

RowId SqlRows::group_id(std::string_view name) {
    long long id = 0;
    const std::string text(name);
    session_ << "SELECT id FROM device_group WHERE name = :n", use(text), into(id);
    return session_.got_data() ? id : 0;
}

std::optional<Group> SqlRows::group(RowId id) {
    Group out;
    long long site = 0, revision = 0;
    session_ << "SELECT name, title, COALESCE(site, 0), revision FROM device_group WHERE id = :i", use(id),
        into(out.name), into(out.title), into(site), into(revision);
    if (!session_.got_data()) return std::nullopt;
    out.id = static_cast<GroupId>(id);
    if (site != 0) out.site = static_cast<SiteId>(site);
    out.revision = static_cast<Revision>(revision);
    out.layer = layer(id);
    return out;
}

void SqlRows::insert_group(const Group& group) {
    const auto id = static_cast<long long>(group.id);
    session_ << "INSERT INTO device_group VALUES (:i, :n, '', NULL, 0)", use(id), use(group.name);
    update_group(group);
}

void SqlRows::update_group(const Group& group) {
    const auto id = static_cast<long long>(group.id), site = group.site ? static_cast<long long>(*group.site) : 0;
    const auto revision = static_cast<long long>(group.revision);
    session_ << "UPDATE device_group SET name = :n, title = :t, site = NULLIF(:s, 0), revision = :r WHERE id = :i",
        use(group.name), use(group.title), use(site), use(revision), use(id);
}

RowId SqlRows::model_layer_id(std::string_view family, std::string_view model) {
    long long id = 0;
    const std::string of_family(family), of_model(model);
    session_ << "SELECT id FROM model_layer WHERE family = :f AND model = :m", use(of_family), use(of_model), into(id);
    return session_.got_data() ? id : 0;
}

std::optional<ModelLayer> SqlRows::model_layer(RowId id) {
    ModelLayer out;
    long long revision = 0;
    session_ << "SELECT family, model, revision FROM model_layer WHERE id = :i", use(id), into(out.family),
        into(out.model), into(revision);
    if (!session_.got_data()) return std::nullopt;
    out.revision = static_cast<Revision>(revision);
    out.layer = layer(id);
    return out;
}

void SqlRows::insert_model_layer(RowId id, const ModelLayer& layer) {
    const auto revision = static_cast<long long>(layer.revision);
    session_ << "INSERT INTO model_layer VALUES (:i, :f, :m, :r)", use(id), use(layer.family), use(layer.model),
        use(revision);
}

void SqlRows::update_model_layer(RowId id, const ModelLayer& layer) {
    const auto revision = static_cast<long long>(layer.revision);
    session_ << "UPDATE model_layer SET revision = :r WHERE id = :i", use(revision), use(id);
}

Fleet SqlRows::fleet() {
    Fleet out;
    long long revision = 0, phonebook = 0;
    session_ << "SELECT revision, phonebook_revision FROM fleet", into(revision), into(phonebook);
    out.revision = static_cast<Revision>(revision);
    out.phonebook_revision = static_cast<Revision>(phonebook);
    out.layer = layer(fleet_row);
    return out;
}

void SqlRows::update_fleet(const Fleet& fleet) {
    const auto revision = static_cast<long long>(fleet.revision);
    const auto phonebook = static_cast<long long>(fleet.phonebook_revision);
    session_ << "UPDATE fleet SET revision = :r, phonebook_revision = :b", use(revision), use(phonebook);
}

} // namespace offhook::catalogue
