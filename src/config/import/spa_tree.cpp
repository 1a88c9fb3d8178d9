#include "config/import/spa_tree.hpp"

#include "base/text.hpp"
#include "config/import/limits.hpp"
#include "config/import/model_hints.hpp"
#include "config/import/spa_profile.hpp"
#include "config/import/spa_walk.hpp"

#include <algorithm>
#include <fmt/format.h>

namespace offhook::config {
namespace {

using Verdict = FileReport::Verdict;

constexpr unsigned hasty_seconds = 60; ///< files that only lead on say a few seconds, and mean: go on at once

/// What a phone's own dump (spacfg.xml) says of its state.
constexpr std::string_view status_names[] = {"Product_Name", "Serial_Number", "Software_Version", "Hardware_Version",
                                             "MAC_Address",  "Licenses",      "Customization",    "Client_Certificate"};

/// "spa942.cfg" is "942"'s, "spa9xx.cfg" is any's of three digits that begin with 9.
bool is_default_of(std::string_view name, std::string_view part) {
    const std::string wanted = fmt::format("spa{}.cfg", part);
    return name.size() == wanted.size() && std::equal(name.begin(), name.end(), wanted.begin(), [](char a, char b) {
               return ascii_lower(a) == ascii_lower(b) || (ascii_lower(a) == 'x' && ascii_digit(b));
           });
}

class Reading {
public:
    Reading(const ReaderContext& context, TreeReading& out)
        : context_(context), out_(out), files_(context.tree.files()), hints_(model_hints(context.tree, context.family)),
          content_(files_.size(), SpaContent::other) {}

    void run() {
        for (std::size_t i = 0; i < files_.size(); ++i) sort_out(i);
        for (const auto& [mac, files] : own_) read_device(mac, files);
        for (std::size_t i = 0; i < files_.size(); ++i) report(i);
        for (const auto& [doubt, macs] : doubts_) tell(doubt, macs);
    }

private:
    void sort_out(std::size_t i) {
        const TreeFile& f = files_[i];
        if (f.kind != TreeFile::Kind::regular || out_.files[i].verdict != Verdict::unclaimed || is_log(f.path)) return;
        const auto mac = mac_in_name(f.path);
        const bool is_named =
            starts_with_ignoring_case(base_name(f.path), "spa") || (mac && has_oui_of(context_.family, *mac));
        const SpaContent content = spa_content(f, context_.tree, context_.family);
        const bool is_mute = content == SpaContent::sealed || content == SpaContent::opaque;
        if (content == SpaContent::other || (is_mute && !is_named)) return sort_out_other(i);
        content_[i] = content;
        for (const Model& model : context_.family.models())
            for (const std::string& part : model.part_numbers)
                if (is_default_of(base_name(f.path), part)) offer_default(model.name, i);
        for (const std::string_view name : {"init.cfg", "spa.cfg"})
            if (equal_ignoring_case(base_name(f.path), name)) offer_default("", i);
        if (mac && mac->bits() != 0)
            own_[*mac].push_back(i);
        else if (content == SpaContent::xml)
            sort_out_dump(i);
    }

    /// The one nearest to the top is what the old server gave.
    void offer_default(const std::string& model, std::size_t i) {
        const auto [at, is_new] = defaults_.emplace(model, i);
        if (!is_new && files_[i].path.size() < files_[at->second].path.size()) at->second = i;
    }

    /// A dump says itself whose it is.
    void sort_out_dump(std::size_t i) {
        if (files_[i].bytes.find("<MAC_Address") == std::string::npos) return;
        const auto read = open_spa_profile(files_[i], context_.tree, {}, std::nullopt);
        if (!read) return;
        std::string model;
        std::optional<MacAddress> mac;
        for (const Parameter& p : read->document.parameters) {
            if (p.name == "Product_Name") model = p.value;
            if (p.name == "MAC_Address") mac = MacAddress::from_text(p.value);
        }
        if (!mac) return;
        own_[*mac].push_back(i);
        if (const Model* known = context_.family.find_model(model))
            hints_.try_emplace(*mac, ModelHint{known, files_[i].path});
    }

    void sort_out_other(std::size_t i) {
        const auto match = context_.family.match_path(files_[i].path);
        const bool may_be = match && match->other != nullptr && match->other->role == OtherFile::Role::firmware;
        if (may_be && (files_[i].bytes.empty() || is_binary(files_[i].bytes)))
            out_.files[i].claim(Verdict::apart, match->other->kind,
                                fmt::format("offhook firmware add {} --family linksys-spa --name {} --version V",
                                            printable(files_[i].path), printable(base_name(files_[i].path))));
    }

    void read_device(MacAddress mac, const std::vector<std::size_t>& files) {
        FoundDevice device;
        device.mac = mac;
        find_model(device);
        const Model* model = context_.family.find_model(device.model);
        const SpaWalk::Files around{context_.tree, [&](std::size_t i, const std::string& key) { return load(i, key); },
                                    files, first_of(model)};
        SpaWalk walk(around, mac, model);
        walk.run(device);
        for (const std::size_t i : files) {
            const bool is_read = std::any_of(device.chain.begin(), device.chain.end(),
                                             [&](const ChainPart& part) { return part.file == i; });
            if (!is_read && !faults_.contains(i))
                out_.conflicts.push_back({mac, fmt::format("{} bears its address, too", printable(files_[i].path)),
                                          "no rule leads to it, so it is left aside"});
        }
        for (const std::string& doubt : walk.doubts()) doubts_[doubt].push_back(mac);
        const auto period = to_number<unsigned>(walk.value("Resync_Periodic"));
        if (period && *period > 0 && *period < hasty_seconds)
            doubts_[fmt::format("its files make it ask anew every {} s, for ever", *period)].push_back(mac);
        out_.devices[std::string(context_.family.name())].push_back(std::move(device));
    }

    void tell(const std::string& doubt, const std::vector<MacAddress>& macs) {
        if (out_.conflicts.size() >= limits::tree_conflicts_max) return;
        std::optional<MacAddress> one;
        if (macs.size() == 1) one = macs.front();
        const std::string text = one ? doubt : fmt::format("of {} phones: {}", macs.size(), doubt);
        const bool is_hasty = doubt.ends_with("for ever");
        out_.conflicts.push_back({one, text,
                                  is_hasty ? "say provisioning.interval=3600 of the site or the phone, unless that is "
                                             "what you want"
                                           : "look at the settings that come out"});
    }

    void find_model(FoundDevice& device) const {
        const auto found = [&](std::string model, std::string from) {
            device.model = std::move(model);
            device.model_known_from = std::move(from);
        };
        if (const auto said = context_.models.find(device.mac); said != context_.models.end())
            return found(said->second, "--model");
        if (const auto hint = hints_.find(device.mac); hint != hints_.end())
            return found(hint->second.model->name, hint->second.from);
        if (!context_.model.empty()) return found(std::string(context_.model), "--model");
        std::set<std::string> models;
        for (const auto& [model, file] : defaults_)
            if (!model.empty()) models.insert(model);
        if (models.size() == 1) found(*models.begin(), "the only model with a default profile here");
    }

    [[nodiscard]] std::optional<std::size_t> first_of(const Model* model) const {
        if (model == nullptr) return std::nullopt;
        for (const std::string& name : {model->name, std::string()})
            if (const auto found = defaults_.find(name); found != defaults_.end()) return found->second;
        return std::nullopt;
    }

    const std::vector<Parameter>* load(std::size_t i, const std::string& key) {
        if (const auto found = out_.parameters.find(i); found != out_.parameters.end()) return &found->second;
        std::vector<std::string> keys;
        if (!key.empty()) keys.push_back(key);
        if (!context_.key.empty()) keys.emplace_back(context_.key);
        const std::size_t text = content_[i] == SpaContent::opaque ? source_of(i).value_or(i) : i;
        auto read = open_spa_profile(files_[text], context_.tree, keys, mac_in_name(files_[i].path));
        if (!read) {
            faults_.insert_or_assign(i, read.error().text());
            return nullptr;
        }
        faults_.erase(i);
        if (text != i) out_.files[text].claim(Verdict::read, "source text of a profile", "of " + files_[i].path);
        for (const std::size_t file : read->imported)
            out_.files[file].claim(Verdict::read, "source text of a profile", "imported by " + files_[text].path);
        out_.files[i].claim(Verdict::read, text == i ? read->what : "compiled profile, of whose source text",
                            access_lost(read->document.access));
        for (SyntaxNote& note : read->document.notes)
            if (out_.files[i].notes.size() < limits::tree_notes_max) out_.files[i].notes.push_back(std::move(note));
        auto& parameters = read->document.parameters;
        std::erase_if(parameters, [&](const Parameter& p) { return is_status(p.name); });
        return &out_.parameters.emplace(i, std::move(parameters)).first->second;
    }

    static bool is_status(std::string_view name) {
        return std::find(std::begin(status_names), std::end(status_names), name) != std::end(status_names);
    }

    /// The text that a compiled profile was made of often lies beside it.
    [[nodiscard]] std::optional<std::size_t> source_of(std::size_t i) const {
        const std::string_view path = files_[i].path;
        const std::string stem(path.substr(0, path.rfind('.')));
        for (const std::string_view ending : {".txt", ".xml"})
            if (const auto found = context_.tree.find("", stem + std::string(ending));
                found && (content_[*found] == SpaContent::source || content_[*found] == SpaContent::xml))
                return found;
        return std::nullopt;
    }

    /// Marks that say otherwise than the pack: files of ours say what the pack does.
    [[nodiscard]] std::string access_lost(const std::vector<AccessMark>& marks) const {
        std::set<std::string> names;
        for (const AccessMark& mark : marks) {
            const ParameterFacts* facts = context_.family.facts(mark.name);
            if (facts == nullptr || facts->access != mark.access) names.insert(printable(mark.name, 60));
        }
        if (names.empty()) return {};
        return fmt::format("what the phone's user may do with {}{} (ua) is not kept", *names.begin(),
                           names.size() == 1 ? "" : fmt::format(" and {} more", names.size() - 1));
    }

    /// What became of the files that no phone reads.
    void report(std::size_t i) {
        if (content_[i] == SpaContent::other) return;
        if (const auto fault = faults_.find(i); fault != faults_.end())
            return out_.files[i].claim(Verdict::refused, "profile", fault->second);
        if (content_[i] == SpaContent::opaque)
            return out_.files[i].claim(Verdict::apart, "compiled profile", "nobody can read it, and no phone needs to");
        out_.files[i].claim(Verdict::apart, "profile", "no phone of this directory reads it");
    }

    const ReaderContext& context_;
    TreeReading& out_;
    std::span<const TreeFile> files_;
    std::map<MacAddress, ModelHint> hints_;
    std::vector<SpaContent> content_;             ///< of files_, one each
    std::map<std::string, std::size_t> defaults_; ///< by model; "": any other's
    std::map<MacAddress, std::vector<std::size_t>> own_;
    std::map<std::size_t, std::string> faults_; ///< files that some phone wants, and why they cannot be read
    std::map<std::string, std::vector<MacAddress>> doubts_;
};

} // namespace

void SpaTree::read(const ReaderContext& context, TreeReading& reading) const { Reading(context, reading).run(); }

bool SpaTree::leads_to_server(std::string_view parameter) const {
    constexpr std::string_view leading[] = {"Profile_Rule", "Upgrade_Rule", "Report_Rule", "Resync_Trigger_"};
    return std::any_of(std::begin(leading), std::end(leading),
                       [&](std::string_view start) { return parameter.starts_with(start); });
}

} // namespace offhook::config
