/// `offhook sighting …`: phones that asked and are in no catalogue.
#include "cli/api_client.hpp"
#include "cli/command.hpp"
#include "cli/mac_option.hpp"
#include "cli/output.hpp"
#include "cli/settings_json.hpp"

#include <CLI/CLI.hpp>
#include <iostream>
#include <memory>

namespace offhook::cli {
namespace {

struct SightingArguments {
    std::string mac, family, model, site;
    SettingOptions settings;
};

int list_sightings(const Cli& cli) {
    const auto answer = ApiClient(cli).get("/v1/sightings");
    if (!answer) return failed(answer.error());
    bool is_left_over = false;
    Table table({"MAC", "LOOKS LIKE", "FROM", "SITE BY ADDRESS", "REQUESTS", "LAST SEEN", "LAST FILE", "USER AGENT"});
    for (const auto& row : array_of(*answer, "sightings")) {
        const bool no_network = text_of(row, "site_by") == "no_network";
        is_left_over = is_left_over || no_network;
        if (cli.json)
            print_json(row);
        else
            table.add({text_of(row, "mac"), text_of(row, "family") + " " + text_of(row, "model"),
                       text_of(row, "source"), text_of(row, "site") + (no_network ? " (no network)" : ""),
                       text_of(row, "count"), text_of(row, "last_seen"), text_of(row, "path"),
                       text_of(row, "user_agent")});
    }
    table.print();
    if (is_left_over)
        std::cerr << "Where no site's network has a phone's address, the files that phones share are those of the "
                     "default site. `offhook site list` shows the networks; `offhook site set SITE --network CIDR` "
                     "states those of a site.\n";
    if (array_of(*answer, "sightings").empty()) std::cerr << "No unknown phone has asked for anything.\n";
    return exit_done;
}

int adopt(const Cli& cli, const SightingArguments& arguments) {
    boost::json::object body;
    if (!arguments.family.empty()) body["family"] = arguments.family;
    if (!arguments.model.empty()) body["model"] = arguments.model;
    if (!arguments.site.empty()) body["site"] = arguments.site;
    if (const auto changes = add_changes(body, arguments.settings); !changes) return failed(changes.error());
    const auto made = ApiClient(cli).post("/v1/sightings/" + percent_encoded(arguments.mac) + "/adopt", body);
    if (!made) return failed(made.error());
    if (cli.json)
        print_json(*made);
    else
        std::cerr << "Adopted " << text_of(*made, "mac") << " as " << text_of(*made, "family") << ' '
                  << text_of(*made, "model") << " at site " << text_of(*made, "site") << ".\n";
    return exit_done;
}

int forget(const Cli& cli, const SightingArguments& arguments) {
    const auto answer = ApiClient(cli).remove("/v1/sightings/" + percent_encoded(arguments.mac));
    if (!answer) return failed(answer.error());
    std::cerr << "Forgot " << arguments.mac << ".\n";
    return exit_done;
}

} // namespace

void add_sighting(CLI::App& app, Cli& cli) {
    auto* sighting =
        app.add_subcommand("sighting", "Phones that asked and are not in the catalogue")->require_subcommand(1);
    auto arguments = std::make_shared<SightingArguments>();
    auto* listed = sighting->add_subcommand("list", "List them, newest first");
    listed->callback([&cli] { cli.run = [&cli] { return list_sightings(cli); }; });

    auto* adopted = sighting->add_subcommand("adopt", "Add one to the catalogue");
    add_mac(*adopted, "MAC", arguments->mac, "The phone");
    adopted->add_option("--family", arguments->family, "Family, where it could not be told from what it asked")
        ->type_name("F");
    adopted->add_option("--model", arguments->model, "Model, where its User-Agent did not say")->type_name("M");
    adopted
        ->add_option("--site", arguments->site,
                     "Site; without it the one whose network it asked from, else the default site")
        ->type_name("S");
    arguments->settings.add_to(*adopted, SettingOptions::Unset::not_offered);
    adopted->callback([&cli, arguments] { cli.run = [&cli, arguments] { return adopt(cli, *arguments); }; });

    auto* forgotten = sighting->add_subcommand("forget", "Take one off the list");
    add_mac(*forgotten, "MAC", arguments->mac, "The phone");
    forgotten->callback([&cli, arguments] { cli.run = [&cli, arguments] { return forget(cli, *arguments); }; });
}

} // namespace offhook::cli
