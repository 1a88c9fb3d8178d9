#include "config/import/genband_tree.hpp"

#include "base/text.hpp"
#include "config/import/contact_taker.hpp"
#include "config/import/limits.hpp"
#include "config/import/model_hints.hpp"
#include "config/syntax/text_lines.hpp"
#include "config/syntax/version_file.hpp"

#include <algorithm>
#include <fmt/format.h>

namespace offhook::config {
namespace {

using Verdict = FileReport::Verdict;

constexpr std::string_view key_parameter = "PROVISION.decrypt_key";
constexpr std::string_view include_begin = "SYSTEM.include ";

/// As the phone tells: its first line that is no comment is "[NAME]".
bool is_readable(std::string_view bytes) {
    constexpr std::string_view byte_order_mark = "\xef\xbb\xbf";
    if (bytes.starts_with(byte_order_mark)) bytes.remove_prefix(byte_order_mark.size());
    if (is_binary(bytes)) return false;
    TextLines lines(bytes);
    while (const auto line = lines.next()) {
        const auto text = trim(line->text);
        if (text.empty() || text.starts_with(';')) continue;
        return text.starts_with('[') && text.find(']') != std::string_view::npos;
    }
    return false;
}

/// "b40edc0a1b2c", and with an ending where https_macform says one.
bool is_mac_name(std::string_view path) {
    const auto name = base_name(path);
    const auto stem = name.substr(0, name.find('.'));
    return stem.size() == 12 && mac_in_name(stem).has_value();
}

std::string_view field_in(const std::vector<Parameter>& parameters, std::string_view name) {
    for (const Parameter& p : parameters)
        if (equal_ignoring_case(p.name, name)) return p.value;
    return {};
}

class Reading {
public:
    Reading(const ReaderContext& context, TreeReading& out)
        : context_(context), out_(out), files_(context.tree.files()),
          hints_(model_hints(context.tree, context.family)) {}

    void run() {
        for (std::size_t i = 0; i < files_.size(); ++i) sort_out(i);
        for (const auto& [mac, files] : own_) read_device(mac, files);
        for (const auto& [model, i] : globals_) out_.files[i].claim(Verdict::apart, "global file", "no phone reads it");
        if (books_.size() > 1)
            out_.conflicts.push_back({std::nullopt, "its phones have different phonebooks",
                                      "all entries come to the site's, which every phone gets"});
        for (const auto& [text, macs] : doubled_) tell(text, macs);
    }

private:
    void sort_out(std::size_t i) {
        const TreeFile& f = files_[i];
        if (f.kind != TreeFile::Kind::regular || out_.files[i].verdict != Verdict::unclaimed) return;
        const std::string name = to_lower(base_name(f.path));
        for (const Model& model : context_.family.models())
            for (const std::string& part : model.part_numbers) {
                if (name == fmt::format("sysconf_{}_sip.cfg", to_lower(part))) globals_.emplace(model.name, i);
                if (name == to_lower(fmt::format("ip_{}_ver_sip2", part))) return sort_out_version(i);
            }
        if (is_own_file(f)) own_[*mac_in_name(f.path)].push_back(i);
    }

    [[nodiscard]] bool is_own_file(const TreeFile& f) const {
        if (!is_mac_name(f.path) || f.bytes.empty()) return false;
        const auto mac = mac_in_name(f.path);
        return mac->bits() != 0 && (is_readable(f.bytes) || (has_oui_of(context_.family, *mac) && is_binary(f.bytes)));
    }

    /// The vendor's list, and the files beside it that it names.
    void sort_out_version(std::size_t i) {
        out_.files[i].claim(
            Verdict::apart, "version file",
            fmt::format("offhook firmware add --family genband-ip88 --bundle {} takes it and what it names",
                        printable(files_[i].path)));
        for (const VersionFile::Load& load : read_version_file(files_[i].bytes).loads) {
            const auto found = context_.tree.find(folder_of(files_[i].path), load.name);
            if (found && !is_own_file(files_[*found]) && out_.files[*found].verdict == Verdict::unclaimed)
                out_.files[*found].claim(Verdict::apart, "software", "of version file " + printable(files_[i].path));
        }
    }

    void read_device(MacAddress mac, const std::vector<std::size_t>& files) {
        FoundDevice device;
        device.mac = mac;
        find_model(device, files.front());
        const Model* model = context_.family.find_model(device.model);
        const std::size_t own = own_of(mac, files, model);
        const auto global = model == nullptr ? globals_.end() : globals_.find(model->name);
        std::string key;
        if (global != globals_.end() && load(global->second, {}, "global file"))
            key = field_in(out_.parameters.at(global->second), key_parameter);
        if (load(own, key, "phone-specific file"))
            device.chain.push_back({own, ChainPart::Scope::own});
        else
            device.missing.push_back({printable(files_[own].path) + ", which cannot be read", ChainPart::Scope::own});
        if (global != globals_.end() && out_.parameters.contains(global->second))
            device.chain.push_back({global->second, ChainPart::Scope::shared});
        find_doubled(device);
        out_.devices[std::string(context_.family.name())].push_back(std::move(device));
    }

    /// Phones of today ask in small letters, older relatives in capitals.
    std::size_t own_of(MacAddress mac, const std::vector<std::size_t>& files, const Model* model) {
        const bool capitals =
            model != nullptr && std::any_of(model->traits.begin(), model->traits.end(), [](auto& trait) {
                return trait.name == "mac_case" && trait.value == "upper";
            });
        const std::string name = capitals ? mac.text_upper() : mac.text();
        const auto asked_for = std::find_if(files.begin(), files.end(), [&](std::size_t i) {
            return base_name(files_[i].path).find(name) != std::string_view::npos;
        });
        const std::size_t own = asked_for == files.end() ? files.front() : *asked_for;
        for (const std::size_t i : files) {
            if (i == own) continue;
            out_.files[i].claim(Verdict::apart, "phone-specific file", "another one counts");
            out_.conflicts.push_back(
                {mac,
                 fmt::format("{} and {} both bear its address", printable(files_[own].path), printable(files_[i].path)),
                 "the first counts; take the other away"});
        }
        return own;
    }

    void find_model(FoundDevice& device, std::size_t own) const {
        const auto found = [&](std::string model, std::string from) {
            device.model = std::move(model);
            device.model_known_from = std::move(from);
        };
        if (const auto said = context_.models.find(device.mac); said != context_.models.end())
            return found(said->second, "--model");
        if (const auto hint = hints_.find(device.mac); hint != hints_.end())
            return found(hint->second.model->name, hint->second.from);
        if (const Model* model = model_in_comment(files_[own].bytes, ';', context_.family))
            return found(model->name, files_[own].path + ", a comment");
        if (!context_.model.empty()) return found(std::string(context_.model), "--model");
        if (globals_.size() == 1) found(globals_.begin()->first, "the only model with a global file here");
    }

    /// Reads a configuration file, once. False: it does not count, and its report says why.
    bool load(std::size_t i, const std::string& key, std::string_view what) {
        if (out_.parameters.contains(i)) return true;
        std::string opened;
        std::string_view text = files_[i].bytes;
        const auto refuse = [&](std::string why) {
            out_.files[i].claim(Verdict::refused, std::string(what), std::move(why));
            return false;
        };
        if (!is_readable(text)) {
            if (text.empty()) return refuse("empty, or larger than a configuration file can be");
            auto plain = open(text, key);
            if (!plain) return refuse(plain.error().message);
            opened = std::move(*plain);
            text = opened;
        }
        auto read = find_syntax("ip88-text")->read(text);
        if (!read) return refuse(read.error().text());
        out_.files[i].claim(Verdict::read, std::string(what));
        for (SyntaxNote& note : read->notes)
            if (out_.files[i].notes.size() < limits::tree_notes_max) out_.files[i].notes.push_back(std::move(note));
        take_includes(i, read->parameters);
        out_.parameters.emplace(i, std::move(read->parameters));
        return true;
    }

    [[nodiscard]] Result<std::string> open(std::string_view bytes, const std::string& key) const {
        const Seal* seal = find_seal("genband-project");
        Result<std::string> first = open_sealed(bytes, seal, key.empty() ? context_.key : std::string_view(key));
        if (first && is_readable(*first)) return first;
        if (!key.empty() && !context_.key.empty())
            if (auto plain = open_sealed(bytes, seal, context_.key); plain && is_readable(*plain)) return plain;
        if (!first) return first;
        return fail(ErrorCode::invalid, "what comes out with this key is no configuration");
    }

    /// "include FILE phonebook": its contacts are taken, and the line goes: the server writes its own.
    void take_includes(std::size_t i, std::vector<Parameter>& parameters) {
        for (const Parameter& parameter : parameters) {
            if (!starts_with_ignoring_case(parameter.name, include_begin) || parameter.value.empty()) continue;
            const auto found = context_.tree.find(folder_of(files_[i].path), parameter.value);
            if (!found)
                out_.conflicts.push_back({std::nullopt,
                                          fmt::format("{} includes {}, which is not here", printable(files_[i].path),
                                                      printable(parameter.value)),
                                          "its entries are not imported; add it to the directory"});
            else
                take_phonebook(*found);
        }
        std::erase_if(parameters, [](const Parameter& p) { return starts_with_ignoring_case(p.name, include_begin); });
    }

    void take_phonebook(std::size_t i) {
        if (out_.files[i].verdict != Verdict::unclaimed) return;
        const DirectorySyntax* syntax = find_directory_syntax("ip88-phonebook");
        if (syntax == nullptr) return out_.files[i].claim(Verdict::refused, "phonebook", "this version cannot read it");
        auto read = syntax->read(files_[i].bytes);
        if (!read) return out_.files[i].claim(Verdict::refused, "phonebook", read.error().text());
        books_.insert(files_[i].bytes);
        ContactTaker taker(files_[i].path, out_);
        for (std::size_t k = 0; k < read->contacts.size(); ++k)
            taker.take(std::move(read->contacts[k]), k < read->lines.size() ? read->lines[k] : 0);
        out_.files[i].claim(Verdict::read, "phonebook",
                            fmt::format("{} entries for the site's phonebook", taker.taken()));
        for (SyntaxNote& note : read->notes)
            if (out_.files[i].notes.size() < limits::tree_notes_max) out_.files[i].notes.push_back(std::move(note));
    }

    /// A field that restarts the phone, and that each of two files sets to another value, restarts it in every cycle.
    void find_doubled(const FoundDevice& device) {
        if (device.chain.size() != 2) return;
        const auto& shared = out_.parameters.at(device.chain[1].file);
        for (const Parameter& own : out_.parameters.at(device.chain[0].file)) {
            const ParameterFacts* facts = context_.family.facts(own.name);
            if (facts == nullptr || !facts->reboots.value_or(false)) continue;
            const auto other = std::find_if(shared.begin(), shared.end(),
                                            [&](const Parameter& p) { return equal_ignoring_case(p.name, own.name); });
            if (other != shared.end() && other->value != own.value) doubled_[printable(own.name)].push_back(device.mac);
        }
    }

    void tell(const std::string& field, const std::vector<MacAddress>& macs) {
        std::optional<MacAddress> one;
        if (macs.size() == 1) one = macs.front();
        out_.conflicts.push_back(
            {one,
             fmt::format(
                 "{}{} restarts a phone, and its two files set it to different values: each cycle sets it twice",
                 one ? "" : fmt::format("of {} phones: ", macs.size()), field),
             "the own file's value counts; this server writes it into one file alone"});
    }

    const ReaderContext& context_;
    TreeReading& out_;
    std::span<const TreeFile> files_;
    std::map<MacAddress, ModelHint> hints_;
    std::map<std::string, std::size_t> globals_; ///< by model
    std::map<MacAddress, std::vector<std::size_t>> own_;
    std::set<std::string> books_; ///< contents of phonebooks
    std::map<std::string, std::vector<MacAddress>> doubled_;
};

} // namespace

void GenbandTree::read(const ReaderContext& context, TreeReading& reading) const { Reading(context, reading).run(); }

bool GenbandTree::leads_to_server(std::string_view parameter) const {
    constexpr std::string_view leading[] = {"LAN.tftp_server_address", "PROVISION.type",     "PROVISION.https_url",
                                            "PROVISION.https_port",    "PROVISION.https_id", "PROVISION.https_password",
                                            "PROVISION.https_macform"};
    return std::any_of(std::begin(leading), std::end(leading),
                       [&](std::string_view name) { return equal_ignoring_case(name, parameter); });
}

} // namespace offhook::config
