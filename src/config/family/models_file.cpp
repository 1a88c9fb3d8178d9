// models.toml: one row per model; what models share stands in a series, which may inherit another.
#include "config/family/limits.hpp"
#include "config/family/pack_files.hpp"

#include "base/text.hpp"

#include <algorithm>
#include <set>

namespace offhook::config {
namespace {

constexpr std::size_t series_depth_max = 8;

struct SeriesRow {
    std::string inherits;
    Model shared;
    std::string where;
    bool used = false;
};
using SeriesRows = std::map<std::string, SeriesRow, std::less<>>;

void set_trait(Model& model, const std::string& name, std::string value) {
    for (Parameter& trait : model.traits)
        if (trait.name == name) {
            trait.value = std::move(value);
            return;
        }
    model.traits.push_back({name, std::move(value)});
}

/// The columns that a series and a model have in common, over what `model` holds already.
void read_columns(TomlReader& row, const std::vector<std::string>& columns, Model& model) {
    model.lines = static_cast<unsigned>(row.number("lines", 0, 999, model.lines));
    model.keys = static_cast<unsigned>(row.number("keys", 0, 999, model.keys));
    for (const std::string& column : columns)
        if (row.has(column)) set_trait(model, column, row.text(column));
}

/// From the broadest series to `name` itself.
void apply_series(SeriesRows& all, const std::string& name, Model& model, const std::string& where,
                  Problems& problems) {
    std::vector<SeriesRow*> chain;
    for (std::string at = name; !at.empty();) {
        const auto found = all.find(at);
        if (found == all.end()) return problems.add(where, "no series '" + printable(at, 40) + "'");
        if (chain.size() == series_depth_max)
            return problems.add(where, "series '" + name + "' inherits too deep, or itself");
        chain.push_back(&found->second);
        found->second.used = true;
        at = found->second.inherits;
    }
    for (auto series = chain.rbegin(); series != chain.rend(); ++series) {
        const Model& shared = (*series)->shared;
        if (shared.lines != 0) model.lines = shared.lines;
        if (shared.keys != 0) model.keys = shared.keys;
        for (const Parameter& trait : shared.traits) set_trait(model, trait.name, trait.value);
    }
}

void check_names(const PackContent& content, Problems& problems, const std::string& where) {
    std::set<std::string> seen;
    for (const Model& model : content.models) {
        if (!seen.insert(to_lower(model.name)).second) problems.add(where, "'" + model.name + "' names two models");
        for (const std::string& alias : model.aliases)
            if (!seen.insert(to_lower(alias)).second) problems.add(where, "'" + alias + "' names two models");
    }
}

} // namespace

void read_models(const PackFile& file, PackContent& content) {
    TomlReader root(file.problems, file.name, file.root, "models.toml");
    content.model_suffixes = root.boolean("regional_suffixes", false);
    std::vector<std::string> columns;
    for (const auto& pair : root.pairs("columns")) {
        if (pair.key == "lines" || pair.key == "keys" || pair.key == "series" || pair.key == "aliases" ||
            pair.key == "part_numbers" || pair.key == "inherits")
            file.problems.add(pair.where, "'" + pair.key + "' is a column already");
        columns.push_back(pair.key);
    }
    SeriesRows all;
    if (const auto* table = root.table("series")) {
        TomlReader names(file.problems, file.name, *table, "[series]");
        for (const auto& [name, body, where] : names.named_tables()) {
            TomlReader row(file.problems, file.name, *body, "a series");
            SeriesRow series;
            series.inherits = row.text("inherits");
            series.where = where;
            read_columns(row, columns, series.shared);
            row.finish();
            all.emplace(name, std::move(series));
        }
    }
    if (const auto* table = root.table("model")) {
        TomlReader names(file.problems, file.name, *table, "[model]");
        for (const auto& [name, body, where] : names.named_tables()) {
            TomlReader row(file.problems, file.name, *body, "a model");
            Model model;
            model.name = name;
            model.series = row.text("series");
            apply_series(all, model.series, model, where, file.problems);
            read_columns(row, columns, model);
            for (auto& part : row.texts("part_numbers")) model.part_numbers.push_back(std::move(part.text));
            for (auto& alias : row.texts("aliases")) model.aliases.push_back(std::move(alias.text));
            row.finish();
            if (content.models.size() < pack_limits::models_per_family_max) content.models.push_back(std::move(model));
        }
    }
    root.finish();
    for (const auto& [name, series] : all)
        if (!series.used) file.problems.add(series.where, "no model is of series '" + name + "'");
    check_names(content, file.problems, file.name);
}

} // namespace offhook::config
