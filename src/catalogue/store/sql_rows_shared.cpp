// Sites, groups and the fleet: what devices share. The rest of SqlRows is in sql_rows.cpp.
#include "base/text.hpp"
#include "catalogue/store/sql_rows.hpp"

#include <fmt/format.h>

namespace offhook::catalogue {

using soci::into;
using soci::use;

namespace {

std::string token_context(RowId site) { return fmt::format("token {}", site); }

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
    std::string networks, token, policy;
    long long revision = 0, phonebook = 0;
    session_
        << "SELECT name, title, networks, token_sealed, policy, revision, phonebook_revision FROM site WHERE id = :i",
        use(id), into(out.name), into(out.title), into(networks), into(token), into(policy), into(revision),
        into(phonebook);
    if (!session_.got_data()) return std::nullopt;
    out.id = static_cast<SiteId>(id);
    out.networks = networks_from_text(networks);
    if (!token.empty()) {
        auto clear = sealer_.open(token_context(id), token);
        if (!clear) throw StoreFailure(fmt::format("the sealed URL token of site {} does not open", out.name));
        out.url_token = std::move(*clear);
    }
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
    session_ << "INSERT INTO site VALUES (:i, :n, '', '', '', '', 0, 0)", use(id), use(site.name);
    update_site(site);
}

void SqlRows::update_site(const Site& site) {
    const auto id = static_cast<long long>(site.id);
    const std::string networks = networks_text(site.networks), policy = to_text(site.policy);
    const std::string token = site.url_token.empty() ? "" : sealer_.seal(token_context(id), site.url_token);
    const auto revision = static_cast<long long>(site.revision);
    const auto phonebook = static_cast<long long>(site.phonebook_revision);
    session_ << "UPDATE site SET name = :n, title = :t, networks = :w, token_sealed = :k, policy = :p, revision = :r, "
                "phonebook_revision = :b WHERE id = :i",
        use(site.name), use(site.title), use(networks), use(token), use(policy), use(revision), use(phonebook), use(id);
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
