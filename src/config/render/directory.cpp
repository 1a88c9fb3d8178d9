#include "config/render/directory.hpp"

#include "base/limits.hpp"
#include "base/text.hpp"

#include <algorithm>
#include <fmt/format.h>
#include <set>
#include <unordered_map>

namespace offhook::config {
namespace {

constexpr std::size_t notes_max = 50; ///< of the grammar, of one file

/// A contact on its way into the file, with whence it came.
struct Entry {
    Contact contact;
    enum class Rank : std::uint8_t { key, phonebook, own } rank = Rank::phonebook;
    LayerKind origin = LayerKind::site;
    SettingKey setting;
};

SettingKey source_setting() {
    static const SettingKey key = find_setting("directory.source").value();
    return key;
}

std::optional<Release> stated_release(const Effective& settings) {
    const auto* stated = settings.find(firmware_version());
    return stated == nullptr ? std::nullopt : find_release(stated->value);
}

class Composer {
public:
    Composer(const Document& document, Rendered& out)
        : document_(document), out_(out), frame_bytes_(document.directory->write({}).text.size()) {}

    void add_keys(const Effective& settings) {
        static const auto type_id = find_pattern("key.{n}.type").value(),
                          value_id = find_pattern("key.{n}.value").value(),
                          label_id = find_pattern("key.{n}.label").value();
        const auto release = stated_release(settings);
        for (const Effective::Value& type : settings.values()) {
            if (type.key.id != type_id) continue;
            const auto rule = std::find_if(document_.keys.begin(), document_.keys.end(), [&](const DirectoryKey& key) {
                return key.type == type.value && key.holds_for(release);
            });
            if (rule == document_.keys.end()) continue;
            const auto* number = settings.find({value_id, type.key.index});
            if (number == nullptr || number->value.empty()) {
                note(name_of(type.key), "left out: nothing says what the key dials");
                continue;
            }
            const auto* label = settings.find({label_id, type.key.index});
            Entry entry;
            entry.contact.number = dialled(number->value);
            if (label != nullptr) entry.contact.label = label->value;
            entry.contact.speed_dial = type.key.index;
            entry.contact.watch = rule->watch;
            entry.rank = Entry::Rank::key;
            entry.origin = type.origin;
            entry.setting = type.key;
            add(std::move(entry));
        }
    }

    /// As much of it as could stand there if nothing else did; the rest is only counted.
    void add_phonebook(const ContactSource& book, LayerKind origin) {
        for (std::size_t i = 0; i < book.size; ++i) {
            if (phonebook_bytes_ > room() || entries_.size() >= DirectorySyntax::contacts_max) {
                dropped_ += book.size - i;
                return;
            }
            Entry entry{book.at(i), Entry::Rank::phonebook, origin, source_setting()};
            entry.contact.number = dialled(entry.contact.number);
            const std::size_t before = entries_.size();
            add(std::move(entry));
            if (entries_.size() > before) phonebook_bytes_ += bytes_of(entries_.back().contact);
        }
    }

    void add_own(const std::vector<Contact>& contacts) {
        for (const Contact& contact : contacts) add({contact, Entry::Rank::own, LayerKind::local, source_setting()});
    }

    /// The file, of as many as the phone keeps.
    void write() {
        name_keys();
        part_speed_dials();
        Kept all;
        for (const Entry& entry : entries_) ++all.of(entry.rank);
        auto chosen = choose(all);
        WrittenDirectory written = document_.directory->write(contacts_of(chosen));
        Kept kept = all;
        if (written.text.size() > room()) {
            kept = that_fit();
            chosen = choose(kept);
            written = document_.directory->write(contacts_of(chosen));
        }
        note_cut(all.phonebook - kept.phonebook + dropped_, "phonebook entries");
        note_cut(all.own - kept.own, "of the phone's own entries");
        if (chosen.empty()) return;
        for (std::size_t i = 0; i < std::min(written.notes.size(), notes_max); ++i) {
            const SyntaxNote& each = written.notes[i];
            const bool known = each.line >= 1 && each.line <= chosen.size();
            note(known ? "contact " + printable(chosen[each.line - 1]->contact.number, 40) : "directory.source",
                 each.text);
        }
        out_.text = std::move(written.text);
        for (const Entry* entry : chosen) out_.parameters.push_back(shown(*entry));
    }

private:
    void note(std::string setting, std::string text) { out_.notes.push_back({std::move(setting), std::move(text)}); }

    void note_cut(std::size_t left_out, std::string_view what) {
        out_.contacts_left_out += left_out;
        if (left_out != 0)
            note("directory.source",
                 fmt::format("{} {} are left out: the phone keeps a directory of {} bytes", left_out, what, room()));
    }

    [[nodiscard]] std::size_t bytes_of(const Contact& contact) const {
        const std::size_t with_one = document_.directory->write(std::span(&contact, 1)).text.size();
        return with_one - std::min(with_one, frame_bytes_);
    }

    [[nodiscard]] std::size_t room() const {
        return document_.directory_bytes_max != 0 ? document_.directory_bytes_max : limits::document_bytes_max;
    }

    void add(Entry entry) {
        const auto [at, fresh] = places_.try_emplace(dialled(entry.contact.number), entries_.size());
        if (fresh) return entries_.push_back(std::move(entry));
        Contact& first = entries_[at->second].contact;
        if (first.first_name.empty() && first.last_name.empty()) {
            first.first_name = std::move(entry.contact.first_name);
            first.last_name = std::move(entry.contact.last_name);
        }
        if (first.label.empty()) first.label = std::move(entry.contact.label);
        if (first.speed_dial == 0) first.speed_dial = entry.contact.speed_dial;
        if (entry.contact.watch == Contact::Watch::on) first.watch = Contact::Watch::on;
        if (first.further.empty()) first.further = std::move(entry.contact.further);
    }

    /// A key that no phonebook knows is called what stands beside it.
    void name_keys() {
        for (Entry& entry : entries_)
            if (entry.rank == Entry::Rank::key && entry.contact.first_name.empty() && entry.contact.last_name.empty())
                entry.contact.first_name = entry.contact.label;
    }

    /// One contact a place: who comes first has it.
    void part_speed_dials() {
        std::set<unsigned> taken;
        for (Entry& entry : entries_) {
            unsigned& place = entry.contact.speed_dial;
            if (place == 0 || taken.insert(place).second) continue;
            note("contact " + printable(entry.contact.number, 40),
                 fmt::format("is speed dial {} no more: another contact has that place", place));
            place = 0;
        }
    }

    /// How many of each rank are written; of a rank the first.
    struct Kept {
        std::size_t keys = 0, phonebook = 0, own = 0;
        std::size_t& of(Entry::Rank rank) {
            return rank == Entry::Rank::key ? keys : rank == Entry::Rank::own ? own : phonebook;
        }
    };

    [[nodiscard]] std::vector<const Entry*> choose(Kept left) const {
        std::vector<const Entry*> out;
        for (const Entry& entry : entries_) {
            std::size_t& of_rank = left.of(entry.rank);
            if (of_rank == 0) continue;
            --of_rank;
            out.push_back(&entry);
        }
        return out;
    }

    /// Keys first, then the phone's own, then the phonebook, each until one does not fit.
    [[nodiscard]] Kept that_fit() const {
        std::size_t bytes = frame_bytes_;
        Kept kept;
        for (const auto rank : {Entry::Rank::key, Entry::Rank::own, Entry::Rank::phonebook})
            for (const Entry& entry : entries_) {
                if (entry.rank != rank) continue;
                const std::size_t needed = bytes_of(entry.contact);
                if (bytes + needed > room()) break;
                bytes += needed;
                ++kept.of(rank);
            }
        return kept;
    }

    static std::vector<Contact> contacts_of(const std::vector<const Entry*>& entries) {
        std::vector<Contact> out;
        out.reserve(entries.size());
        for (const Entry* entry : entries) out.push_back(entry->contact);
        return out;
    }

    [[nodiscard]] static WrittenParameter shown(const Entry& entry) {
        const Contact& contact = entry.contact;
        std::string text = contact.first_name;
        if (!text.empty() && !contact.last_name.empty()) text += ' ';
        text += contact.last_name;
        if (!contact.label.empty() && contact.label != text) text += " (" + contact.label + ")";
        if (contact.speed_dial != 0) text += fmt::format(", speed dial {}", contact.speed_dial);
        if (contact.watch == Contact::Watch::on) text += ", watched";
        return {{"contact " + contact.number, std::move(text)}, entry.setting, entry.origin, Secrecy::open, false};
    }

    const Document& document_;
    Rendered& out_;
    std::size_t frame_bytes_; ///< of a directory without contacts
    std::vector<Entry> entries_;
    std::unordered_map<std::string, std::size_t> places_; ///< by what is dialled
    std::size_t phonebook_bytes_ = 0;                     ///< of those entries, as far as they were taken
    std::size_t dropped_ = 0;                             ///< phonebook entries that could not fit anyhow
};

} // namespace

DirectorySource directory_source(std::span<const LayerRef> layers) {
    const Effective settings(layers);
    const auto* stated = settings.find(source_setting());
    if (stated == nullptr) return DirectorySource::merged;
    return stated->value == "server"  ? DirectorySource::server
           : stated->value == "phone" ? DirectorySource::phone
                                      : DirectorySource::merged;
}

Result<Rendered> render_directory(const Document& document, const Subject& subject, const DirectorySources& sources) {
    Rendered out;
    const bool own = document.scope == DocumentScope::device;
    const auto source = own ? directory_source(subject.all) : DirectorySource::server;
    if (source == DirectorySource::phone && sources.phone) {
        out.text = *sources.phone;
        out.notes.push_back({"directory.source", "the phone's own directory, as it sent it"});
        return out;
    }
    Composer composer(document, out);
    if (own) composer.add_keys(Effective(subject.all));
    composer.add_phonebook(sources.site, LayerKind::site);
    composer.add_phonebook(sources.fleet, LayerKind::fleet);
    if (source == DirectorySource::merged && sources.phone) {
        const auto sent = document.directory->read(*sources.phone);
        if (!sent) { // encrypted, for one: what its user has entered must not be lost
            out.text = *sources.phone;
            out.notes = {{"directory.source",
                          "the phone's own directory, as it sent it: it cannot be read (" + sent.error().text() + ")"}};
            return out;
        }
        composer.add_own(sent->contacts);
    }
    composer.write();
    return out;
}

} // namespace offhook::config
