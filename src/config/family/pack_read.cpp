// Pack::read(): parameters to settings, by the rows that write them.
#include "config/family/pack.hpp"

#include "base/text.hpp"

#include <algorithm>
#include <map>
#include <set>

namespace offhook::config {
namespace {

class Reader {
public:
    Reader(const Pack& pack, std::span<const Parameter> parameters)
        : pack_(pack), parameters_(parameters), understood_(parameters.size()) {
        by_name_.reserve(parameters.size());
        for (std::size_t i = 0; i < parameters.size(); ++i) by_name_.emplace(parameters[i].name, i);
    }

    ReadResult run() {
        find_rows();
        for (const auto& [row, index] : places_) read_place(row, index);
        for (std::uint32_t i = 0; i < pack_.content().rows.size(); ++i)
            if (pack_.content().rows[i].inherit) inherit(i);
        add_zone_defaults();
        join();
        drop_idle_guards();
        for (std::size_t i = 0; i < parameters_.size(); ++i)
            if (!understood_[i]) out_.not_understood.push_back(parameters_[i]);
        out_.settings = settings_.build();
        return std::move(out_);
    }

private:
    using Place = std::pair<std::uint32_t, std::uint16_t>; ///< a row and its index

    /// The rows that have a parameter here, each with its index.
    void find_rows() {
        for (const Parameter& parameter : parameters_) {
            const auto found = pack_.content().written.find(parameter.name);
            if (!found) continue;
            const Row& row = pack_.content().rows[found->id];
            const std::uint16_t most = row.sources.front().what.spec().index_max;
            if (row.indexed && (found->index == 0 || found->index > most)) continue;
            places_.emplace(found->id, found->index);
        }
    }

    [[nodiscard]] const Parameter* find(const std::string& name) const {
        const auto found = by_name_.find(name);
        return found == by_name_.end() ? nullptr : &parameters_[found->second];
    }

    void understood(const Parameter& parameter) {
        understood_[static_cast<std::size_t>(&parameter - parameters_.data())] = true;
    }

    void note(std::string what, std::string text) { out_.notes.push_back({std::move(what), std::move(text)}); }

    void read_place(std::uint32_t id, std::uint16_t index) {
        const Row& row = pack_.content().rows[id];
        if (!row.one_way.empty()) return note(row.write.front().with(index), "cannot be read back: " + row.one_way);
        std::vector<const Parameter*> present;
        for (const ParameterName& name : row.write)
            if (const Parameter* parameter = find(name.with(index))) present.push_back(parameter);
        if (!guarded(row, index, *present.front())) return;
        const std::string& text = present.front()->value;
        if (row.second && !text.empty() && contradicts(row, index, text))
            return note(present.front()->name, "differs from another parameter, which says the same setting");
        // An empty value is the phone's own default: nothing is stated.
        const bool read =
            text.empty() || (row.forms.empty() ? read_plain(row, index, text) : read_forms(row, index, text));
        if (!read) return;
        for (const Parameter* parameter : present)
            if (parameter->value == text)
                understood(*parameter), remember(row, index, *parameter);
            else
                note(parameter->name, "differs from " + present.front()->name + ", which says the same setting");
        if (!text.empty()) companions_understood(row, index);
    }

    /// Whether a row before this one has read another value of the same setting.
    bool contradicts(const Row& row, std::uint16_t index, const std::string& text) {
        const Source& source = row.sources.front();
        const auto stated = parts_.find({source.what.setting, index});
        if (stated == parts_.end()) return false;
        const auto value = source.unspell(index, text);
        return std::any_of(stated->second.begin(), stated->second.end(), [&](const PartValue& part) {
            return part.part == source.what.part && (!value || part.value != *value);
        });
    }

    void remember(const Row& row, std::uint16_t index, const Parameter& parameter) {
        const auto at = static_cast<std::size_t>(&parameter - parameters_.data());
        for (const Source& source : row.sources)
            read_from_[{source.what.setting, row.every_line ? std::uint16_t{0} : index}].push_back(at);
    }

    /// Whether what the phone asks for before it takes the value is there.
    bool guarded(const Row& row, std::uint16_t index, const Parameter& parameter) {
        for (const Companion& guard : row.guard) {
            const std::string name = guard.name.with(index);
            const Parameter* found = find(name);
            if (found != nullptr && found->value == guard.value) continue;
            note(parameter.name, "the phone ignores it: " + name + " is not " + guard.value);
            return false;
        }
        return true;
    }

    void companions_understood(const Row& row, std::uint16_t index) {
        for (const auto* companions : {&row.guard, &row.also})
            for (const Companion& companion : *companions)
                if (const Parameter* found = find(companion.name.with(index));
                    found != nullptr && found->value == companion.value)
                    understood(*found);
    }

    /// A switch that stands as the phone has it by itself, and switches nothing, says nothing. Kept as it is it would
    /// stay off for ever, whatever is stated later of what it switches.
    void drop_idle_guards() {
        std::map<const Parameter*, bool> idle; // one may switch several
        for (const Row& row : pack_.content().rows)
            for (const Companion& guard : row.guard)
                for (unsigned i = row.indexed ? 1 : 0; i <= row.sources.front().what.spec().index_max; ++i) {
                    const auto index = static_cast<std::uint16_t>(i);
                    const Parameter* found = find(guard.name.with(index));
                    if (found == nullptr) continue;
                    const Parameter* switched = find(row.write.front().with(index));
                    const bool nothing = switched == nullptr || switched->value.empty();
                    const auto at = idle.emplace(found, nothing && is_off(*found, guard.value)).first;
                    at->second = at->second && nothing;
                }
        for (const auto& [parameter, is_idle] : idle)
            if (is_idle) understood(*parameter);
    }

    [[nodiscard]] bool is_off(const Parameter& guard, std::string_view on) const {
        const ParameterFacts* facts = pack_.facts(guard.name);
        return facts != nullptr && !facts->default_value.empty() && !equal_ignoring_case(on, guard.value) &&
               equal_ignoring_case(facts->default_value, guard.value);
    }

    bool put(const Source& source, std::uint16_t index, Result<std::string> value, std::string_view parameter) {
        if (!value) {
            note(std::string(parameter),
                 source.what.spec().secrecy == Secrecy::secret ? "its value does not fit" : value.error().message);
            return false;
        }
        auto& parts = parts_[{source.what.setting, index}];
        const bool there = std::any_of(parts.begin(), parts.end(),
                                       [&](const PartValue& part) { return part.part == source.what.part; });
        if (!there) parts.push_back({source.what.part, std::move(*value)});
        return true;
    }

    bool read_plain(const Row& row, std::uint16_t index, const std::string& text) {
        const Source& source = row.sources.front();
        const std::string name = row.write.front().with(index);
        if (!row.every_line) {
            if (source.part_is_off(text)) {
                parts_[{source.what.setting, index}]; // stated, with nothing in it
                return true;
            }
            return put(source, index, source.unspell(index, text), name);
        }
        // One setting, told line by line: the first line's counts.
        const auto first = first_line_.emplace(&row, text).first;
        if (first->second != text) {
            note(name, "differs from line to line; line 1's counts");
            return false;
        }
        if (source.part_is_off(text)) return parts_[{source.what.setting, 0}], true;
        return put(source, 0, source.unspell(0, text), name);
    }

    bool read_forms(const Row& row, std::uint16_t index, std::string_view text) {
        const std::string name = row.write.front().with(index);
        const std::uint16_t place = row.every_line ? 0 : index;
        for (const Form& form : row.forms) {
            FormValues texts{};
            if (!form.is_read || !form.read(text, texts)) continue;
            std::vector<std::pair<std::size_t, std::string>> values;
            bool fits = true;
            for (std::size_t i = 0; i < row.sources.size() && fits; ++i) {
                if (!form.uses(i)) continue;
                auto value = row.sources[i].unspell(place, texts[i]);
                fits = value.has_value();
                if (fits) values.emplace_back(i, std::move(*value));
            }
            if (!fits) continue;
            for (const Form::Condition& condition : form.when)
                if (!condition.value.empty()) values.emplace_back(condition.input, condition.value);
            for (auto& [input, value] : values) (void)put(row.sources[input], place, std::move(value), name);
            return true;
        }
        note(name, "is in no form that this family's pack knows");
        return false;
    }

    /// A line that says nothing takes the phone's: only for lines that say something else.
    void inherit(std::uint32_t id) {
        const Row& row = pack_.content().rows[id];
        const Parameter* from = find(row.inherit->from.text());
        if (from == nullptr || from->value.empty()) return;
        const Source& source = row.sources.front();
        std::vector<std::uint16_t> lines;
        for (const auto& [key, parts] : parts_)
            if (spec_of(key).index_max != 0 && is_user(key)) lines.push_back(key.index);
        for (const std::uint16_t line : lines) {
            const SettingKey key{source.what.setting, line};
            if (parts_.contains(key)) {
                // Without the parameter that makes the line's own count (its server's address), the phone's do.
                if (!row.inherit->unless) continue;
                const auto* counts = find(row.inherit->unless->with(line));
                auto value = source.unspell(line, from->value);
                if ((counts != nullptr && !counts->value.empty()) || !value) continue;
                note(row.write.front().with(line), "the phone ignores it and takes " + from->name + ": " +
                                                       row.inherit->unless->with(line) + " is empty");
                parts_.erase(key);
            }
            const auto* unless = row.inherit->unless ? find(row.inherit->unless->with(line)) : nullptr;
            if (unless != nullptr && !unless->value.empty()) continue;
            if (put(source, line, source.unspell(line, from->value), from->name)) understood(*from);
        }
        if (!lines.empty() && says_what_a_line_says(row, *from)) understood(*from);
    }

    /// A phone's own value that no line takes, for each has its own: said already, where a line's is the same.
    bool says_what_a_line_says(const Row& row, const Parameter& from) const {
        const Source& source = row.sources.front();
        for (const auto& [key, parts] : parts_) {
            if (key.id != source.what.setting) continue;
            const auto value = source.unspell(key.index, from.value);
            if (value && std::any_of(parts.begin(), parts.end(), [&](const PartValue& part) {
                    return part.part == source.what.part && part.value == *value;
                }))
                return true;
        }
        return false;
    }

    static bool is_user(SettingKey key) {
        static const std::uint16_t user = find_pattern("line.{n}.user").value();
        return key.id == user;
    }

    /// What a file does not say of its time zone stands in the phone's defaults.
    void add_zone_defaults() {
        for (const Row& row : pack_.content().rows) {
            const Source& source = row.sources.front();
            if (!row.forms.empty() || source.what.spec().type != SettingType::zone) continue;
            const auto stated = parts_.find({source.what.setting, 0});
            if (stated == parts_.end() || find(row.write.front().text()) != nullptr) continue;
            const ParameterFacts* facts = pack_.facts(row.write.front().text());
            if (facts == nullptr || facts->default_value.empty()) continue;
            if (auto value = source.unspell(0, facts->default_value))
                stated->second.push_back({source.what.part, std::move(*value)});
        }
    }

    void join() {
        for (const auto& [key, parts] : parts_) {
            if (parts.empty()) {
                settings_.put(key, {});
                continue;
            }
            const auto value = join_parts(key, parts);
            if (!value) {
                note(name_of(key), value.error().message);
                for (const std::size_t i : read_from_[key]) understood_[i] = false;
                continue;
            }
            settings_.put(key, *value);
            if (spec_of(key).type == SettingType::zone && parts.front().part.kind != PartKind::whole)
                note(name_of(key),
                     "read from its rules: '" + *value + "' behaves so, another of the same rules may have been meant");
        }
    }

    const Pack& pack_;
    std::span<const Parameter> parameters_;
    std::vector<bool> understood_;
    std::unordered_map<std::string_view, std::size_t> by_name_;
    std::set<Place> places_;
    std::map<SettingKey, std::vector<PartValue>> parts_;
    std::map<SettingKey, std::vector<std::size_t>> read_from_; ///< what is not understood after all if join() fails
    std::map<const Row*, std::string> first_line_;
    LayerBuilder settings_;
    ReadResult out_;
};

} // namespace

ReadResult Pack::read(std::span<const Parameter> parameters, const Model* /*model*/) const {
    return Reader(*this, parameters).run();
}

} // namespace offhook::config
