#include "config/import/polycom_tree.hpp"

#include "base/text.hpp"
#include "config/import/contact_taker.hpp"
#include "config/import/limits.hpp"
#include "config/import/model_hints.hpp"

#include <algorithm>
#include <fmt/format.h>
#include <set>

namespace offhook::config {
namespace {

constexpr std::string_view mac_macro = "[PHONE_MAC_ADDRESS]";
constexpr std::string_view default_master = "000000000000.cfg";
using Verdict = FileReport::Verdict;

bool is_xml(std::string_view bytes) {
    if (bytes.starts_with("\xef\xbb\xbf")) bytes.remove_prefix(3);
    return trim(bytes.substr(0, 64)).starts_with('<');
}

class PolycomReading {
public:
    PolycomReading(const ReaderContext& context, TreeReading& out)
        : context_(context), out_(out), files_(context.tree.files()),
          hints_(model_hints(context.tree, context.family)) {}

    void run() {
        for (std::size_t i = 0; i < files_.size(); ++i) sort_out(i);
        find_default_master();
        for (const MacAddress mac : macs_) read_device(mac);
        for (const std::size_t i : loose_) look_at_loose(i);
        std::size_t shared_directories = 0;
        for (const std::size_t i : directories_) read_directory(i, shared_directories);
    }

private:
    [[nodiscard]] const TreeFile& file(std::size_t i) const { return files_[i]; }

    /// What a file is by its name, then by its content.
    void sort_out(std::size_t i) {
        const TreeFile& f = file(i);
        if (f.kind != TreeFile::Kind::regular || out_.files[i].verdict != Verdict::unclaimed) return;
        const auto mac = mac_in_name(f.path);
        if (const auto match = context_.family.match_path(f.path); match && match->other != nullptr) {
            if (match->mac && match->mac->bits() != 0) macs_.insert(*match->mac);
            return sort_out_other(i, *match->other);
        }
        if (f.bytes.empty() || is_binary(f.bytes)) return;
        if (!is_xml(f.bytes)) return sort_out_sealed(i, mac);
        if (auto master = find_syntax("polycom-master")->read(f.bytes)) {
            out_.files[i].claim(Verdict::read, "master configuration");
            add_notes(i, master->notes);
            if (mac && mac->bits() != 0) macs_.insert(*mac);
            masters_.emplace(i, std::move(master->parameters));
            return;
        }
        if (mac && mac->bits() != 0 && has_oui_of(context_.family, *mac)) macs_.insert(*mac);
        loose_.push_back(i);
    }

    void sort_out_other(std::size_t i, const OtherFile& other) {
        if (other.kind == "seed directory" || other.kind == "directory") {
            directories_.push_back(i);
        } else if (other.kind == "overrides" || other.kind == "web overrides") {
            const auto read = find_syntax("polycom-attributes")->read(file(i).bytes);
            const std::size_t count = read ? read->parameters.size() : 0;
            out_.files[i].parameters = count;
            out_.files[i].without_effect = count;
            out_.files[i].claim(Verdict::apart, other.kind,
                                count == 0 ? "nothing was changed on the phone"
                                           : "changes made on the phone itself: it has them and will send them again");
        } else if (other.role == OtherFile::Role::firmware && other.kind != "image version text") {
            out_.files[i].claim(Verdict::apart, other.kind,
                                fmt::format("offhook firmware add {} --family polycom --name {} --version V",
                                            printable(file(i).path), printable(base_name(file(i).path))));
        } else {
            out_.files[i].claim(Verdict::apart, other.kind);
        }
    }

    /// An encrypted file begins with a line of its own; which is one, only its seal can say.
    void sort_out_sealed(std::size_t i, std::optional<MacAddress> mac) {
        const Seal* seal = find_seal("polycom-project");
        const bool sealed = seal != nullptr ? seal->looks_sealed(file(i).bytes)
                                            : file(i).bytes.substr(0, 256).find("Digest=") != std::string::npos;
        if (!sealed) return;
        if (mac && has_oui_of(context_.family, *mac)) macs_.insert(*mac);
        loose_.push_back(i);
    }

    /// 000000000000.cfg nearest to the top; else the only master that is no phone's own: a server's address can name
    /// it.
    void find_default_master() {
        std::vector<std::size_t> others;
        for (const auto& [i, parameters] : masters_) {
            const auto mac = mac_in_name(file(i).path);
            if (mac && mac->bits() != 0) continue;
            if (equal_ignoring_case(base_name(file(i).path), default_master)) {
                if (!default_ || file(i).path.size() < file(*default_).path.size()) default_ = i;
            } else {
                others.push_back(i);
            }
        }
        if (!default_ && others.size() == 1) default_ = others.front();
        if (!default_ && others.size() > 1)
            out_.conflicts.push_back({std::nullopt, "several master configurations, and none is the default one",
                                      "import the folder of one of them at a time"});
    }

    void read_device(MacAddress mac) {
        FoundDevice device;
        device.mac = mac;
        find_model(device);
        if (const auto master = own_masters().find(mac); master != own_masters().end())
            follow(device, master->second);
        else if (default_)
            follow(device, *default_);
        else
            guess(device);
        out_.devices[std::string(context_.family.name())].push_back(std::move(device));
    }

    const std::map<MacAddress, std::size_t>& own_masters() {
        if (own_masters_) return *own_masters_;
        own_masters_.emplace();
        for (const auto& [i, parameters] : masters_)
            if (const auto mac = mac_in_name(file(i).path); mac && mac->bits() != 0)
                if (const auto [at, is_new] = own_masters_->emplace(*mac, i); !is_new)
                    out_.conflicts.push_back({mac,
                                              fmt::format("{} and {} are both its master configuration",
                                                          printable(file(at->second).path), printable(file(i).path)),
                                              "the first counts; take the other away"});
        return *own_masters_;
    }

    void find_model(FoundDevice& device) {
        if (const auto said = context_.models.find(device.mac); said != context_.models.end()) {
            device.model = said->second;
            device.model_known_from = "--model";
        } else if (const auto hint = hints_.find(device.mac); hint != hints_.end()) {
            device.model = hint->second.model->name;
            device.model_known_from = hint->second.from;
        } else if (!context_.model.empty()) {
            device.model = context_.model;
            device.model_known_from = "--model";
        }
    }

    void follow(FoundDevice& device, std::size_t master) {
        const auto& parameters = masters_.at(master);
        const std::string own = device.model + "/CONFIG_FILES";
        std::string list;
        for (const Parameter& p : parameters)
            if (p.name == "CONFIG_FILES" && list.empty()) list = p.value;
        for (const Parameter& p : parameters)
            if (!device.model.empty() && p.name == own) list = p.value;
        const Model* model = context_.family.find_model(device.model);
        const std::string part = model == nullptr || model->part_numbers.empty() ? "" : model->part_numbers.front();
        for (const std::string_view piece : split(list, ',')) {
            std::string name(trim(piece));
            if (name.empty() || device.chain.size() + device.missing.size() >= limits::tree_chain_max) continue;
            const bool own_name = name.find(mac_macro) != std::string::npos || mac_in_name(name) == device.mac;
            replace_all(name, mac_macro, device.mac.text());
            replace_all(name, "[PHONE_MODEL]", device.model);
            replace_all(name, "[PHONE_PART_NUMBER]", part);
            add_part(device, master, name, own_name ? ChainPart::Scope::own : ChainPart::Scope::shared);
        }
    }

    void add_part(FoundDevice& device, std::size_t master, const std::string& name, ChainPart::Scope scope) {
        if (name.find("://") != std::string::npos) {
            device.missing.push_back({without_account(name) + " (on another server)", scope});
            return;
        }
        auto found = context_.tree.find(folder_of(file(master).path), name);
        if (!found) found = context_.tree.find("", name);
        if (!found) {
            device.missing.push_back({printable(name) + ", which is not here", scope});
            return;
        }
        if (load(*found))
            device.chain.push_back({*found, scope});
        else
            device.missing.push_back({printable(name) + ", which cannot be read", scope});
    }

    /// No master at all: what bears the phone's address, then the rest.
    void guess(FoundDevice& device) {
        if (!loose_by_mac_) {
            loose_by_mac_.emplace();
            for (const std::size_t i : loose_) {
                auto& place = (*loose_by_mac_)[mac_in_name(file(i).path).value_or(MacAddress())];
                if (place.size() < limits::tree_chain_max / 2) place.push_back(i);
            }
            if ((*loose_by_mac_)[MacAddress()].size() > 1)
                out_.conflicts.push_back({std::nullopt,
                                          "no master configuration says in which order the files count: taken by name",
                                          "add the master configuration, or look at the settings that come out"});
        }
        for (const std::size_t i : (*loose_by_mac_)[device.mac])
            if (load(i)) device.chain.push_back({i, ChainPart::Scope::own});
        for (const std::size_t i : (*loose_by_mac_)[MacAddress()])
            if (load(i)) device.chain.push_back({i, ChainPart::Scope::shared});
    }

    /// What no chain came by: ours where its attributes are called as parameters are.
    void look_at_loose(std::size_t i) {
        if (out_.files[i].verdict != Verdict::unclaimed) return;
        const auto read = find_syntax("polycom-attributes")->read(file(i).bytes);
        if (!read) {
            if (to_lower(file(i).path).ends_with(".cfg"))
                out_.files[i].claim(Verdict::refused, "configuration file", read.error().text());
            return;
        }
        out_.files[i].parameters = out_.files[i].without_effect = read->parameters.size();
        const bool ours = std::any_of(read->parameters.begin(), read->parameters.end(),
                                      [&](const Parameter& p) { return context_.family.facts(p.name) != nullptr; });
        if (ours)
            out_.files[i].claim(Verdict::apart, "configuration file",
                                "no master configuration names it: no phone reads it");
    }

    /// Reads a configuration file, once. False: it does not count, and its report says why.
    bool load(std::size_t i) {
        if (out_.parameters.contains(i)) return true;
        if (unreadable_.contains(i)) return false;
        const TreeFile& f = file(i);
        FileReport& report = out_.files[i];
        const auto refuse = [&](std::string why) {
            unreadable_.insert(i);
            report.claim(Verdict::refused, "configuration file", std::move(why));
            return false;
        };
        if (masters_.contains(i)) return refuse("a master configuration stands among the files that one names");
        if (f.bytes.empty() && f.size_bytes != 0) return refuse("larger than a configuration file can be");
        std::string opened;
        std::string_view text = f.bytes;
        if (!is_xml(text)) {
            const Seal* seal = find_seal("polycom-project");
            if (seal == nullptr || !seal->looks_sealed(text)) return refuse("no XML");
            auto plain = open_sealed(text, seal, context_.key);
            if (!plain) return refuse(plain.error().message);
            opened = std::move(*plain);
            text = opened;
        }
        auto read = find_syntax("polycom-attributes")->read(text);
        if (!read) return refuse(read.error().text());
        report.claim(Verdict::read, "configuration file");
        add_notes(i, read->notes);
        out_.parameters.emplace(i, std::move(read->parameters));
        return true;
    }

    void add_notes(std::size_t i, const std::vector<SyntaxNote>& notes) {
        for (const SyntaxNote& note : notes)
            if (out_.files[i].notes.size() < limits::tree_notes_max) out_.files[i].notes.push_back(note);
    }

    void read_directory(std::size_t i, std::size_t& shared) {
        const auto mac = mac_in_name(file(i).path);
        const DirectorySyntax* syntax = find_directory_syntax("polycom-directory");
        if (mac && mac->bits() != 0)
            return out_.files[i].claim(Verdict::apart, "contact directory of one phone",
                                       "the phone has it, and will send it again when it changes");
        if (syntax == nullptr)
            return out_.files[i].claim(Verdict::refused, "contact directory", "this version cannot read it");
        auto read = syntax->read(file(i).bytes);
        if (!read) return out_.files[i].claim(Verdict::refused, "contact directory", read.error().text());
        ContactTaker taker(file(i).path, out_);
        for (std::size_t k = 0; k < read->contacts.size(); ++k)
            taker.take(std::move(read->contacts[k]), k < read->lines.size() ? read->lines[k] : 0);
        out_.files[i].claim(Verdict::read, "contact directory",
                            fmt::format("{} entries for the site's phonebook", taker.taken()));
        add_notes(i, read->notes);
        if (++shared > 1)
            out_.conflicts.push_back({std::nullopt, fmt::format("{}: a further directory for all phones", file(i).path),
                                      "its entries are added to those of the first"});
    }

    const ReaderContext& context_;
    TreeReading& out_;
    std::span<const TreeFile> files_;
    std::map<MacAddress, ModelHint> hints_;
    std::set<MacAddress> macs_;
    std::map<std::size_t, std::vector<Parameter>> masters_;
    std::optional<std::map<MacAddress, std::size_t>> own_masters_;
    std::optional<std::size_t> default_;
    std::vector<std::size_t> loose_; ///< look like configuration files; whether one counts a master says
    std::vector<std::size_t> directories_;
    std::optional<std::map<MacAddress, std::vector<std::size_t>>> loose_by_mac_;
    std::set<std::size_t> unreadable_;
};

} // namespace

void PolycomTree::read(const ReaderContext& context, TreeReading& reading) const {
    PolycomReading(context, reading).run();
}

bool PolycomTree::leads_to_server(std::string_view parameter) const {
    constexpr std::string_view leading[] = {"device.prov.server",  "device.prov.user",          "device.prov.password",
                                            "device.prov.appProv", "device.prov.upgradeServer", "device.prov.ztp",
                                            "device.dhcp.bootSrv"};
    return std::any_of(std::begin(leading), std::end(leading),
                       [&](std::string_view start) { return starts_with_ignoring_case(parameter, start); });
}

} // namespace offhook::config
