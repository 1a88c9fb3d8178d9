/// `offhook device local MAC`: what was changed on the phone itself, taken over or taken back.
#include "cli/device_local.hpp"

#include "cli/api_client.hpp"
#include "cli/mac_option.hpp"
#include "cli/output.hpp"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <iostream>
#include <memory>

namespace offhook::cli {
namespace {

namespace json = boost::json;

struct LocalArguments {
    std::string mac;
    std::vector<std::string> settings;
    bool adopt = false, discard = false, show_secrets = false;
};

std::string place_of(const std::string& mac) { return "/v1/devices/" + percent_encoded(mac) + "/local"; }

/// "time.server = ntp.example.net (fleet)"
std::string shadow_text(const json::value& setting) {
    const auto* shadow = setting.as_object().if_contains("shadows");
    if (shadow == nullptr) return "nothing";
    const std::string value = text_of(*shadow, "value");
    return (value.empty() ? "an empty value" : value) + " (" + text_of(*shadow, "layer") +
           (text_of(*shadow, "same") == "true" ? ", the same)" : ")");
}

int show(const Cli& cli, const LocalArguments& arguments) {
    const auto local = ApiClient(cli).get(place_of(arguments.mac) + (arguments.show_secrets ? "?show_secrets=1" : ""));
    if (!local) return failed(local.error());
    if (cli.json) return print_json(*local), exit_done;
    if (array_of(*local, "uploads").empty()) {
        std::cerr << arguments.mac << " has sent no file of changes made on it.\n";
        return exit_done;
    }
    print_local(*local);
    if (!array_of(*local, "settings").empty())
        std::cerr
            << "They count before what is served. --adopt takes them into the device's layer, --discard gives the "
               "phone an empty file in their place.\n";
    else if (array_of(*local, "problems").empty())
        std::cerr << "Nothing is changed on the phone.\n";
    return exit_done;
}

int adopt(const Cli& cli, const LocalArguments& arguments) {
    json::object body;
    if (!arguments.settings.empty()) {
        json::array names;
        for (const auto& name : arguments.settings) names.emplace_back(name);
        body["settings"] = std::move(names);
    }
    const auto done = ApiClient(cli).post(place_of(arguments.mac) + "/adopt", body);
    if (!done) return failed(done.error());
    if (cli.json) return print_json(*done), exit_done;
    const auto& names = array_of(*done, "adopted");
    for (const auto& name : names) std::cout << std::string_view(name.as_string()) << '\n';
    if (names.empty())
        std::cerr << "Nothing is changed on the phone.\n";
    else
        std::cerr
            << "The device's layer has them now. The phone goes on with its own value until `offhook device local "
            << arguments.mac << " --discard`.\n";
    return exit_done;
}

int discard(const Cli& cli, const LocalArguments& arguments) {
    const auto done = ApiClient(cli).remove(place_of(arguments.mac));
    if (!done) return failed(done.error());
    if (cli.json) return print_json(*done), exit_done;
    const auto& names = array_of(*done, "discarded");
    if (names.empty()) {
        std::cerr << arguments.mac << " has sent no file of changes made on it.\n";
        return exit_done;
    }
    std::cerr << "The phone finds an empty file with its next boot and goes by what is served; `offhook resync "
              << arguments.mac << "` asks it to boot.\n"
              << "What it sent stays as an older version: `offhook upload list " << arguments.mac
              << "`. A phone that is changed again, or keeps changes of its own, sends a new file.\n";
    return exit_done;
}

int run(const Cli& cli, const LocalArguments& arguments) {
    if (!arguments.settings.empty() && !arguments.adopt) {
        std::cerr << "offhook: settings are named with --adopt only\n";
        return exit_wrong_use;
    }
    if (arguments.adopt) return adopt(cli, arguments);
    return arguments.discard ? discard(cli, arguments) : show(cli, arguments);
}

} // namespace

void print_local(const json::value& local) {
    Table table({"CHANGED ON THE PHONE", "VALUE", "SHADOWS", "SENT"});
    for (const auto& setting : array_of(local, "settings"))
        table.add({text_of(setting, "name"), text_of(setting, "value"), shadow_text(setting),
                   text_of(setting, "stored_at").substr(0, 16)});
    table.print();
    for (const auto& problem : array_of(local, "problems")) {
        std::cerr << "note: " << text_of(problem, "upload");
        if (!text_of(problem, "where").empty()) std::cerr << ", " << text_of(problem, "where");
        std::cerr << ": " << text_of(problem, "text") << '\n';
    }
}

void print_local_of(const Cli& cli, const std::string& mac, const std::string& query) {
    const auto local = ApiClient(cli).get(place_of(mac) + query);
    if (local && !array_of(*local, "uploads").empty()) print_local(*local);
}

void add_device_local(CLI::App& device, Cli& cli) {
    auto arguments = std::make_shared<LocalArguments>();
    auto* local = device.add_subcommand("local", "Show what was changed on the phone itself, adopt it or discard it");
    add_mac(*local, "MAC", arguments->mac, "MAC address, in any spelling");
    local->add_option("SETTING", arguments->settings, "With --adopt: only these");
    auto* adopted = local->add_flag("--adopt", arguments->adopt, "Take the changes into the device's own settings");
    local->add_flag("--discard", arguments->discard, "Give the phone an empty file in the place of its changes")
        ->excludes(adopted);
    local->add_flag("--show-secrets", arguments->show_secrets, "Show passwords too");
    local->callback([&cli, arguments] { cli.run = [&cli, arguments] { return run(cli, *arguments); }; });
}

} // namespace offhook::cli
