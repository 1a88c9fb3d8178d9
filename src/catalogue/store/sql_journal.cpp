#include "catalogue/store/sql_journal.hpp"

#include <fmt/format.h>
#include <map>

namespace offhook::catalogue {

using soci::into;
using soci::use;

namespace {

std::string context(RowId layer, Revision revision, std::string_view name) {
    return fmt::format("change {} {} {}", layer, revision, name);
}

/// Forgets a layer's changes up to that revision, and remembers that it did.
void forget_up_to(SqlRows& rows, RowId layer, long long revision) {
    if (revision <= 0) return;
    rows.session() << "DELETE FROM layer_change WHERE layer = :l AND revision <= :r", use(layer), use(revision);
    rows.session() << "INSERT INTO layer_journal (layer, begins) VALUES (:l, :r) ON CONFLICT (layer) DO UPDATE SET "
                      "begins = excluded.begins",
        use(layer), use(revision);
}

} // namespace

std::vector<SettingChange> changes_between(const config::Layer& before, const config::Layer& after) {
    const auto find = [](const config::Layer& layer, const config::Layer::Entry& entry) {
        return entry.is_raw() ? layer.find_raw(entry.raw_name) : layer.find(entry.key);
    };
    std::vector<SettingChange> out;
    for (const config::Layer::Entry& entry : before) {
        const auto now = find(after, entry);
        if (now == entry.value) continue;
        SettingChange change{entry.name(), std::string(entry.value), std::nullopt};
        if (now) change.after = std::string(*now);
        out.push_back(std::move(change));
    }
    for (const config::Layer::Entry& entry : after)
        if (!find(before, entry)) out.push_back({entry.name(), std::nullopt, std::string(entry.value)});
    return out;
}

void journal_change(SqlRows& rows, RowId layer, const LayerChange& change) {
    const auto revision = static_cast<long long>(change.revision);
    const long long at = change.at.time_since_epoch().count();
    for (const SettingChange& setting : change.settings) {
        const bool secret = setting.before && is_secret(setting);
        const std::string value = setting.before && !secret ? *setting.before : "";
        const std::string sealed =
            secret ? rows.sealer().seal(context(layer, change.revision, setting.name), *setting.before) : "";
        const int stated = setting.before ? 1 : 0;
        rows.session() << "INSERT INTO layer_change (layer, revision, name, at, stated, value, sealed) VALUES "
                          "(:l, :r, :n, :a, :t, :v, :s)",
            use(layer), use(revision), use(setting.name), use(at), use(stated), use(value), use(sealed);
    }
}

void trim_journal(SqlRows& rows, RowId layer, const JournalLimits& limits, WallTime now) {
    const auto most = static_cast<long long>(limits.changes);
    const long long oldest = (now - limits.age).time_since_epoch().count();
    long long old = 0, beyond = 0;
    rows.session() << "SELECT COALESCE(MAX(revision), 0) FROM layer_change WHERE layer = :l AND at < :a", use(layer),
        use(oldest), into(old);
    rows.session() << "SELECT COALESCE((SELECT revision FROM layer_change WHERE layer = :l ORDER BY revision DESC "
                      "LIMIT 1 OFFSET :n), 0)",
        use(layer), use(most), into(beyond);
    forget_up_to(rows, layer, std::max(old, beyond));
}

void forget_before(SqlRows& rows, WallTime oldest) {
    const long long at = oldest.time_since_epoch().count();
    rows.session() << "INSERT INTO layer_journal (layer, begins) SELECT layer, MAX(revision) FROM layer_change "
                      "WHERE at < :a GROUP BY layer ON CONFLICT (layer) DO UPDATE SET begins = excluded.begins",
        use(at);
    rows.session() << "DELETE FROM layer_change WHERE at < :a", use(at);
}

LayerHistory read_journal(SqlRows& rows, RowId layer) {
    LayerHistory out;
    out.now = rows.layer(layer);
    long long begins = 0, made = 0;
    rows.session() << "SELECT MAX((SELECT begins FROM journal), made, COALESCE((SELECT begins FROM layer_journal WHERE "
                      "layer = :l), 0)), made FROM layer WHERE id = :l",
        use(layer, "l"), into(begins), into(made);
    out.begins = static_cast<Revision>(begins);
    out.made = static_cast<Revision>(made);
    long long revision = 0, at = 0;
    int stated = 0;
    std::string name, value, sealed;
    soci::statement found = (rows.session().prepare << "SELECT revision, at, name, stated, value, sealed FROM "
                                                       "layer_change WHERE layer = :l ORDER BY revision DESC, name",
                             use(layer), into(revision), into(at), into(name), into(stated), into(value), into(sealed));
    found.execute();
    std::map<std::string, std::optional<std::string>, std::less<>> later; // what stood behind the change that is read
    for (const config::Layer::Entry& entry : out.now) later[entry.name()] = std::string(entry.value);
    while (found.fetch()) {
        if (out.changes.empty() || out.changes.back().revision != static_cast<Revision>(revision))
            out.changes.push_back({static_cast<Revision>(revision), WallTime(std::chrono::milliseconds(at)), {}});
        SettingChange change{name, std::nullopt, later[name]};
        if (stated != 0 && sealed.empty()) change.before = value;
        if (stated != 0 && !sealed.empty()) {
            change.before = rows.sealer().open(context(layer, static_cast<Revision>(revision), name), sealed);
            if (!change.before)
                throw StoreFailure(fmt::format("a sealed former value of {} in layer {} does not open: it was changed "
                                               "outside Offhook",
                                               name, layer));
        }
        later[name] = change.before;
        out.changes.back().settings.push_back(std::move(change));
    }
    return out;
}

} // namespace offhook::catalogue
