// Pack::write(): settings to parameters. On the way to every rendered file, so it makes no map and sorts nothing: the
// settings come sorted, the rows stand in blocks, and each row looks its values up by place.
#include "config/family/pack.hpp"

#include "base/text.hpp"
#include "config/family/release.hpp"
#include "config/family/unsaid.hpp"
#include "config/family/value_range.hpp"

#include <algorithm>
#include <bitset>
#include <unordered_set>

namespace offhook::config {
namespace {

constexpr std::size_t index_count = 512; // more than any setting's index_max
constexpr std::uint16_t never_written = 0xffff;

class Writer {
public:
    Writer(const Pack& pack, const Effective& settings, const Model* model)
        : pack_(pack), settings_(settings), model_(model), starts_(vocabulary().size() + 1),
          companion_at_(pack.companion_count()) {
        const auto values = settings.values();
        std::size_t at = 0;
        for (std::size_t id = 0; id < starts_.size(); ++id) {
            while (at < values.size() && values[at].key.id < id) ++at;
            starts_[id] = static_cast<std::uint32_t>(at);
        }
        if (const auto* stated = settings.find(firmware_version()); stated != nullptr && !stated->value.empty()) {
            release_text_ = stated->value;
            release_ = find_release(stated->value);
        }
        out_.parameters.reserve(values.size() + values.size() / 4 + companion_at_.size());
    }

    WriteResult run() {
        for (const Pack::Block& block : pack_.blocks()) {
            if (block.indexed)
                write_indexed(block);
            else
                for (std::uint32_t i = block.first; i < block.last; ++i) write_row(pack_.content().rows[i], 0);
        }
        drop_switches();
        note_unchosen();
        unsaid_.tell(pack_, settings_, release_, out_.notes);
        note_unmapped();
        write_raw();
        if (pack_.content().ranges == PackContent::Ranges::kept) drop_out_of_range();
        return std::move(out_);
    }

private:
    using Value = Effective::Value;
    struct Written {
        std::uint16_t index = never_written;
        std::uint32_t place = 0; ///< in out_.parameters
    };
    struct Input {
        std::string ours, theirs; ///< the part of the setting; empty where there is none, or the family cannot say it
        std::string refusal;      ///< why the family cannot say it
    };

    [[nodiscard]] std::span<const Value> values_of(std::uint16_t setting) const {
        return settings_.values().subspan(starts_[setting], starts_[setting + 1U] - starts_[setting]);
    }

    [[nodiscard]] const Value* find(std::uint16_t setting, std::uint16_t index) const {
        const auto values = values_of(setting);
        if (values.empty()) return nullptr;
        // Lines and keys mostly have no gaps: then the index is the place.
        const std::size_t guess = static_cast<std::size_t>(index - std::min(index, values.front().key.index));
        if (guess < values.size() && values[guess].key.index == index) return &values[guess];
        const auto at =
            std::lower_bound(values.begin(), values.end(), index,
                             [](const Value& value, std::uint16_t wanted) { return value.key.index < wanted; });
        return at != values.end() && at->key.index == index ? &*at : nullptr;
    }

    void write_indexed(const Pack::Block& block) {
        std::bitset<index_count> used;
        stated_.clear();
        for (std::uint32_t i = block.first; i < block.last; ++i) {
            const Row& row = pack_.content().rows[i];
            const bool stated = std::any_of(row.sources.begin(), row.sources.end(), [&](const Source& source) {
                return !values_of(source.what.setting).empty();
            });
            if (stated) stated_.push_back(&row);
        }
        for (const std::uint16_t setting : block.settings)
            for (const Value& value : values_of(setting)) used.set(value.key.index % index_count);
        const unsigned most = model_ == nullptr ? 0 : block.of_lines ? model_->lines : block.of_keys ? model_->keys : 0;
        for (std::size_t n = used._Find_first(); n < index_count; n = used._Find_next(n)) {
            if (most != 0 && n > most) {
                note_beyond(block, static_cast<std::uint16_t>(n), most);
                continue;
            }
            for (const Row* row : stated_) write_row(*row, static_cast<std::uint16_t>(n));
        }
    }

    /// A row of lines may hold settings of keys: of a key beyond the phone's keys their own rows tell.
    void note_beyond(const Pack::Block& block, std::uint16_t index, unsigned most) {
        const bool of_lines = std::any_of(block.settings.begin(), block.settings.end(), [&](std::uint16_t setting) {
            return spec_of({setting, 0}).name.starts_with("line.") && find(setting, index) != nullptr;
        });
        if (block.of_lines && !of_lines && model_->keys != 0) return;
        const std::string who = (of_lines ? "line." : "key.") + std::to_string(index);
        beyond_.push_back(who + ".");
        note(who, model_->name + " has " + std::to_string(most) + (block.of_lines ? " lines" : " keys"));
    }

    [[nodiscard]] bool is_beyond(SettingKey key) const {
        return !beyond_.empty() && std::any_of(beyond_.begin(), beyond_.end(),
                                               [&](const std::string& who) { return name_of(key).starts_with(who); });
    }

    /// Whether the phone's firmware has what came with `since`. What nobody stated may be any release.
    [[nodiscard]] bool has(const Release& since) const { return !release_ || since <= *release_; }

    void note(std::string setting, std::string text) {
        if (!out_.notes.empty() && out_.notes.back().setting == setting && out_.notes.back().text == text) return;
        out_.notes.push_back({std::move(setting), std::move(text)});
    }

    void emit(std::string name, std::string_view value, const Value& from, bool secret, bool reboots) {
        out_.parameters.push_back({{std::move(name), std::string(value)},
                                   from.key,
                                   from.origin,
                                   secret ? Secrecy::secret : Secrecy::open,
                                   reboots});
    }

    /// Once each, however many rows need it: open if one of those rows is, and of the broadest layer among them, so
    /// that the file which holds a row also holds, or comes with, what the phone wants beside it.
    void emit_companions(const Row& row, const std::vector<Companion>& companions, std::uint16_t index,
                         const Value& from) {
        for (const Companion& companion : companions) {
            if (!has(companion.since)) continue;
            const std::uint16_t at = companion.name.has_index() ? index : 0;
            const bool secret = companion.secret || row.secret;
            Written& last = companion_at_[companion.id];
            if (last.index == at) {
                WrittenParameter& written = out_.parameters[last.place];
                if (!secret) written.secrecy = Secrecy::open;
                if (from.origin < written.origin) written.origin = from.origin, written.setting = from.key;
                continue;
            }
            last = {at, static_cast<std::uint32_t>(out_.parameters.size())};
            emit(companion.name.with(at), companion.value, from, secret, companion.reboots);
        }
    }

    /// The row's text under every name that it has.
    void emit_row(const Row& row, std::uint16_t index, std::string_view text, const Value& from) {
        const unsigned lines = !row.every_line                           ? 1
                               : model_ != nullptr && model_->lines != 0 ? model_->lines
                                                                         : pack_.lines_max();
        if (const auto newest = std::min_element(row.since.begin(), row.since.end()); !has(*newest)) {
            if (!text.empty() && text != row.sources.front().off) note_newer(row, *newest, index, from);
            return;
        }
        for (unsigned line = 1; line <= lines; ++line) {
            const auto place = row.every_line ? static_cast<std::uint16_t>(line) : index;
            if (!row.write.front().reaches(place)) { // of lines that the phone may not even have, nothing is missing
                if (!row.every_line) note_unreached(row, from);
                return;
            }
            if (!text.empty()) {
                emit_companions(row, row.guard, place, from);
                emit_companions(row, row.also, place, from);
            }
            for (std::size_t i = 0; i < row.write.size(); ++i) {
                if (!has(row.since[i])) continue;
                std::string name = row.write[i].with(place);
                const auto value = text.empty() ? pack_.nothing_of(name) : std::optional(text);
                if (value)
                    emit(std::move(name), *value, from, row.secret, row.reboots);
                else
                    note(name_of(from.key), "cannot be taken back: the phone takes no empty number or choice, and what "
                                            "it has by itself is not known. State what it shall have");
            }
        }
    }

    void note_unreached(const Row& row, const Value& from) {
        note(name_of(from.key), "left out: what carries it is known for the first " +
                                    std::to_string(row.write.front().each().size()) + " only");
    }

    void note_newer(const Row& row, const Release& since, std::uint16_t index, const Value& from) {
        static const auto key_type = find_pattern("key.{n}.type").value();
        const std::string why =
            " came with release " + to_text(since) + ", and this phone runs " + printable(release_text_, 40);
        const bool is_keys = spec_of(from.key).name.starts_with("key.");
        const Value* type = is_keys ? find(key_type, index) : nullptr;
        if (type != nullptr && pack_.is_in_directory(*type, release_))
            return note(name_of(type->key), "stands in the contact directory alone: its parameter" + why);
        const SettingPart& what = row.sources.front().what;
        const bool is_of_list = what.part.kind == PartKind::list_rank || what.part.kind == PartKind::list_on;
        const std::string word =
            is_of_list ? " '" + std::string(split(what.spec().choices, ' ')[what.part.argument]) + "'" : "";
        note(name_of(from.key), "left out" + word + ": what carries it" + why);
    }

    [[nodiscard]] bool in_range(const Row& row, std::string_view text, const Value& from) {
        if (!row.range) return true;
        const auto number = to_number<std::int64_t>(text);
        if (!number || (*number >= row.range->least && *number <= row.range->most)) return true;
        std::string wanted = "at least " + std::to_string(row.range->least);
        if (row.range->most < number_open)
            wanted = std::to_string(row.range->least) + " to " + std::to_string(row.range->most);
        out_of_range_.push_back(from.key);
        note(name_of(from.key),
             "the phone takes " + wanted + " for " + row.write.front().text() + ", not " + std::string(text));
        return false;
    }

    /// A list whose words have places without those that the family has no word for: the others move up.
    std::string_view sayable(const Source& source, const Value& value) {
        if (source.values.empty()) return value.value;
        if (sayable_of_ == value.key) return sayable_;
        sayable_of_ = value.key;
        sayable_.clear();
        std::string lost;
        for (const std::string_view word : split(value.value, ' ')) {
            const bool known = source.values.vendor_of(word) != nullptr;
            std::string& to = known ? sayable_ : lost;
            if (!to.empty()) to += known ? " " : ", ";
            to += known ? std::string(word) : "'" + std::string(word) + "'";
        }
        if (!lost.empty()) note(name_of(value.key), "left out, this family has no " + lost);
        return sayable_;
    }

    /// The source's value in the vendor's spelling; a view into `value` or `out`. Nullopt: nothing to write.
    std::optional<std::string_view> spelled(const Source& source, const Value& value, std::string& out) {
        const bool as_it_is = source.what.part.kind == PartKind::whole && source.values.empty() && !source.separator &&
                              source.numerator == source.denominator;
        if (as_it_is) return value.value;
        const auto text = source.what.part.kind == PartKind::list_place ? sayable(source, value) : value.value;
        const Taken taken = take_part(source.what, text, settings_, ours_);
        if (taken == Taken::nothing) {
            if (source.off.empty()) return std::nullopt;
            return std::string_view(source.off);
        }
        if (taken == Taken::cannot) {
            note(name_of(value.key), "'" + printable(value.value, 40) + "' has no rule that this family could be told");
            return std::nullopt;
        }
        std::string remark;
        const auto done = source.spell(ours_, out, remark);
        if (!done) {
            out_of_range_.push_back(value.key);
            note(name_of(value.key), done.error().message);
            return std::nullopt;
        }
        if (!remark.empty()) note(name_of(value.key), std::move(remark));
        return std::string_view(out);
    }

    void write_row(const Row& row, std::uint16_t index) {
        if (!row.forms.empty()) return write_forms(row, index);
        const Source& source = row.sources.front();
        const Value* value = find(source.what.setting, index);
        if (value == nullptr) return;
        // A guarded parameter lives in flash: it is set or left alone, never emptied.
        if (value->value.empty()) {
            if (row.guard.empty()) emit_row(row, index, {}, *value);
            return;
        }
        const auto text = spelled(source, *value, theirs_);
        if (text && in_range(row, *text, *value)) emit_row(row, index, *text, *value);
    }

    void write_forms(const Row& row, std::uint16_t index) {
        const Value* from = nullptr;
        bool any = false;
        refusal_.clear();
        refused_ = {Layer::raw_id, 0};
        is_forbidden_ = false;
        for (std::size_t i = 0; i < row.sources.size(); ++i) {
            inputs_[i].ours.clear();
            inputs_[i].theirs.clear();
            inputs_[i].refusal.clear();
            const Value* value = find(row.sources[i].what.setting, index);
            if (value == nullptr) continue;
            if (from == nullptr || value->origin > from->origin) from = value;
            any = any || !value->value.empty();
            if (!value->value.empty()) take_input(row, i, *value, inputs_[i]);
        }
        if (from == nullptr) return;
        if (!any) {
            if (row.guard.empty()) emit_row(row, index, {}, *from);
            return;
        }
        bool meant = false;
        for (const Form& form : row.forms) {
            if (!conditions_met(form)) continue;
            for (const Form::Condition& condition : form.when) {
                const SettingKey key{row.sources[condition.input].what.setting, index};
                if (!condition.value.empty()) chosen_.push_back(key); // a `*` says that there is one, not which
                if (is_forbidden_) spoken_.push_back(key);            // and the other is what is noted
            }
            FormValues texts{};
            bool complete = true;
            for (std::size_t i = 0; i < row.sources.size(); ++i) {
                if (!form.uses(i)) continue;
                texts[i] = inputs_[i].theirs;
                complete = complete && !texts[i].empty();
                meant = meant || !inputs_[i].ours.empty();
            }
            if (!complete || !form.write(texts, ours_)) continue;
            const std::string text = ours_;
            for (const Form::Condition& condition : form.when)
                if (!condition.value.empty()) spoken_.push_back({row.sources[condition.input].what.setting, index});
            note_switch(row, form, index);
            leave_unused(row, &form, index);
            return emit_row(row, index, text, *from);
        }
        // Where no form is for these conditions, the row has nothing to do with them; nor where another row has said
        // what this one has no word for.
        const bool said_elsewhere =
            !refusal_.empty() && std::find(spoken_.begin(), spoken_.end(), refused_) != spoken_.end();
        if (!meant) return leave_unused(row, nullptr, index);
        if (!said_elsewhere && !is_forbidden_)
            note(name_of(from->key),
                 !refusal_.empty() ? refusal_ : "its value cannot stand in " + row.write.front().text());
    }

    /// What `form`, which is written, says of the row's inputs; where there is none, nothing is said.
    void leave_unused(const Row& row, const Form* form, std::uint16_t index) {
        for (std::size_t i = 0; i < row.sources.size(); ++i) {
            const SettingKey key{row.sources[i].what.setting, index};
            if (inputs_[i].ours.empty()) continue;
            if (form != nullptr && (form->uses(i) || form->has_condition_on(i)))
                unsaid_.said(key);
            else if (!row.only_chooses(i)) // of those another note tells
                unsaid_.left(key, row, inputs_[i].refusal);
        }
    }

    void take_input(const Row& row, std::size_t at, const Value& value, Input& input) {
        const Source& source = row.sources[at];
        if (take_part(source.what, value.value, settings_, input.ours) != Taken::value) return input.ours.clear();
        std::string remark;
        if (const auto done = source.spell(input.ours, input.theirs, remark); !done) {
            input.theirs.clear();
            input.refusal = refusal_ = done.error().message;
            refused_ = value.key;
        }
        if (!remark.empty()) note(name_of(value.key), std::move(remark));
        if (const char c = row.forms.front().forbidden_in(input.theirs); c != '\0') {
            note(name_of(value.key), "left out of " + row.write.front().with(value.key.index) + ": a '" +
                                         std::string(1, c) + "' would end its place there");
            input.theirs.clear();
            is_forbidden_ = true;
        }
        const bool v6 = source.what.type == SettingType::host && input.theirs.find(':') != std::string::npos;
        if (v6) input.theirs = "[" + input.theirs + "]";
    }

    [[nodiscard]] bool conditions_met(const Form& form) const {
        return std::all_of(form.when.begin(), form.when.end(), [&](const Form::Condition& condition) {
            const std::string& ours = inputs_[condition.input].ours;
            return condition.value.empty() ? !ours.empty() : ours == condition.value;
        });
    }

    /// A word that says only that there is some value: it goes where that value has no place.
    void note_switch(const Row& row, const Form& form, std::uint16_t index) {
        for (std::size_t i = 0; i < row.sources.size(); ++i)
            if (form.uses(i)) return;
        for (const Form::Condition& condition : form.when)
            if (condition.value.empty())
                switches_.push_back({{row.sources[condition.input].what.setting, index}, &row});
    }

    void drop_switches() {
        if (out_of_range_.empty()) return;
        std::unordered_set<std::string> gone;
        for (const auto& [by, row] : switches_)
            if (std::find(out_of_range_.begin(), out_of_range_.end(), by) != out_of_range_.end())
                for (const ParameterName& name : row->write) gone.insert(name.with(by.index));
        std::erase_if(out_.parameters,
                      [&](const WrittenParameter& written) { return gone.contains(written.parameter.name); });
    }

    /// A setting that only chooses forms and chose none: this family has no place for that value of it. One that chose
    /// some and had nothing written: what would stand in them is not stated.
    void note_unchosen() {
        for (const std::uint16_t setting : pack_.choosers())
            for (const Value& value : values_of(setting)) {
                if (value.value.empty() || pack_.is_in_directory(value, release_) || is_beyond(value.key)) continue;
                const auto is_in = [&](const std::vector<SettingKey>& keys) {
                    return std::find(keys.begin(), keys.end(), value.key) != keys.end();
                };
                if (!is_in(chosen_))
                    note(name_of(value.key), "this family has no '" + printable(value.value, 40) + "'");
                else if (!is_in(spoken_))
                    note(name_of(value.key), "left out: what goes with it is not stated");
            }
    }

    void note_unmapped() {
        std::uint16_t last = Layer::raw_id;
        for (const Value& value : settings_.values()) {
            if (value.key.id == Layer::raw_id) break;
            if (value.key.id == last || value.value.empty()) continue;
            if (pack_.maps(value.key.id)) {
                const auto text = sayable_of_ == value.key ? std::string_view(sayable_) : value.value;
                if (auto loss = loss_of(value.key, text, pack_.parts_of(value.key.id)); !loss.empty())
                    note(name_of(value.key), std::move(loss));
                continue;
            }
            if (value.origin == LayerKind::vendor_default || pack_.is_used(value.key.id) || is_servers_own(value.key))
                continue;
            last = value.key.id;
            const auto why = pack_.content().unmapped.find(value.key.id);
            note(name_of(value.key),
                 why != pack_.content().unmapped.end() ? why->second : "this family has no parameter for it");
        }
    }

    void write_raw() {
        const auto raw = settings_.values().subspan(starts_.back());
        if (raw.empty()) return;
        std::unordered_set<std::string_view> names;
        for (const Value& value : raw) names.insert(value.raw_name);
        std::erase_if(out_.parameters, [&](const WrittenParameter& row) { return names.contains(row.parameter.name); });
        for (const Value& value : raw) {
            // What nobody has told us of counts as a secret: it stays out of shared files and is shown to nobody.
            const ParameterFacts* facts = pack_.facts(value.raw_name);
            emit(std::string(value.raw_name), value.value, value, facts == nullptr || facts->secret.value_or(true),
                 facts != nullptr && facts->reboots.value_or(false));
        }
    }

    void drop_out_of_range() {
        std::erase_if(out_.parameters, [&](const WrittenParameter& written) {
            const auto* facts = pack_.facts(written.parameter.name);
            auto why = facts == nullptr ? std::string() : why_not_taken(*facts, written.parameter.value);
            if (why.empty()) return false;
            const bool is_raw = written.setting.id == Layer::raw_id;
            note(is_raw ? std::string(Layer::raw_prefix) + written.parameter.name : name_of(written.setting),
                 "left out of " + written.parameter.name + ": " + std::move(why));
            return true;
        });
    }

    const Pack& pack_;
    const Effective& settings_;
    const Model* model_;
    std::string_view release_text_;     ///< as firmware.version states it
    std::optional<Release> release_;    ///< nullopt: not stated, or not as a number
    std::vector<std::uint32_t> starts_; ///< by setting: where its values begin
    std::vector<Written> companion_at_; ///< by companion: where it was written last
    std::vector<const Row*> stated_;    ///< rows of the block being written that some setting is for
    std::string ours_;
    std::string theirs_;
    SettingKey refused_{Layer::raw_id, 0};    ///< where `refusal_` is
    SettingKey sayable_of_{Layer::raw_id, 0}; ///< whose words `sayable_` has
    std::string sayable_;
    bool is_forbidden_ = false; ///< an input of the row being written holds what its forms are without
    std::string refusal_;       ///< why an input of the row being written has no spelling
    std::array<Input, pack_limits::form_variables_max> inputs_; ///< of the row being written
    std::vector<SettingKey> chosen_;                            ///< settings whose value some form is for
    std::vector<SettingKey> spoken_;                            ///< and some such form has been written
    std::vector<std::pair<SettingKey, const Row*>> switches_;   ///< written because a setting has some value
    std::vector<std::string> beyond_;                           ///< "key.5.": told that the model has none
    UnsaidInputs unsaid_;
    std::vector<SettingKey> out_of_range_; ///< settings of which a value was left out
    WriteResult out_;
};

} // namespace

WriteResult Pack::write(const Effective& settings, const Model* model) const {
    return Writer(*this, settings, model).run();
}

} // namespace offhook::config
