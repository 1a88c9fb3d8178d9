// Writes of layers, sites, groups and the phonebook. The rest of SqlWrites is in sql_writes_device.cpp.
#include "base/text.hpp"
#include "catalogue/limits.hpp"
#include "catalogue/store/sql_journal.hpp"
#include "catalogue/store/sql_writes.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace offhook::catalogue {

using soci::into;
using soci::use;

namespace {

tl::unexpected<Error> no_site(std::string_view name) {
    return fail(ErrorCode::not_found,
                fmt::format("there is no site {}; `offhook site list` shows them", printable(name)), "site");
}

tl::unexpected<Error> no_group(std::string_view name) {
    return fail(ErrorCode::not_found, fmt::format("there is no group {}", printable(name)), "group");
}

Result<void> check_token(std::string_view token) {
    const bool plain = std::all_of(token.begin(), token.end(), [](char c) {
        return ascii_digit(c) || (ascii_lower(c) >= 'a' && ascii_lower(c) <= 'z') || c == '-' || c == '_';
    });
    if (!plain || token.size() < limits::token_bytes_least || token.size() > limits::token_bytes_max)
        return fail(ErrorCode::invalid, "a URL token is 16 to 64 letters, digits, '-' and '_'", "url_token");
    return {};
}

Result<std::vector<Network>> check_networks(const std::vector<std::string>& texts) {
    if (texts.size() > limits::networks_per_site_max)
        return fail(ErrorCode::too_large, fmt::format("more than {} networks", limits::networks_per_site_max),
                    "networks");
    std::vector<Network> out;
    for (const std::string& text : texts) {
        const auto network = Network::from_text(text);
        if (!network)
            return fail(ErrorCode::invalid,
                        fmt::format("'{}' is no network such as 10.1.0.0/16 or 2001:db8:1::/48: its first address, a "
                                    "slash and the bits that count, and none set behind them",
                                    printable(text)),
                        "networks");
        out.push_back(*network);
    }
    return out;
}

} // namespace

void SqlWrites::store_changed_layer(RowId id, Revision revision, const config::Layer& before,
                                    const config::Layer& after) {
    rows_.store_layer(id, before, after);
    const WallTime now = clock_.wall();
    const LayerChange change{revision, now, changes_between(before, after)};
    if (change.settings.empty()) return;
    journal_change(rows_, id, change);
    trim_journal(rows_, id, journal_, now);
}

WriteResult SqlWrites::change_layer(ChangeSet& changes, const LayerPlace& place, std::span<const SettingText> set,
                                    std::span<const std::string> unset) {
    using config::LayerKind;
    const auto store = [&](RowId id, auto& holder) -> Result<bool> {
        auto layer = changed_layer(holder.layer, set, unset);
        if (!layer) return tl::unexpected(layer.error());
        if (*layer == holder.layer) return false;
        holder.revision = next(changes);
        store_changed_layer(id, holder.revision, holder.layer, *layer);
        holder.layer = std::move(*layer);
        end_changed_holds(changes, set, unset);
        return true;
    };
    if (place.kind == LayerKind::fleet) {
        Fleet fleet = rows_.fleet();
        const auto stored = store(fleet_row, fleet);
        if (!stored) return tl::unexpected(stored.error());
        if (*stored) rows_.update_fleet(fleet), changes.fleet = std::move(fleet);
        return changes.revision;
    }
    if (place.kind == LayerKind::site) {
        const RowId id = rows_.site_id(place.name);
        if (id == 0) return no_site(place.name);
        Site site = *rows_.site(id);
        const auto stored = store(id, site);
        if (!stored) return tl::unexpected(stored.error());
        if (*stored) rows_.update_site(site), changes.sites.push_back(std::move(site));
        return changes.revision;
    }
    if (place.kind == LayerKind::group) {
        const RowId id = rows_.group_id(place.name);
        if (id == 0) return no_group(place.name);
        Group group = *rows_.group(id);
        const auto stored = store(id, group);
        if (!stored) return tl::unexpected(stored.error());
        if (*stored) rows_.update_group(group), changes.groups.push_back(std::move(group));
        return changes.revision;
    }
    if (place.kind == LayerKind::model) return change_model_layer(changes, place.name, set, unset);
    if (place.kind != LayerKind::device)
        return fail(ErrorCode::invalid, "only fleet, site, model, group and device layers are stored", "layer");
    DeviceChange change;
    change.set.assign(set.begin(), set.end());
    change.unset.assign(unset.begin(), unset.end());
    return change_device(changes, place.mac, change);
}

WriteResult SqlWrites::change_model_layer(ChangeSet& changes, std::string_view name, std::span<const SettingText> set,
                                          std::span<const std::string> unset) {
    const auto words = split(name, '/');
    const auto is_word = [](std::string_view word) {
        return !word.empty() && word.size() <= limits::word_bytes_max && is_printable_utf8(word);
    };
    if (words.size() != 2 || !is_word(words[0]) || !is_word(words[1]))
        return fail(ErrorCode::invalid, "a model's layer is named FAMILY/MODEL, as in panasonic/KX-HDV130", "layer");
    ModelLayer stated{std::string(words[0]), std::string(words[1]), 0, {}};
    RowId id = rows_.model_layer_id(stated.family, stated.model);
    if (id != 0) stated = *rows_.model_layer(id);
    // What is known of a model is unset whatever becomes of its pack.
    if (!set.empty() && check_model_)
        if (const auto ok = check_model_(stated.family, stated.model); !ok) return tl::unexpected(ok.error());
    auto layer = changed_layer(stated.layer, set, unset);
    if (!layer) return tl::unexpected(layer.error());
    if (*layer == stated.layer) return changes.revision;
    const bool is_new = id == 0;
    if (is_new) {
        long long count = 0;
        rows_.session() << "SELECT COUNT(*) FROM model_layer", into(count);
        if (static_cast<std::size_t>(count) >= limits::model_layers_max)
            return fail(ErrorCode::too_large,
                        fmt::format("a catalogue holds layers of {} models at most", limits::model_layers_max));
        id = rows_.add_layer(config::LayerKind::model, 0);
    }
    stated.revision = next(changes);
    // One that is emptied keeps its row: its journal, which says what it stated, would go with it.
    is_new ? rows_.insert_model_layer(id, stated) : rows_.update_model_layer(id, stated);
    store_changed_layer(id, stated.revision, stated.layer, *layer);
    stated.layer = std::move(*layer);
    end_changed_holds(changes, set, unset);
    changes.model_layers.push_back(std::move(stated));
    return changes.revision;
}

WriteResult SqlWrites::apply(Site& site, const SiteChange& change) {
    if (change.title) {
        if (change.title->size() > limits::note_bytes_max || !is_printable_utf8(*change.title))
            return fail(ErrorCode::invalid, "a title is up to 1024 bytes of printable UTF-8", "title");
        site.title = *change.title;
    }
    if (change.policy) {
        const auto policy = policy_from_text(*change.policy, site.policy);
        if (!policy) return tl::unexpected(policy.error());
        site.policy = *policy;
    }
    if (change.networks) {
        const auto networks = check_networks(*change.networks);
        if (!networks) return tl::unexpected(networks.error());
        site.networks = *networks;
    }
    if (change.url_token) {
        if (!change.url_token->empty())
            if (const auto ok = check_token(*change.url_token); !ok) return tl::unexpected(ok.error());
        site.url_token = *change.url_token;
    }
    if (change.previous_url_token) {
        if (!change.previous_url_token->empty())
            if (const auto ok = check_token(*change.previous_url_token); !ok) return tl::unexpected(ok.error());
        site.previous_url_token = *change.previous_url_token;
    }
    if (change.first_contact_minutes) {
        if (*change.first_contact_minutes > limits::first_contact_minutes_max)
            return fail(ErrorCode::invalid,
                        fmt::format("a first-contact window is {} minutes at most", limits::first_contact_minutes_max),
                        "first_contact");
        site.first_contact_minutes = *change.first_contact_minutes;
    }
    if (!change.networks && !change.url_token && !change.previous_url_token) return 0;
    return check_others(site);
}

/// Tokens and networks say which site is meant, so no two sites have one.
WriteResult SqlWrites::check_others(const Site& site) {
    long long id = 0;
    std::vector<RowId> others;
    soci::statement ids = (rows_.session().prepare << "SELECT id FROM site", into(id));
    ids.execute();
    while (ids.fetch())
        if (id != static_cast<long long>(site.id)) others.push_back(id);
    for (const RowId row : others) {
        const Site other = *rows_.site(row);
        const auto taken = [&](const std::string& token) {
            return !token.empty() && (other.url_token == token || other.previous_url_token == token);
        };
        if (taken(site.url_token) || taken(site.previous_url_token))
            return fail(ErrorCode::conflict, fmt::format("site {} has this token already", other.name), "url_token");
        for (const Network& network : site.networks)
            if (std::find(other.networks.begin(), other.networks.end(), network) != other.networks.end())
                return fail(ErrorCode::conflict, fmt::format("{} is site {}'s already", network.text(), other.name),
                            "networks");
    }
    return 0;
}

WriteResult SqlWrites::add_site(ChangeSet& changes, std::string_view name, const SiteChange& change,
                                std::span<const SettingText> settings) {
    if (rows_.site_id(name) != 0)
        return fail(ErrorCode::conflict, fmt::format("there is a site {} already", name), "site");
    long long count = 0;
    rows_.session() << "SELECT COUNT(*) FROM site", into(count);
    if (static_cast<std::size_t>(count) >= limits::sites_max)
        return fail(ErrorCode::too_large, fmt::format("a catalogue holds {} sites at most", limits::sites_max));
    Site site;
    site.name = name;
    if (const auto ok = apply(site, change); !ok) return ok;
    auto layer = changed_layer({}, settings, {});
    if (!layer) return tl::unexpected(layer.error());
    site.layer = std::move(*layer);
    site.revision = next(changes);
    site.id = static_cast<SiteId>(rows_.add_layer(config::LayerKind::site, site.revision));
    rows_.insert_site(site);
    rows_.store_layer(static_cast<RowId>(site.id), {}, site.layer);
    changes.sites.push_back(std::move(site));
    return changes.revision;
}

WriteResult SqlWrites::change_site(ChangeSet& changes, std::string_view name, const SiteChange& change) {
    const RowId id = rows_.site_id(name);
    if (id == 0) return no_site(name);
    const Site before = *rows_.site(id);
    Site site = before;
    if (const auto ok = apply(site, change); !ok) return ok;
    if (site == before) return changes.revision;
    site.revision = next(changes);
    rows_.update_site(site);
    changes.sites.push_back(std::move(site));
    return changes.revision;
}

WriteResult SqlWrites::remove_site(ChangeSet& changes, std::string_view name) {
    const RowId id = rows_.site_id(name);
    if (id == 0) return no_site(name);
    if (id == static_cast<RowId>(default_site))
        return fail(ErrorCode::conflict, "the default site cannot be removed", "site");
    if (any("device", "site", id))
        return fail(ErrorCode::conflict, fmt::format("site {} still has devices", name), "site");
    if (any("device_group", "site", id))
        return fail(ErrorCode::conflict, fmt::format("site {} still has groups", name), "site");
    if (any("stored_file", "site", id))
        return fail(ErrorCode::conflict, fmt::format("site {} still has assets of its own", name), "site");
    rows_.remove_layer(id);
    changes.removed_sites.push_back(static_cast<SiteId>(id));
    return next(changes);
}

WriteResult SqlWrites::add_group(ChangeSet& changes, std::string_view name, std::string_view title,
                                 std::string_view site, std::span<const SettingText> settings) {
    if (rows_.group_id(name) != 0)
        return fail(ErrorCode::conflict, fmt::format("there is a group {} already", name), "group");
    long long count = 0;
    rows_.session() << "SELECT COUNT(*) FROM device_group", into(count);
    if (static_cast<std::size_t>(count) >= limits::groups_max)
        return fail(ErrorCode::too_large, fmt::format("a catalogue holds {} groups at most", limits::groups_max));
    Group group;
    group.name = name;
    group.title = title;
    if (!site.empty()) {
        const RowId id = rows_.site_id(site);
        if (id == 0) return no_site(site);
        group.site = static_cast<SiteId>(id);
    }
    auto layer = changed_layer({}, settings, {});
    if (!layer) return tl::unexpected(layer.error());
    group.layer = std::move(*layer);
    group.revision = next(changes);
    group.id = static_cast<GroupId>(rows_.add_layer(config::LayerKind::group, group.revision));
    rows_.insert_group(group);
    rows_.store_layer(static_cast<RowId>(group.id), {}, group.layer);
    changes.groups.push_back(std::move(group));
    return changes.revision;
}

WriteResult SqlWrites::remove_group(ChangeSet& changes, std::string_view name) {
    const RowId id = rows_.group_id(name);
    if (id == 0) return no_group(name);
    if (any("device", "device_group", id))
        return fail(ErrorCode::conflict, fmt::format("group {} still has devices", name), "group");
    rows_.remove_layer(id);
    changes.removed_groups.push_back(static_cast<GroupId>(id));
    return next(changes);
}

Result<RowId> SqlWrites::phonebook_place(std::string_view site) {
    if (site.empty()) return RowId{0};
    const RowId id = rows_.site_id(site);
    if (id == 0) return no_site(site);
    return id;
}

void SqlWrites::touch_phonebook(ChangeSet& changes, RowId site) {
    // Only the phonebook's own stamp: the phones' other files have not changed.
    const Revision revision = changes.revision;
    if (site == 0) {
        Fleet fleet = rows_.fleet();
        fleet.phonebook_revision = revision;
        rows_.update_fleet(fleet);
        changes.fleet = std::move(fleet);
        return;
    }
    Site stored = *rows_.site(site);
    stored.phonebook_revision = revision;
    rows_.update_site(stored);
    changes.sites.push_back(std::move(stored));
}

void SqlWrites::put_entry(ChangeSet& changes, RowId site, RowId id, const PhonebookEntry& entry) {
    auto stored = std::make_shared<PhonebookEntry>(entry);
    stored->id = id;
    changes.phonebook.push_back({static_cast<SiteId>(site), stored->id, std::move(stored)});
}

WriteResult SqlWrites::add_entry(ChangeSet& changes, const PhonebookEntry& entry) {
    const auto site = phonebook_place(entry.site);
    if (!site) return tl::unexpected(site.error());
    long long count = 0, id = 0;
    rows_.session() << "SELECT COUNT(*) FROM phonebook_entry WHERE COALESCE(site, 0) = :s", use(*site), into(count);
    if (static_cast<std::size_t>(count) >= limits::phonebook_entries_max)
        return fail(ErrorCode::too_large,
                    fmt::format("a phonebook holds {} entries at most", limits::phonebook_entries_max));
    rows_.session() << "INSERT INTO phonebook_entry (site, first_name, last_name, number, label, note) VALUES "
                       "(NULLIF(:s, 0), :f, :l, :n, :a, :o)",
        use(*site), use(entry.first_name), use(entry.last_name), use(entry.number), use(entry.label), use(entry.note);
    if (!rows_.session().get_last_insert_id("phonebook_entry", id)) throw StoreFailure("no id for a new entry");
    next(changes);
    touch_phonebook(changes, *site);
    put_entry(changes, *site, id, entry);
    return static_cast<std::uint64_t>(id);
}

WriteResult SqlWrites::change_entry(ChangeSet& changes, const PhonebookEntry& entry) {
    const auto site = phonebook_place(entry.site);
    if (!site) return tl::unexpected(site.error());
    const long long id = entry.id;
    long long before = 0;
    rows_.session() << "SELECT COALESCE(site, 0) FROM phonebook_entry WHERE id = :i", use(id), into(before);
    if (!rows_.session().got_data())
        return fail(ErrorCode::not_found, fmt::format("there is no phonebook entry {}", id));
    rows_.session() << "UPDATE phonebook_entry SET site = NULLIF(:s, 0), first_name = :f, last_name = :l, number = :n, "
                       "label = :a, note = :o WHERE id = :i",
        use(*site), use(entry.first_name), use(entry.last_name), use(entry.number), use(entry.label), use(entry.note),
        use(id);
    next(changes);
    touch_phonebook(changes, before);
    if (*site != before) {
        touch_phonebook(changes, *site);
        changes.phonebook.push_back({static_cast<SiteId>(before), entry.id});
    }
    put_entry(changes, *site, id, entry);
    return changes.revision;
}

WriteResult SqlWrites::remove_entry(ChangeSet& changes, std::int64_t id) {
    const long long row = id;
    long long site = 0;
    rows_.session() << "SELECT COALESCE(site, 0) FROM phonebook_entry WHERE id = :i", use(row), into(site);
    if (!rows_.session().got_data())
        return fail(ErrorCode::not_found, fmt::format("there is no phonebook entry {}", id));
    rows_.session() << "DELETE FROM phonebook_entry WHERE id = :i", use(row);
    next(changes);
    touch_phonebook(changes, site);
    changes.phonebook.push_back({static_cast<SiteId>(site), id});
    return changes.revision;
}

} // namespace offhook::catalogue
