#include "cli/import_tree.hpp"

#include "base/text.hpp"
#include "cli/api_client.hpp"
#include "cli/output.hpp"
#include "cli/progress.hpp"
#include "cli/tree_files.hpp"
#include "config/family/loader.hpp"
#include "config/import/plan_text.hpp"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <boost/json/array.hpp>
#include <boost/json/serialize.hpp>
#include <fstream>
#include <iostream>
#include <iterator>

namespace offhook::cli {
namespace {

namespace json = boost::json;
using config::ImportOptions;
using config::ImportPlan;

constexpr std::size_t key_bytes_max = 4096;

Result<ImportOptions> options_of(const TreeArguments& arguments) {
    ImportOptions options;
    options.family = arguments.family;
    for (const std::string& model : arguments.models) {
        const auto equals = model.find('=');
        if (equals == std::string::npos) {
            options.model = model;
            continue;
        }
        const auto mac = MacAddress::from_text(model.substr(0, equals));
        if (!mac) return fail(ErrorCode::invalid, "expected MODEL or MAC=MODEL", "--model " + printable(model, 60));
        options.models[*mac] = model.substr(equals + 1);
    }
    if (!arguments.key_file.empty()) {
        std::ifstream file(arguments.key_file, std::ios::binary);
        if (!file) return fail(ErrorCode::not_found, "the file cannot be read", arguments.key_file);
        std::string key(key_bytes_max, '\0');
        file.read(key.data(), static_cast<std::streamsize>(key.size()));
        key.resize(static_cast<std::size_t>(file.gcount()));
        options.key = trim(key);
    }
    using Provisioning = ImportOptions::Provisioning;
    options.provisioning = arguments.keep_provisioning ? Provisioning::kept : Provisioning::left_out;
    options.known = arguments.update ? ImportOptions::Known::updated : ImportOptions::Known::refused;
    return options;
}

/// {"settings", "secrets_set"}. A secret's value is nobody's to see, and equals none.
config::Layer layer_in(const json::value& row) {
    config::LayerBuilder out;
    const auto* settings = row.is_object() ? row.get_object().if_contains("settings") : nullptr;
    if (settings != nullptr && settings->is_object())
        for (const auto& member : settings->get_object())
            (void)out.set(member.key(), text_of(*settings, member.key())); // what we do not know we do not state
    for (const auto& name : array_of(row, "secrets_set"))
        if (name.is_string()) (void)out.set(std::string_view(name.get_string()), "(hidden)");
    return out.build();
}

/// What the server says is there already.
config::Standing standing_of(const json::value& answer) {
    config::Standing standing;
    for (const auto& row : array_of(answer, "devices"))
        if (const auto mac = MacAddress::from_text(text_of(row, "mac")))
            standing.devices[*mac] = {text_of(row, "site"), text_of(row, "group"), text_of(row, "family"),
                                      text_of(row, "model"), layer_in(row)};
    for (const auto& row : array_of(answer, "model_layers"))
        standing.models[{text_of(row, "family"), text_of(row, "model")}] = layer_in(row);
    if (answer.is_object()) {
        if (const auto* fleet = answer.get_object().if_contains("fleet")) standing.fleet = layer_in(*fleet);
        const auto* groups = answer.get_object().if_contains("groups");
        if (groups != nullptr && groups->is_object())
            for (const auto& group : groups->get_object())
                standing.groups[std::string(group.key())] = layer_in(group.value());
    }
    standing.site_name = text_of(answer, "site");
    for (const auto& model : array_of(answer, "models"))
        if (model.is_string()) standing.other_models.emplace(model.get_string());
    standing.site_has_others = text_of(answer, "site_has_others") == "true";
    standing.site = layer_in(answer);
    return standing;
}

/// Every phone of the tree, whatever is made of it: a first plan without the server knows them.
json::array macs_of(const ImportPlan& plan) {
    std::set<std::string> macs;
    for (const auto& device : plan.devices) macs.insert(device.mac.text());
    for (const auto& conflict : plan.conflicts)
        if (conflict.mac) macs.insert(conflict.mac->text());
    return json::array(macs.begin(), macs.end());
}

enum class Values : std::uint8_t { all, shown };

json::object settings_of(const config::Layer& layer, const config::Family* family, Values values) {
    json::object out;
    for (const auto& entry : layer)
        out[entry.name()] = values == Values::all ? std::string(entry.value) : config::shown_value(entry, family);
    return out;
}

json::object to_json(const ImportPlan& plan, const config::Families& families, Values values) {
    json::array devices, models, phonebook;
    for (const auto& device : plan.devices) {
        json::object settings = settings_of(device.layer, config::find_family(families, device.family), values);
        for (const std::string& name : device.moved) settings[name] = nullptr;
        devices.push_back(json::object{{"mac", device.mac.text()},
                                       {"family", device.family},
                                       {"model", device.model},
                                       {"update", device.known},
                                       {"settings", std::move(settings)}});
    }
    for (const auto& model : plan.models)
        models.push_back(
            json::object{{"family", model.family},
                         {"model", model.model},
                         {"settings", settings_of(model.layer, config::find_family(families, model.family), values)}});
    for (const auto& contact : plan.contacts)
        phonebook.push_back(json::object{{"first_name", contact.first_name},
                                         {"last_name", contact.last_name},
                                         {"number", contact.number},
                                         {"label", contact.label}});
    const auto* family = plan.devices.empty() ? nullptr : config::find_family(families, plan.devices[0].family);
    return json::object{{"settings", settings_of(plan.site, family, values)},
                        {"models", std::move(models)},
                        {"devices", std::move(devices)},
                        {"phonebook", std::move(phonebook)}};
}

json::object report_of(const ImportPlan& plan, const config::Families& families) {
    json::object out = to_json(plan, families, Values::shown);
    json::array files, conflicts;
    for (const auto& file : plan.files)
        files.push_back(json::object{{"path", printable(file.path, 1024)},
                                     {"read", file.verdict == config::FileReport::Verdict::read},
                                     {"refused", file.verdict == config::FileReport::Verdict::refused},
                                     {"what", file.what},
                                     {"why", file.why},
                                     {"parameters", file.parameters},
                                     {"understood", file.understood},
                                     {"raw", file.raw},
                                     {"left_out", file.left_out},
                                     {"without_effect", file.without_effect}});
    for (const auto& conflict : plan.conflicts)
        conflicts.push_back(json::object{{"mac", conflict.mac ? conflict.mac->text() : ""},
                                         {"text", conflict.text},
                                         {"advice", conflict.advice},
                                         {"refused", conflict.weight == config::Conflict::Weight::refuses}});
    out["files"] = std::move(files);
    out["conflicts"] = std::move(conflicts);
    out["left_out"] = json::array(plan.left_out.begin(), plan.left_out.end());
    return out;
}

bool refuses_something(const ImportPlan& plan) {
    return std::any_of(plan.conflicts.begin(), plan.conflicts.end(),
                       [](const auto& conflict) { return conflict.weight == config::Conflict::Weight::refuses; }) ||
           std::any_of(plan.files.begin(), plan.files.end(),
                       [](const auto& file) { return file.verdict == config::FileReport::Verdict::refused; });
}

int stored(const Cli& cli, const TreeArguments& arguments, const ImportPlan& plan, const config::Families& families) {
    json::object body = to_json(plan, families, Values::all);
    body["site"] = arguments.site;
    const auto answer = [&] {
        Progress progress("checks and writes");
        return ApiClient(cli).post_text(
            "/v1/import/tree", json::serialize(body),
            [&progress](std::uint64_t bytes, std::uint64_t total) { progress.sent(bytes, total); });
    }();
    if (!answer) return failed(answer.error());
    if (cli.json) print_json(*answer);
    std::cerr << text_of(*answer, "added") << " devices added, " << text_of(*answer, "changed") << " changed, "
              << text_of(*answer, "entries") << " phonebook entries.\n";
    return exit_done;
}

} // namespace

void add_tree_options(CLI::App& command, TreeArguments& arguments) {
    const std::string group = "Of a directory";
    command.add_flag("--dry-run", arguments.dry_run, "Say what would be done, and change nothing")->group(group);
    command.add_option("--site", arguments.site, "Site that the devices come to; without it the default one")
        ->group(group);
    command.add_option("--family", arguments.family, "Only files of this family")->group(group);
    command
        .add_option("--model", arguments.models,
                    "Model of the phones whose model no log tells, or MAC=MODEL of one; repeatable")
        ->expected(1)
        ->take_all()
        ->group(group);
    command.add_option("--key", arguments.key_file, "File with the key of encrypted configurations")->group(group);
    command.add_flag("--update", arguments.update, "Put settings over those of devices that there are already")
        ->group(group);
    command
        .add_flag("--keep-provisioning", arguments.keep_provisioning,
                  "Also take what says where the old boot server is")
        ->group(group);
    command.add_flag("--settings", arguments.settings, "Show every setting of every phone, but for secrets")
        ->group(group);
}

int import_tree(const Cli& cli, const TreeArguments& arguments) {
    auto options = options_of(arguments);
    if (!options) return failed(options.error()), exit_wrong_use;
    const auto families = config::load_families(cli.packs_directory);
    if (!families) {
        for (const auto& error : families.error()) failed(error);
        return exit_wrong_use;
    }
    if (!arguments.family.empty() && config::find_family(*families, arguments.family) == nullptr)
        return failed({ErrorCode::invalid, "there is no such family", "--family"}), exit_wrong_use;
    const auto tree = read_tree(arguments.directory);
    if (!tree) return failed(tree.error());
    ImportPlan plan = config::plan_import(*tree, *families, *options);
    const json::object question{{"site", arguments.site}, {"macs", macs_of(plan)}};
    const auto answer = ApiClient(cli).post_text("/v1/import/standing", json::serialize(question));
    if (answer) {
        options->standing = standing_of(*answer);
        plan = config::plan_import(*tree, *families, *options);
    } else if (!arguments.dry_run || answer.error().code != ErrorCode::unavailable) {
        return failed(answer.error());
    } else {
        plan.notes.emplace_back("no server runs here, so nothing is known of the devices that it has");
    }
    if (cli.json)
        print_json(report_of(plan, *families));
    else
        std::cout << config::to_text(plan, *families,
                                     arguments.settings ? config::PlanDetail::settings : config::PlanDetail::summary);
    const bool refused = refuses_something(plan);
    if (plan.devices.empty()) {
        std::cerr << "No device to import. Nothing was changed.\n";
        return exit_failed;
    }
    if (arguments.dry_run || (refused && !arguments.keep_going)) {
        std::cerr << "Nothing was changed"
                  << (refused ? ": see NOT READ and REFUSED above (--keep-going imports the rest)" : "") << ".\n";
        return refused ? exit_failed : exit_done;
    }
    const int done = stored(cli, arguments, plan, *families);
    return done == exit_done && refused ? exit_failed : done;
}

} // namespace offhook::cli
