#include "config/import/panasonic_tree.hpp"

#include "base/text.hpp"
#include "config/import/limits.hpp"
#include "config/import/model_hints.hpp"

#include <algorithm>
#include <array>
#include <fmt/format.h>

namespace offhook::config {
namespace {

using Verdict = FileReport::Verdict;

constexpr std::string_view magic = "# Panasonic SIP Phone Standard Format File #";

/// The three files that a pre-provisioning file names, in the order that they count in.
struct Place {
    std::string_view parameter;
    std::string_view customary;
    std::string_view what;
};
constexpr std::array<Place, 3> places{{{"CFG_STANDARD_FILE_PATH", "Config{MAC}.cfg", "standard file"},
                                       {"CFG_PRODUCT_FILE_PATH", "Config{MODEL}.cfg", "product file"},
                                       {"CFG_MASTER_FILE_PATH", "ConfigCommon.cfg", "master file"}}};

/// Which seals a name's ending says; none: it is not sealed.
std::vector<const Seal*> seals_of(std::string_view path) {
    const std::string name = to_lower(path);
    const auto ends = [&](std::string_view ending) { return name.ends_with(ending); };
    // The file itself does not say CFG_FILE_KEY_LENGTH: each is tried.
    if (ends(".enc")) return {find_seal("openssl-enc"), find_seal("openssl-enc-192"), find_seal("openssl-enc-256")};
    if (ends(".e1c") || ends(".e2c") || ends(".e3c")) return {find_seal("panasonic-project")};
    return {};
}

/// By the first seal that makes a configuration of it: a wrong one may open it, too, and make noise. Errors: the first
/// seal's.
Result<std::string> open_by_any(std::string_view bytes, const std::vector<const Seal*>& seals, std::string_view key) {
    Result<std::string> first = open_sealed(bytes, seals.front(), key);
    if (first && first->starts_with(magic)) return first;
    for (std::size_t i = 1; i < seals.size(); ++i)
        if (auto plain = open_sealed(bytes, seals[i], key); plain && plain->starts_with(magic)) return plain;
    return first;
}

std::string_view value_in(const std::vector<Parameter>& parameters, std::string_view name) {
    for (const Parameter& p : parameters)
        if (p.name == name) return p.value;
    return {};
}

class PanasonicReading {
public:
    PanasonicReading(const ReaderContext& context, TreeReading& out)
        : context_(context), out_(out), files_(context.tree.files()),
          hints_(model_hints(context.tree, context.family)) {}

    void run() {
        for (std::size_t i = 0; i < files_.size(); ++i) sort_out(i);
        for (const auto& [mac, files] : own_) read_device(mac, files);
        for (const auto& [i, parameters] : parsed_)
            out_.files[i].claim(out_.parameters.contains(i) ? Verdict::read : Verdict::apart, "configuration file",
                                out_.parameters.contains(i) ? "" : "no phone of this directory reads it");
    }

private:
    void sort_out(std::size_t i) {
        const TreeFile& f = files_[i];
        if (f.kind != TreeFile::Kind::regular || out_.files[i].verdict != Verdict::unclaimed) return;
        const auto seals = seals_of(f.path);
        if (seals.empty() && !f.bytes.starts_with(magic)) return sort_out_other(i);
        if (const auto mac = mac_in_name(f.path); mac && mac->bits() != 0) own_[*mac].push_back(i);
        std::string opened;
        std::string_view text = f.bytes;
        if (!seals.empty()) {
            auto plain = open_by_any(text, seals, context_.key);
            if (!plain) return out_.files[i].claim(Verdict::refused, "encrypted configuration", plain.error().message);
            opened = std::move(*plain);
            text = opened;
        }
        auto read = find_syntax("panasonic-text")->read(text);
        if (!read) return out_.files[i].claim(Verdict::refused, "configuration file", read.error().text());
        for (const SyntaxNote& note : read->notes)
            if (out_.files[i].notes.size() < limits::tree_notes_max) out_.files[i].notes.push_back(note);
        const auto match = context_.family.match_path(base_name(f.path));
        const bool first = match && match->document != nullptr && match->document->kind == "pre-provisioning";
        if (first) {
            if (const Model* model = context_.family.find_model(match->model)) firsts_.emplace(model->name, i);
            out_.files[i].claim(Verdict::read, "pre-provisioning file");
        }
        parsed_.emplace(i, std::move(read->parameters));
    }

    void sort_out_other(std::size_t i) {
        const auto match = context_.family.match_path(files_[i].path);
        if (match && match->other != nullptr && match->other->role == OtherFile::Role::firmware)
            out_.files[i].claim(Verdict::apart, match->other->kind,
                                fmt::format("offhook firmware add {} --family panasonic --name {} --version V",
                                            printable(files_[i].path), printable(base_name(files_[i].path))));
    }

    void read_device(MacAddress mac, const std::vector<std::size_t>& files) {
        FoundDevice device;
        device.mac = mac;
        find_model(device, files);
        const auto first = first_of(device.model);
        std::array<std::string, 3> paths;
        for (std::size_t k = 0; k < places.size(); ++k)
            paths[k] = first ? std::string(value_in(parsed_.at(*first), places[k].parameter))
                             : std::string(places[k].customary);
        for (std::size_t k = 0; k < places.size(); ++k) {
            add_part(device, k, paths[k], first);
            // What the standard file says of the other two counts from then on.
            if (k != 0 || device.chain.empty()) continue;
            for (std::size_t other = 1; other < places.size(); ++other)
                if (const auto said = value_in(out_.parameters.at(device.chain.front().file), places[other].parameter);
                    !said.empty())
                    paths[other] = said;
        }
        add_own(device, files);
        if (!first && !has_own(device))
            device.missing.push_back(
                {printable(files_[files.front()].path) + ", which cannot be read", ChainPart::Scope::own});
        if (first) {
            device.chain.push_back({*first, ChainPart::Scope::shared});
            out_.parameters.emplace(*first, parsed_.at(*first));
        }
        out_.devices[std::string(context_.family.name())].push_back(std::move(device));
    }

    static bool has_own(const FoundDevice& device) {
        return std::any_of(device.chain.begin(), device.chain.end(),
                           [](const ChainPart& part) { return part.scope == ChainPart::Scope::own; });
    }

    /// Files with its MAC that nothing names: its standard file under a name that the old server knew.
    void add_own(FoundDevice& device, const std::vector<std::size_t>& files) {
        const bool has_one = has_own(device);
        std::vector<std::size_t> others;
        for (const std::size_t i : files) {
            const bool in_chain = std::any_of(device.chain.begin(), device.chain.end(),
                                              [&](const ChainPart& part) { return part.file == i; });
            if (!in_chain && parsed_.contains(i)) others.push_back(i);
        }
        if (others.empty()) return;
        if (has_one || others.size() > 1)
            out_.conflicts.push_back(
                {device.mac, fmt::format("{} bears its address, too", printable(files_[others.back()].path)),
                 has_one ? "no file names it, so it is left aside" : "the first by name counts; take the others away"});
        if (has_one) return;
        out_.parameters.emplace(others.front(), parsed_.at(others.front()));
        device.chain.insert(device.chain.begin(), {others.front(), ChainPart::Scope::own});
    }

    void find_model(FoundDevice& device, const std::vector<std::size_t>& files) {
        const auto found = [&](std::string model, std::string from) {
            device.model = std::move(model);
            device.model_known_from = std::move(from);
        };
        if (const auto said = context_.models.find(device.mac); said != context_.models.end())
            return found(said->second, "--model");
        if (const auto hint = hints_.find(device.mac); hint != hints_.end())
            return found(hint->second.model->name, hint->second.from);
        for (const std::size_t i : files)
            if (const Model* model = model_in_comment(files_[i].bytes, '#', context_.family))
                return found(model->name, files_[i].path + ", a comment");
        if (!context_.model.empty()) return found(std::string(context_.model), "--model");
        if (firsts_.size() == 1) found(firsts_.begin()->first, "the only model with a pre-provisioning file here");
    }

    [[nodiscard]] std::optional<std::size_t> first_of(const std::string& model) const {
        if (const auto found = firsts_.find(model); found != firsts_.end()) return found->second;
        // Where the model is not known, any will do as long as they all say the same.
        if (!model.empty() || firsts_.empty()) return std::nullopt;
        const auto& one = parsed_.at(firsts_.begin()->second);
        for (const auto& [name, i] : firsts_)
            for (const Place& place : places)
                if (value_in(parsed_.at(i), place.parameter) != value_in(one, place.parameter)) return std::nullopt;
        return firsts_.begin()->second;
    }

    void add_part(FoundDevice& device, std::size_t place, std::string path, std::optional<std::size_t> first) {
        if (path.empty()) return;
        if (path.ends_with('/')) path += places[place].customary; // remembered, not in any guide: sheet 4.2
        const bool own =
            place == 0 || path.find("{MAC}") != std::string::npos || path.find("{mac}") != std::string::npos;
        if (device.model.empty() && path.find("{MODEL}") != std::string::npos) return; // the model is asked for
        replace_all(path, "{MAC}", device.mac.text_upper());
        replace_all(path, "{mac}", device.mac.text());
        replace_all(path, "{MODEL}", device.model);
        const std::string folder(first ? folder_of(files_[*first].path) : std::string_view{});
        const auto found = find_by_end(folder, path);
        if (!found || !parsed_.contains(*found)) {
            if (first)
                device.missing.push_back(
                    {without_account(path) + (found ? ", which cannot be read" : ", which is not here"),
                     own ? ChainPart::Scope::own : ChainPart::Scope::shared});
            return;
        }
        const bool twice = std::any_of(device.chain.begin(), device.chain.end(),
                                       [&](const ChainPart& part) { return part.file == *found; });
        if (twice) return;
        out_.files[*found].claim(Verdict::read, std::string(places[place].what));
        out_.parameters.emplace(*found, parsed_.at(*found));
        device.chain.push_back({*found, own ? ChainPart::Scope::own : ChainPart::Scope::shared});
    }

    /// "http://h/a/b.cfg" is a/b.cfg, else b.cfg, beside the file that names it or at the top.
    [[nodiscard]] std::optional<std::size_t> find_by_end(std::string_view folder, std::string_view url) const {
        std::string_view path = url;
        if (const auto scheme = path.find("://"); scheme != std::string_view::npos) {
            path.remove_prefix(scheme + 3);
            const auto slash = path.find('/');
            if (slash == std::string_view::npos) return std::nullopt;
            path.remove_prefix(slash + 1);
        }
        if (path.size() > 384) return std::nullopt; // longer than these phones take
        for (;;) {
            if (const auto found = context_.tree.find(folder, path)) return found;
            if (const auto found = context_.tree.find("", path)) return found;
            const auto slash = path.find('/');
            if (slash == std::string_view::npos) return std::nullopt;
            path.remove_prefix(slash + 1);
        }
    }

    const ReaderContext& context_;
    TreeReading& out_;
    std::span<const TreeFile> files_;
    std::map<MacAddress, ModelHint> hints_;
    std::map<std::size_t, std::vector<Parameter>> parsed_;
    std::map<std::string, std::size_t> firsts_; ///< pre-provisioning files, by model
    std::map<MacAddress, std::vector<std::size_t>> own_;
};

} // namespace

void PanasonicTree::read(const ReaderContext& context, TreeReading& reading) const {
    PanasonicReading(context, reading).run();
}

bool PanasonicTree::leads_to_server(std::string_view parameter) const {
    constexpr std::string_view leading[] = {"CFG_STANDARD_FILE_PATH", "CFG_PRODUCT_FILE_PATH",
                                            "CFG_MASTER_FILE_PATH",   "CFG_ROOT_CERTIFICATE_PATH",
                                            "CFG_CLIENT_CERT_PATH",   "CFG_PKEY_PATH",
                                            "FIRM_FILE_PATH",         "HTTP_AUTH_ID",
                                            "HTTP_AUTH_PASS",         "ACS_URL"};
    return std::find(std::begin(leading), std::end(leading), parameter) != std::end(leading);
}

} // namespace offhook::config
