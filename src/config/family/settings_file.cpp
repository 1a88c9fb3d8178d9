// settings.toml: which of our settings stand in which parameters - the two-way rows.
#include "config/family/limits.hpp"
#include "config/family/number_range.hpp"
#include "config/family/pack_files.hpp"

#include "base/text.hpp"

#include <algorithm>
#include <functional>
#include <set>

namespace offhook::config {
namespace {

struct Unit {
    std::string_view name;
    std::int64_t milliseconds;
};
constexpr Unit units[] = {
    {"milliseconds", 1}, {"seconds", 1000}, {"minutes", 60'000}, {"hours", 3'600'000}, {"days", 86'400'000}};

const Unit* find_unit(std::string_view name) {
    for (const Unit& unit : units)
        if (unit.name == name) return &unit;
    return nullptr;
}

class RowReader {
public:
    RowReader(const PackFile& file, PackContent& content) : file_(file), content_(content) {}

    void read_maps(const toml::table& table) {
        TomlReader maps(file_.problems, file_.name, table, "[values]");
        for (const auto& [name, body, where] : maps.named_tables()) {
            TomlReader row(file_.problems, file_.name, table, "[values]");
            named_[name] = {row.pairs(name), where, false};
        }
    }

    void read_unmapped(TomlReader& root) {
        for (const auto& pair : root.pairs("unmapped")) {
            const auto id = find_pattern(pair.key);
            if (!id)
                problem(pair.where, id.error().text());
            else
                content_.unmapped.emplace(*id, pair.values.front()), unmapped_at_.emplace(*id, pair.where);
        }
    }

    void read_row(const std::string& name, const toml::table& table, const std::string& where) {
        TomlReader reader(file_.problems, file_.name, table, "'" + printable(name, 80) + "'");
        Row row;
        row.where = where;
        Source source;
        const auto part = find_part(name);
        if (part)
            source.what = *part;
        else
            problem(where, part.error().text());
        read_spelling(reader, source, part.has_value());
        read_common(reader, row);
        (void)reader.text("note"); // read by people
        reader.finish();
        if (!part) return;
        row.sources.push_back(std::move(source));
        finish(std::move(row));
    }

    void read_text_row(const toml::table& table) {
        TomlReader reader(file_.problems, file_.name, table, "[[text]]");
        Row row;
        row.where = reader.where();
        std::vector<std::string> names;
        if (const auto* with = reader.table("with")) read_inputs(*with, row, names);
        if (row.sources.empty()) reader.problem("[[text]] needs `with`: the settings that stand in it");
        read_forms(reader, row, names);
        read_common(reader, row);
        (void)reader.text("note");
        reader.finish();
        if (row.sources.empty() || row.forms.empty()) return;
        for (std::size_t i = 0; i < row.sources.size(); ++i) {
            const bool used = std::any_of(row.forms.begin(), row.forms.end(),
                                          [&](const Form& form) { return form.uses(i) || form.has_condition_on(i); });
            if (!used) problem(row.where, "'" + names[i] + "' stands in no form");
            if ((row.sources[i].what.spec().index_max != 0) != (row.sources[0].what.spec().index_max != 0))
                problem(row.where, "settings with and without an index in one text");
        }
        finish(std::move(row));
    }

    void finish_all() {
        for (const auto& [name, map] : named_)
            if (!map.used) problem(map.where, "no row uses the values '" + name + "'");
        for (const auto& [key, where] : mapped_)
            if (const auto unmapped = unmapped_at_.find(key.first); unmapped != unmapped_at_.end()) {
                problem(unmapped->second, "'" + std::string(spec_of({key.first, 0}).name) + "' is unmapped and mapped");
                unmapped_at_.erase(unmapped);
            }
        check_companions();
    }

private:
    struct NamedMap {
        std::vector<TomlReader::Pair> pairs;
        std::string where;
        bool used = false;
    };

    struct CompanionAt {
        ParameterName name;
        std::string where;
        std::size_t row; ///< that it goes with: the one being read
    };

    void problem(const std::string& where, std::string message) { file_.problems.add(where, std::move(message)); }

    void read_spelling(TomlReader& reader, Source& source, bool known) {
        std::vector<TomlReader::Pair> pairs;
        const auto* node = reader.node("values");
        if (node != nullptr && node->is_string()) {
            const auto found = named_.find(node->as_string()->get());
            if (found == named_.end())
                reader.problem_at("values", "no [values." + printable(node->as_string()->get(), 40) + "]");
            else
                pairs = found->second.pairs, found->second.used = true;
        } else if (node != nullptr) {
            pairs = reader.pairs("values");
        }
        for (const auto& pair : pairs) add_value(source, pair, known);
        const std::string unit = reader.text("unit");
        if (!unit.empty() && known) set_unit(reader, source, unit);
        if (reader.has("join")) {
            source.separator = reader.text("join");
            if (source.what.type != SettingType::list || source.separator->empty() || source.separator->size() > 4)
                reader.problem_at("join", "`join` is the text between the words of a list");
        } else if (known && source.what.type == SettingType::list) {
            reader.problem("a list needs `join`, or rows for its parts (rank, place, on)");
        }
        source.off = reader.text("off");
        if (!source.off.empty() && source.what.part.kind != PartKind::list_rank)
            reader.problem_at("off", "`off` belongs to a rank");
        if (known && source.what.type == SettingType::boolean && source.values.empty())
            reader.problem("a yes or no needs `values`");
    }

    void add_value(Source& source, const TomlReader::Pair& pair, bool known) {
        if (!known) return source.values.add({pair.key, pair.values});
        const bool word_of_list = source.what.part.kind == PartKind::whole && source.what.type == SettingType::list;
        const auto ours = word_of_list ? check_part(source.what, 1, pair.key)
                                       : check_part(source.what, source.what.spec().index_max == 0 ? 0 : 1, pair.key);
        if (!ours)
            problem(pair.where, "'" + printable(pair.key, 40) + "' is no value of " +
                                    std::string(source.what.spec().name) + ": " + ours.error().message);
        else if (source.values.vendor_of(*ours) != nullptr)
            problem(pair.where, "'" + *ours + "' stands twice");
        else
            source.values.add({*ours, pair.values});
    }

    void set_unit(TomlReader& reader, Source& source, const std::string& name) {
        const Unit* theirs = find_unit(name);
        const Unit* ours = find_unit(source.what.unit);
        if (theirs == nullptr || ours == nullptr || source.what.type != SettingType::number)
            return reader.problem_at("unit", "'" + printable(name, 40) + "' is no unit that '" +
                                                 std::string(source.what.spec().name) + "' can be turned into");
        source.numerator = ours->milliseconds;
        source.denominator = theirs->milliseconds;
        if (source.numerator == source.denominator) reader.problem_at("unit", "the setting is in " + name + " already");
        if (!source.values.empty()) reader.problem_at("unit", "`values` and `unit` exclude each other");
    }

    void read_write(TomlReader& reader, Row& row) {
        for (const TextAt& name : reader.texts("write", TomlReader::Need::required)) {
            auto compiled = ParameterName::compile(name.text);
            if (!compiled) {
                problem(name.where, compiled.error().message);
                continue;
            }
            if (compiled->placeholders() > 1) problem(name.where, "a row has one index: put the other number in");
            take_facts(*compiled, name.where, row);
            row.write.push_back(std::move(*compiled));
        }
    }

    /// A parameter whose names follow no rule: the n-th is for index n.
    void read_write_each(TomlReader& reader, Row& row) {
        if (reader.has("write")) reader.problem_at("write", "`write` and `write_each` exclude each other");
        std::vector<std::string> names;
        for (const TextAt& name : reader.texts("write_each", TomlReader::Need::required)) names.push_back(name.text);
        if (names.size() == 1)
            if (const auto listed = content_.each.find(names.front()); listed != content_.each.end())
                names = listed->second;
        const std::string where = reader.where("write_each");
        auto compiled = ParameterName::compile_each(names);
        if (!compiled) return problem(where, compiled.error().message);
        for (const std::string& name : names)
            if (const auto one = ParameterName::compile(name)) take_facts(*one, where, row);
        row.write.push_back(std::move(*compiled));
    }

    void read_common(TomlReader& reader, Row& row) {
        if (reader.has("write_each"))
            read_write_each(reader, row);
        else
            read_write(reader, row);
        row.also = read_companions(reader, "also");
        row.guard = read_companions(reader, "guard");
        row.one_way = reader.text("one_way");
        read_evidence(reader, row);
        row.second = reader.boolean("second", false);
        const auto* inherit = reader.table("inherit");
        if (inherit == nullptr) return;
        TomlReader inner(file_.problems, file_.name, *inherit, "`inherit`");
        Inherit out;
        const std::string from = inner.text("from", TomlReader::Need::required), unless = inner.text("unless");
        if (auto name = ParameterName::compile(from)) {
            require_known(*name, inner.where());
            if (name->has_index()) inner.problem("what lines inherit has no index");
            out.from = std::move(*name);
        }
        if (!unless.empty())
            if (auto name = ParameterName::compile(unless)) {
                require_known(*name, inner.where());
                out.unless = std::move(*name);
            }
        inner.finish();
        row.inherit = std::move(out);
    }

    /// Where the mapping itself is from, where that is not where its parameters are from.
    void read_evidence(TomlReader& reader, Row& row) {
        row.source = reader.text("source");
        row.confidence = reader.text("confidence");
        if (row.source.empty() != row.confidence.empty())
            reader.problem_at(row.source.empty() ? "confidence" : "source", "`source` and `confidence` go together");
        else if (!row.source.empty() && !is_confidence_mark(row.confidence))
            reader.problem_at("confidence", "the marks are G (guide), C (code or capture), U (later documents), I "
                                            "(inferred), B (common knowledge)");
    }

    /// A row says where it was learned, or each of its parameters does.
    void require_evidence(const Row& row) {
        if (!row.source.empty() || !row.confidence.empty()) return;
        for (const ParameterName& name : row.write) {
            const auto known = content_.known.find(name);
            if (!known) continue; // reported already
            const ParameterFacts& facts = content_.facts[*known];
            if (facts.source.empty() || facts.confidence.empty())
                problem(row.where,
                        "nobody says where this row was learned: state `source` and `confidence` here, or of '" +
                            name.text() + "' in parameters.toml");
        }
    }

    std::vector<Companion> read_companions(TomlReader& reader, std::string_view key) {
        std::vector<Companion> out;
        for (const auto& pair : reader.pairs(key)) {
            auto name = ParameterName::compile(pair.key);
            if (!name) {
                problem(pair.where, name.error().message);
                continue;
            }
            Companion companion{std::move(*name), pair.values.front(), 0, false, false, {}};
            if (const auto* facts = require_known(companion.name, pair.where)) {
                companion.secret = facts->secret.value_or(false);
                companion.reboots = facts->reboots.value_or(false);
                companion.since = parse_release(facts->since).value_or(Release{});
            }
            const auto id = static_cast<std::uint32_t>(content_.companion_values.size());
            if (content_.companions.add(companion.name, id)) {
                content_.companion_values.push_back(companion.value);
                companion.id = id;
            } else {
                companion.id = *content_.companions.find(companion.name);
                if (content_.companion_values[companion.id] != companion.value)
                    problem(pair.where, "parameter '" + pair.key + "' is written by two rows, with different values");
            }
            companion_rows_.push_back({companion.name, pair.where, content_.rows.size()});
            out.push_back(std::move(companion));
        }
        return out;
    }

    const ParameterFacts* require_known(const ParameterName& name, const std::string& where) {
        const auto known = content_.known.find(name);
        if (known) return &content_.facts[*known];
        problem(where, "parameter '" + name.text() + "' is not in parameters.toml");
        return nullptr;
    }

    void take_facts(const ParameterName& name, const std::string& where, Row& row) {
        const auto* facts = require_known(name, where);
        if (facts == nullptr) return;
        row.secret = row.secret || facts->secret.value_or(false);
        row.reboots = row.reboots || facts->reboots.value_or(false);
        if (facts->type == "number" && !row.range) row.range = parse_range(facts->range);
        if (facts->type == "choice" && !facts->range.empty()) choices_ = facts->range;
    }

    void read_inputs(const toml::table& with, Row& row, std::vector<std::string>& names) {
        TomlReader reader(file_.problems, file_.name, with, "`with`");
        if (with.size() > pack_limits::form_variables_max) return reader.problem("more than 16 settings in one text");
        for (const auto& [key, node] : with) {
            const std::string name(key.str());
            const auto* plain = node.as_string();
            const auto* table = node.as_table();
            (void)reader.node(name);
            if (plain == nullptr && table == nullptr) {
                problem(reader.where(name),
                        "'" + printable(name, 40) + "' must be a setting, or a table with `setting`");
                continue;
            }
            toml::table wrapped{{"setting", plain != nullptr ? plain->get() : std::string()}};
            TomlReader inner(file_.problems, file_.name, plain != nullptr ? wrapped : *table, "`with`");
            const auto part = find_part(inner.text("setting", TomlReader::Need::required));
            if (!part) {
                problem(reader.where(name), part.error().text());
                continue;
            }
            Source source;
            source.what = *part;
            if (table != nullptr) {
                read_spelling(inner, source, true);
                inner.finish();
            }
            names.push_back(name);
            row.sources.push_back(std::move(source));
        }
    }

    void read_forms(TomlReader& reader, Row& row, const std::vector<std::string>& names) {
        const std::string without = reader.text("without");
        if (without.find_first_of("{}") != std::string::npos || without.size() > 32)
            reader.problem_at("without", "`without` is at most 32 characters that no value may hold, { and } not among "
                                         "them");
        const auto* node = reader.node("forms");
        const auto* array = node == nullptr ? nullptr : node->as_array();
        if (array == nullptr || array->empty() || array->size() > 64) return reader.problem("[[text]] needs `forms`");
        for (const toml::node& item : *array) {
            std::string text;
            bool is_read = true;
            std::vector<Form::Condition> when;
            if (const auto* plain = item.as_string()) {
                text = plain->get();
            } else if (const auto* table = item.as_table()) {
                TomlReader inner(file_.problems, file_.name, *table, "a form");
                if (!inner.has("text")) inner.problem("a form needs `text`; without any it empties the parameter");
                text = inner.text("text");
                for (const auto& pair : inner.pairs("when")) add_condition(pair, row, names, when);
                is_read = inner.boolean("read", true);
                inner.finish();
            }
            auto form = Form::compile(text, names);
            if (!form) {
                problem(reader.where(item), form.error().message);
                continue;
            }
            form->when = std::move(when);
            form->without = without;
            form->is_read = is_read;
            for (const Form& earlier : row.forms)
                if (earlier.text() == form->text() && earlier.when == form->when)
                    problem(reader.where(item), "form '" + text + "' stands twice");
            row.forms.push_back(std::move(*form));
        }
    }

    void add_condition(const TomlReader::Pair& pair, const Row& row, const std::vector<std::string>& names,
                       std::vector<Form::Condition>& when) {
        const auto at = static_cast<std::size_t>(std::find(names.begin(), names.end(), pair.key) - names.begin());
        if (at == names.size()) return problem(pair.where, "'" + printable(pair.key, 40) + "' is not in `with`");
        if (pair.values.front() == "*") return when.push_back({static_cast<std::uint8_t>(at), {}});
        const SettingPart& what = row.sources[at].what;
        const auto value = check_part(what, what.spec().index_max == 0 ? 0 : 1, pair.values.front());
        if (!value) return problem(pair.where, value.error().message);
        when.push_back({static_cast<std::uint8_t>(at), *value});
    }

    /// What only the whole row can be wrong about.
    void finish(Row row) {
        require_evidence(row);
        row.indexed = row.sources.front().what.spec().index_max != 0;
        for (const ParameterName& name : row.write) {
            const auto known = content_.known.find(name);
            row.since.push_back(known ? parse_release(content_.facts[*known].since).value_or(Release{}) : Release{});
            row.every_line = row.every_line || name.is_every_line() || (!name.each().empty() && !row.indexed);
            if (name.has_index() != (row.indexed || row.every_line))
                problem(row.where,
                        row.indexed ? "nothing can use '" + name.text() + "': the setting has an index {n}, it has none"
                                    : "nothing can use '" + name.text() + "': it has an index, the setting has none");
            if (name.is_every_line() && row.indexed)
                problem(row.where, "{line} is for settings without an index; here it is {n}");
            if (!content_.written.add(name, static_cast<std::uint32_t>(content_.rows.size())))
                problem(row.where, "parameter '" + name.text() + "' is written by two rows");
        }
        if (row.second && (!row.forms.empty() || row.every_line)) problem(row.where, "`second` belongs to a plain row");
        if (row.inherit && !row.write.empty() && !row.write.front().each().empty())
            problem(row.where, "`inherit` and `write_each` exclude each other");
        if (row.inherit && (!row.indexed || row.sources.size() != 1 || !row.forms.empty()))
            problem(row.where, "`inherit` belongs to a plain row of a line");
        for (std::size_t i = 0; i < row.sources.size(); ++i) {
            const Source& source = row.sources[i];
            if (row.only_chooses(i)) continue;
            row.secret = row.secret || source.what.spec().secrecy == Secrecy::secret;
            const auto [at, fresh] = mapped_.emplace(std::pair(source.what.setting, source.what.part), row.where);
            if (row.second && fresh)
                problem(row.where, "`second` comes behind the row that maps '" + std::string(source.what.spec().name) +
                                       "' in the first place");
            if (!fresh && at->second != row.where && row.one_way.empty() && !row.second && !is_apart(row, source))
                problem(row.where,
                        "'" + std::string(source.what.spec().name) + "' is mapped twice: also at " + at->second);
            check_choices(row, source);
        }
        choices_.clear();
        if (!row.write.empty()) content_.rows.push_back(std::move(row));
    }

    /// What a row writes must be what the parameter takes.
    void check_choices(const Row& row, const Source& source) {
        if (choices_.empty() || !row.forms.empty() || source.separator) return;
        const auto allowed = split(choices_, '|');
        for (const ValueMap::Entry& entry : source.values.entries())
            for (const std::string& word : entry.vendor)
                if (std::find(allowed.begin(), allowed.end(), word) == allowed.end())
                    problem(row.where,
                            "'" + word + "' is not among the values of " + row.write.front().text() + ": " + choices_);
    }

    /// Whether the forms that hold a setting are for other values than those of every row before that holds it.
    [[nodiscard]] bool is_apart(const Row& row, const Source& source) const {
        const auto here = row.forms_with(source.what.setting);
        return std::all_of(content_.rows.begin(), content_.rows.end(), [&](const Row& before) {
            const bool holds = std::any_of(before.sources.begin(), before.sources.end(), [&](const Source& other) {
                return other.what.setting == source.what.setting && other.what.part == source.what.part;
            });
            if (!holds) return true;
            if (before.forms.empty()) return false;
            const auto there = before.forms_with(source.what.setting);
            return there.empty() || exclude_each_other(before, there, row, here);
        });
    }

    /// A parameter may go with one text row and be written by another, where the two are for different values of a
    /// setting.
    void check_companions() {
        for (const CompanionAt& companion : companion_rows_) {
            const auto written = content_.written.find(companion.name);
            if (!written || companion.row >= content_.rows.size()) continue;
            const Row &with = content_.rows[companion.row], &by = content_.rows[*written];
            std::vector<const Form*> all;
            for (const Form& form : by.forms) all.push_back(&form);
            if (!exclude_each_other(with, with.forms_of_text(), by, all))
                problem(companion.where, "parameter '" + companion.name.text() + "' is written by two rows");
        }
    }

    const PackFile& file_;
    PackContent& content_;
    std::map<std::string, NamedMap, std::less<>> named_;
    std::map<std::uint16_t, std::string> unmapped_at_;
    std::map<std::pair<std::uint16_t, Part>, std::string> mapped_;
    std::vector<CompanionAt> companion_rows_;
    std::string choices_; ///< of the parameter being read
};

} // namespace

void read_settings(const PackFile& file, PackContent& content) {
    TomlReader root(file.problems, file.name, file.root, "settings.toml");
    RowReader rows(file, content);
    if (const auto* maps = root.table("values")) rows.read_maps(*maps);
    rows.read_unmapped(root);
    const auto texts = root.tables("text");
    // In the file's order, whatever kind of row it is: what is written first stands first.
    std::vector<std::pair<toml::source_position, std::function<void()>>> in_order;
    for (const auto& [name, table, where] : root.named_tables())
        in_order.emplace_back(table->source().begin, [&rows, name = name, table = table, where = where] {
            rows.read_row(name, *table, where);
        });
    for (const auto* table : texts)
        in_order.emplace_back(table->source().begin, [&rows, table] { rows.read_text_row(*table); });
    std::stable_sort(in_order.begin(), in_order.end(), [](const auto& a, const auto& b) { return a.first < b.first; });
    for (const auto& [where, read] : in_order) read();
    root.finish();
    rows.finish_all();
}

} // namespace offhook::config
