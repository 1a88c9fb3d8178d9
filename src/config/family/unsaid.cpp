#include "config/family/unsaid.hpp"

#include "base/text.hpp"
#include "config/family/pack.hpp"

#include <algorithm>

namespace offhook::config {
namespace {

bool has_note(const std::vector<MapNote>& notes, const std::string& setting) {
    return std::any_of(notes.begin(), notes.end(), [&](const MapNote& note) { return note.setting == setting; });
}

/// What stands beside `of` in its row and chooses the form.
std::vector<SettingKey> choosers_beside(const Row& row, SettingKey of) {
    std::vector<SettingKey> out;
    for (std::size_t i = 0; i < row.sources.size(); ++i) {
        const SettingKey key{row.sources[i].what.setting, of.index};
        const bool chooses =
            std::any_of(row.forms.begin(), row.forms.end(), [&](const Form& form) { return form.has_condition_on(i); });
        if (chooses && key != of) out.push_back(key);
    }
    return out;
}

/// A key of a type that stands in the contact directory: its number and text stand there, too.
bool is_contact(const Pack& pack, const Effective& settings, const std::optional<Release>& release, SettingKey key) {
    static const auto type_id = find_pattern("key.{n}.type").value();
    if (!spec_of(key).name.starts_with("key.")) return false;
    const auto* type = settings.find({type_id, key.index});
    return type != nullptr && pack.is_in_directory(*type, release);
}

} // namespace

void UnsaidInputs::tell(const Pack& pack, const Effective& settings, const std::optional<Release>& release,
                        std::vector<MapNote>& notes) const {
    for (const Left& left : left_) {
        const std::string name = name_of(left.key);
        if (std::find(said_.begin(), said_.end(), left.key) != said_.end() || has_note(notes, name)) continue;
        if (pack.has_row_of_its_own(left.key.id) || is_contact(pack, settings, release, left.key)) continue;
        std::string beside;
        bool is_told = false; // of a value that this family does not have at all, the rest goes without saying
        for (const SettingKey chooser : choosers_beside(*left.row, left.key)) {
            is_told = is_told || has_note(notes, name_of(chooser));
            const auto* stated = settings.find(chooser);
            if (stated == nullptr || stated->value.empty() || spec_of(chooser).secrecy == Secrecy::secret) continue;
            beside += (beside.empty() ? "" : " and ") + name_of(chooser) + " = " + printable(stated->value, 40);
        }
        if (is_told) continue;
        const std::string where = left.row->write.front().with(left.key.index);
        if (!left.why.empty())
            notes.push_back({name, "left out of " + where + ": " + left.why});
        else if (beside.empty())
            notes.push_back({name, "left out: what goes with it is not stated"});
        else
            notes.push_back({name, "left out: with " + beside + " there is no place for it"});
    }
}

} // namespace offhook::config
