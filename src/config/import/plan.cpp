#include "config/import/plan.hpp"

#include "base/text.hpp"
#include "config/import/layering.hpp"
#include "config/import/limits.hpp"

#include <algorithm>
#include <fmt/format.h>
#include <unordered_map>

namespace offhook::config {
namespace {

using Kind = Difference::Kind;
using Values = std::map<std::string, std::string>; ///< parameters in force, empty ones left away

/// Settings that say where the boot server is and how to get in.
bool is_of_server(SettingKey key) {
    static const std::set<std::uint16_t> ids{
        find_pattern("provisioning.server").value(), find_pattern("provisioning.user").value(),
        find_pattern("provisioning.password").value(), find_pattern("provisioning.ca_file").value()};
    return ids.contains(key.id);
}

bool is_secret(const Family& family, const std::string& parameter) {
    const ParameterFacts* facts = family.facts(parameter);
    return facts == nullptr || facts->secret.value_or(true);
}

/// A parameter that may be shown to somebody, by itself or as the setting that it becomes.
bool may_be_shown(const Family& family, const std::string& parameter) {
    const ParameterFacts* facts = family.facts(parameter);
    return facts != nullptr && !facts->secret.value_or(false);
}

/// One phone on its way from files to settings.
struct Phone {
    const FoundDevice* found = nullptr;
    const Family* family = nullptr;
    const TreeReader* reader = nullptr;
    const Model* model = nullptr;
    Values values;                ///< what counts, without what leads to the old server
    std::set<std::string> beyond; ///< of these, those of lines that the model has not
};

class Planner {
public:
    Planner(const Tree& tree, const Families& families, const ImportOptions& options)
        : tree_(tree), families_(families), options_(options) {}

    ImportPlan run() {
        reading_.files.resize(tree_.files().size());
        for (std::size_t i = 0; i < reading_.files.size(); ++i) reading_.files[i].path = tree_.files()[i].path;
        for (const TreeReader* reader : readers()) read_family(*reader);
        report_rest();
        refuse_foreign();
        for (const TreeReader* reader : readers()) take_family(*reader);
        split();
        for (std::size_t i = 0; i < plan_.devices.size(); ++i) compare(plan_.devices[i], phones_[i]);
        count();
        plan_.contacts = std::move(reading_.contacts);
        plan_.files = std::move(reading_.files);
        plan_.conflicts.insert(plan_.conflicts.begin(), reading_.conflicts.begin(), reading_.conflicts.end());
        return std::move(plan_);
    }

private:
    [[nodiscard]] const Family* wanted(const TreeReader& reader) const {
        if (!options_.family.empty() && options_.family != reader.family()) return nullptr;
        return find_family(families_, reader.family());
    }

    void read_family(const TreeReader& reader) {
        const Family* family = wanted(reader);
        if (family == nullptr) return;
        reader.read({tree_, *family, options_.key, options_.model, options_.models}, reading_);
    }

    /// What no reader knows.
    void report_rest() {
        for (std::size_t i = 0; i < reading_.files.size(); ++i) report_other(tree_.files()[i], reading_.files[i]);
    }

    static void report_other(const TreeFile& file, FileReport& report) {
        using Verdict = FileReport::Verdict;
        constexpr std::string_view add = "offhook firmware add FILE --family F --name NAME --version V";
        switch (file.kind) {
        case TreeFile::Kind::link:
            return report.claim(Verdict::apart, "link", "not followed");
        case TreeFile::Kind::unreadable:
            return report.claim(Verdict::refused, "file or folder", "the system does not let it be read");
        case TreeFile::Kind::too_deep:
            return report.claim(Verdict::refused, "folder",
                                fmt::format("deeper than {} folders: import it by itself", limits::tree_depth_max));
        case TreeFile::Kind::special:
            return report.claim(Verdict::apart, "no file", "a socket, a pipe or a device");
        case TreeFile::Kind::regular:
            break;
        }
        if (file.bytes.empty() && file.size_bytes != 0)
            return report.claim(Verdict::apart, "large file",
                                fmt::format("{} bytes: larger than a configuration can be, so it was not read; if it "
                                            "is firmware: {}",
                                            file.size_bytes, add));
        if (is_binary(file.bytes))
            return report.claim(Verdict::apart, "binary file", fmt::format("if it is firmware: {}", add));
        if (is_log(file.path))
            report.claim(Verdict::apart, "log",
                         file.bytes.size() < file.size_bytes ? "it is long: models are looked for at its end alone"
                                                             : "");
    }

    /// One MAC in two families' files: nobody can be both.
    void refuse_foreign() {
        std::map<MacAddress, std::string> families;
        for (const auto& [family, devices] : reading_.devices)
            for (const FoundDevice& device : devices) {
                const auto [at, is_new] = families.emplace(device.mac, family);
                if (is_new || at->second == family) continue;
                twice_.insert(device.mac);
                refuse(device.mac, fmt::format("files of {} and of {} bear its address", at->second, family),
                       "say which with --family, or take the wrong files away");
            }
    }

    void refuse(MacAddress mac, std::string text, std::string advice) {
        add_conflict({mac, std::move(text), std::move(advice), Conflict::Weight::refuses});
    }

    void add_conflict(Conflict conflict) {
        if (plan_.conflicts.size() < limits::tree_conflicts_max) plan_.conflicts.push_back(std::move(conflict));
    }

    void take_family(const TreeReader& reader) {
        const Family* family = wanted(reader);
        const auto found = reading_.devices.find(std::string(reader.family()));
        if (family == nullptr || found == reading_.devices.end()) return;
        for (const FoundDevice& device : found->second) take(device, *family, reader);
    }

    /// The catalogue's word on a device that it has. False: it stays as it is.
    bool take_known(const FoundDevice& device, const Family& family, const Model*& model) {
        const auto at = options_.standing.devices.find(device.mac);
        if (at == options_.standing.devices.end()) return true;
        const KnownDevice& known = at->second;
        const auto stays = [&](std::string text, std::string advice) {
            refuse(device.mac, std::move(text), std::move(advice));
            return false;
        };
        if (options_.known == ImportOptions::Known::refused)
            return stays("it is a device already", "--update puts these settings over its own");
        if (!known.family.empty() && known.family != family.name())
            return stays("it is a device of family " + known.family, "take the wrong files away");
        if (known.site != options_.standing.site_name)
            return stays("it is a device of site " + known.site, "say --site " + known.site + ", or move it first");
        if (known.model.empty() || known.model == model->name) return true;
        const Model* stands = family.find_model(known.model);
        if (stands == nullptr)
            return stays("its model in the catalogue, " + known.model + ", is none of the family's", "change it first");
        add_conflict({device.mac, fmt::format("it is {} in the catalogue, and {} here", known.model, model->name),
                      "the catalogue counts; change it there first if it is wrong"});
        model = stands;
        return true;
    }

    void take(const FoundDevice& device, const Family& family, const TreeReader& reader) {
        if (twice_.contains(device.mac)) return;
        for (const auto& missing : device.missing)
            add_conflict({device.mac, "its files name " + missing.text,
                          "what it says is not imported; add it to the directory, or set it by hand"});
        const Model* model = family.find_model(device.model);
        if (device.model.empty())
            return refuse(device.mac, "its model is not known: no log of it is here",
                          "say it: --model MODEL, or --model MAC=MODEL");
        if (model == nullptr)
            return refuse(device.mac, fmt::format("{} is no model of {}", printable(device.model, 40), family.name()),
                          "see `offhook pack check`, and say it with --model MAC=MODEL");
        if (device.chain.empty() || lacks_its_own(device))
            return refuse(device.mac, "its configuration files are not here, or cannot be read",
                          "add them, or `offhook device add` it by hand");
        if (!take_known(device, family, model)) return;
        Phone phone{&device, &family, &reader, model, merged(device, reader, nullptr), {}};
        PlannedDevice planned;
        planned.mac = device.mac;
        planned.family = family.name();
        planned.model = model->name;
        planned.model_known_from = device.model_known_from;
        planned.known = options_.standing.devices.contains(device.mac);
        for (const ChainPart& part : device.chain) planned.files.push_back(part.file);
        planned.whole = without_lines_beyond(settings_of(phone.values, phone, &device.mac), phone);
        for (const auto& [name, value] : phone.values) remember_understood(device, name, planned.whole);
        plan_.devices.push_back(std::move(planned));
        phones_.push_back(std::move(phone));
    }

    /// Its own files are named and none can be had: what is left would make a phone without a line.
    static bool lacks_its_own(const FoundDevice& device) {
        const auto is_own = [](const auto& part) { return part.scope == ChainPart::Scope::own; };
        return std::any_of(device.missing.begin(), device.missing.end(), is_own) &&
               std::none_of(device.chain.begin(), device.chain.end(), is_own);
    }

    /// What counts of a chain. `only`: of its shared files alone.
    Values merged(const FoundDevice& device, const TreeReader& reader, const ChainPart::Scope* only) {
        Values out;
        std::set<std::string> seen;
        for (const ChainPart& part : device.chain) {
            if (only != nullptr && part.scope != *only) continue;
            for (const Parameter& parameter : reading_.parameters.at(part.file)) {
                if (!seen.insert(parameter.name).second) continue;
                if (options_.provisioning == ImportOptions::Provisioning::left_out &&
                    reader.leads_to_server(parameter.name)) {
                    if (!parameter.value.empty() && !parameter.name.ends_with(".set"))
                        plan_.left_out.insert(parameter.name);
                    of_file_[part.file].left_out.insert(parameter.name);
                    continue;
                }
                if (only == nullptr) of_file_[part.file].in_force.insert(parameter.name);
                if (!parameter.value.empty()) out.emplace(parameter.name, parameter.value);
            }
        }
        strip_accounts(device, *find_family(families_, reader.family()), only == nullptr, out);
        return out;
    }

    /// The account in a URL is a secret, and the URL's setting is none: it must be said apart.
    void strip_accounts(const FoundDevice& device, const Family& family, bool reported, Values& values) {
        for (auto& [name, value] : values) {
            if (value.find('@') == std::string::npos || !may_be_shown(family, name)) continue;
            std::string bare = stripped_of_account(value);
            if (bare == value) continue;
            value = std::move(bare);
            if (reported)
                add_conflict({device.mac, printable(name, 60) + " has an account in its URL, which is left out",
                              "say it with provisioning.user and provisioning.password"});
        }
    }

    Layer settings_of(const Values& values, const Phone& phone, const MacAddress* reported) {
        std::vector<Parameter> parameters;
        for (const auto& [name, value] : values) parameters.push_back({name, value});
        const ReadResult read = phone.family->read(parameters, phone.model);
        LayerBuilder builder;
        for (const Layer::Entry& entry : read.settings) {
            if (entry.is_raw()) {
                builder.put_raw(entry.raw_name, entry.value);
            } else if (is_of_server(entry.key) && options_.provisioning == ImportOptions::Provisioning::left_out) {
                if (reported != nullptr) plan_.left_out.insert(entry.name()); // else it may be what stands there
            } else if (!entry.value.empty()) {
                builder.put(entry.key, entry.value);
            }
        }
        for (const Parameter& parameter : read.not_understood)
            if (const auto put = builder.set(std::string(Layer::raw_prefix) + parameter.name, parameter.value);
                !put && reported != nullptr)
                add_conflict({*reported,
                              fmt::format("{} cannot be kept: {}", printable(parameter.name, 60), put.error().message),
                              "set what it is for by hand"});
        return builder.build();
    }

    /// A phone1.cfg speaks of more lines than a small phone has: of those nothing is taken, as the phone takes nothing.
    static Layer without_lines_beyond(const Layer& whole, Phone& phone) {
        if (phone.model->lines == 0) return whole;
        LayerBuilder kept, beyond;
        for (const Layer::Entry& entry : whole) {
            const bool is_beyond =
                !entry.is_raw() && spec_of(entry.key).name.starts_with("line.") && entry.key.index > phone.model->lines;
            LayerBuilder& to = is_beyond ? beyond : kept;
            if (entry.is_raw())
                to.put_raw(entry.raw_name, entry.value);
            else
                to.put(entry.key, entry.value);
        }
        const Layer left = beyond.build();
        const LayerRef refs[]{{LayerKind::device, &left}};
        for (const WrittenParameter& p : phone.family->write(Effective(refs), nullptr).parameters)
            if (phone.values.contains(p.parameter.name)) phone.beyond.insert(p.parameter.name);
        return kept.build();
    }

    void remember_understood(const FoundDevice& device, const std::string& name, const Layer& whole) {
        const bool raw = whole.find_raw(name).has_value();
        for (const ChainPart& part : device.chain) {
            auto& of_file = of_file_[part.file];
            if (!of_file.in_force.contains(name)) continue;
            (raw ? of_file.raw : of_file.understood).insert(name);
        }
    }

    void split() {
        std::vector<LayeredPhone> layered(phones_.size());
        std::map<std::pair<std::string, std::vector<std::size_t>>, Layer> shared; // the same files, the same settings
        constexpr auto scope = ChainPart::Scope::shared;
        for (std::size_t i = 0; i < phones_.size(); ++i) {
            std::vector<std::size_t> files;
            for (const ChainPart& part : phones_[i].found->chain)
                if (part.scope == scope) files.push_back(part.file);
            const auto [at, is_new] = shared.try_emplace({plan_.devices[i].model, std::move(files)});
            if (is_new)
                at->second = settings_of(merged(*phones_[i].found, *phones_[i].reader, &scope), phones_[i], nullptr);
            const PlannedDevice& device = plan_.devices[i];
            layered[i] = {device.family, device.model, group_of(device.mac), device.whole, at->second, {}, {}};
        }
        const Standing standing = with_those_left();
        Layering out = lay_out(layered, families_, standing);
        for (std::size_t i = 0; i < layered.size(); ++i) {
            plan_.devices[i].layer = std::move(layered[i].own);
            if (plan_.devices[i].known) plan_.devices[i].moved = std::move(layered[i].moved);
        }
        plan_.site = std::move(out.site);
        plan_.models = std::move(out.models);
        if (standing.site_has_others && phones_.size() > 1)
            plan_.notes.emplace_back("the site has other phones: nothing is put into its layer, so that they stay as "
                                     "they are; each phone gets the shared values itself");
    }

    [[nodiscard]] std::string group_of(MacAddress mac) const {
        const auto known = options_.standing.devices.find(mac);
        return known == options_.standing.devices.end() ? std::string{} : known->second.group;
    }

    /// Phones of the tree that are devices already and stay as they are must not be told otherwise by what they share.
    [[nodiscard]] Standing with_those_left() const {
        Standing out = options_.standing;
        std::set<MacAddress> planned;
        for (const PlannedDevice& device : plan_.devices) planned.insert(device.mac);
        for (const auto& [mac, known] : options_.standing.devices) {
            if (planned.contains(mac)) continue;
            out.site_has_others = out.site_has_others || known.site == out.site_name;
            out.other_models.insert(known.family + " " + known.model);
        }
        return out;
    }

    /// The layer of a known device as it will be.
    [[nodiscard]] Layer device_layer(const PlannedDevice& device) const {
        const auto known = options_.standing.devices.find(device.mac);
        if (known == options_.standing.devices.end()) return device.layer;
        LayerBuilder builder(laid_over(known->second.layer, device.layer));
        for (const std::string& name : device.moved) (void)builder.unset(name); // it need not have been stated
        return builder.build();
    }

    /// What the phone will be told, against what it was told.
    void compare(PlannedDevice& device, const Phone& phone) {
        const Standing& stands = options_.standing;
        const Layer site = laid_over(stands.site, plan_.site);
        Layer of_model, of_group;
        if (const auto at = stands.models.find({device.family, device.model}); at != stands.models.end())
            of_model = at->second;
        for (const PlannedModel& model : plan_.models)
            if (model.family == device.family && model.model == device.model)
                of_model = laid_over(of_model, model.layer);
        if (const auto at = stands.groups.find(group_of(device.mac)); at != stands.groups.end()) of_group = at->second;
        const Layer own = device_layer(device);
        const LayerRef refs[]{{LayerKind::vendor_default, &phone.family->defaults()},
                              {LayerKind::fleet, &stands.fleet},
                              {LayerKind::site, &site},
                              {LayerKind::model, &of_model},
                              {LayerKind::group, &of_group},
                              {LayerKind::device, &own}};
        Values written;
        for (const WrittenParameter& p : phone.family->write(Effective(refs), phone.model).parameters)
            if (!p.parameter.value.empty()) written.insert_or_assign(p.parameter.name, p.parameter.value);
        const bool same = comes_back(device.whole, settings_of(written, phone, nullptr));
        for (const auto& [name, value] : phone.values) {
            const auto now = written.find(name);
            if (now != written.end() && now->second == value) continue;
            Kind kind = now == written.end() ? Kind::told_otherwise : Kind::respelled;
            if (!same) kind = Kind::lost;
            if (phone.beyond.contains(name)) kind = Kind::beyond_model;
            add_difference(device, phone, kind, name, value, now == written.end() ? std::string{} : now->second);
        }
        for (const auto& [name, value] : written) {
            if (phone.values.contains(name)) continue;
            const ParameterFacts* facts = phone.family->facts(name);
            const bool by_itself = facts != nullptr && facts->default_value == value;
            add_difference(device, phone, by_itself ? Kind::said_aloud : Kind::added, name, {}, value);
        }
    }

    /// Whether all that the old files said is said again; more may be.
    static bool comes_back(const Layer& before, const Layer& after) {
        return std::all_of(before.begin(), before.end(), [&](const Layer::Entry& entry) {
            const auto now = entry.is_raw() ? after.find_raw(entry.raw_name) : after.find(entry.key);
            return now == entry.value;
        });
    }

    static void add_difference(PlannedDevice& device, const Phone& phone, Kind kind, const std::string& name,
                               std::string was, std::string becomes) {
        if (is_secret(*phone.family, name)) was.clear(), becomes.clear();
        device.differences.push_back({name, kind, std::move(was), std::move(becomes)});
    }

    void count() {
        for (const auto& [i, parameters] : reading_.parameters) {
            FileReport& report = reading_.files[i];
            std::set<std::string_view> names;
            for (const Parameter& parameter : parameters) names.insert(parameter.name);
            const OfFile& of_file = of_file_[i];
            report.parameters = names.size();
            report.left_out = of_file.left_out.size();
            for (const std::string_view view : names) {
                const std::string name(view);
                if (of_file.understood.contains(name))
                    ++report.understood;
                else if (of_file.raw.contains(name))
                    ++report.raw;
                else if (!of_file.left_out.contains(name))
                    ++report.without_effect;
            }
        }
    }

    struct OfFile {
        std::set<std::string> in_force, understood, raw, left_out;
    };

    const Tree& tree_;
    const Families& families_;
    const ImportOptions& options_;
    TreeReading reading_;
    ImportPlan plan_;
    std::vector<Phone> phones_; ///< of plan_.devices
    std::set<MacAddress> twice_;
    std::map<std::size_t, OfFile> of_file_;
};

} // namespace

ImportPlan plan_import(const Tree& tree, const Families& families, const ImportOptions& options) {
    return Planner(tree, families, options).run();
}

} // namespace offhook::config
