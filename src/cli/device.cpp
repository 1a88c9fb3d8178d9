/// `offhook device …`: phones in the catalogue.
#include "cli/api_client.hpp"
#include "cli/command.hpp"
#include "cli/device_keys.hpp"
#include "cli/device_local.hpp"
#include "cli/layer_history.hpp"
#include "cli/mac_option.hpp"
#include "cli/output.hpp"
#include "cli/settings_json.hpp"

#include <CLI/CLI.hpp>
#include <iostream>
#include <memory>

namespace offhook::cli {
namespace {

namespace json = boost::json;

/// An option that becomes a member of the request's body. Empty text is a value too: it clears.
struct Member {
    const char* name;
    const std::string* value;
    const CLI::Option* option;
};

struct DeviceArguments {
    std::vector<Member> members; // of every verb; those of the chosen one have a count
    std::string mac, new_mac, family, model, site, group, note, serial, wifi_mac;
    bool show_secrets = false, close = false;
    std::uint32_t minutes = 0;
    SettingOptions settings;
};

std::string device_path(const DeviceArguments& arguments) { return "/v1/devices/" + percent_encoded(arguments.mac); }

/// The members that are stated, if only as "".
json::object stated(const DeviceArguments& arguments) {
    json::object out;
    for (const Member& member : arguments.members)
        if (member.option->count() != 0) out[member.name] = *member.value;
    return out;
}

void print_device(const json::value& device) {
    std::cout << text_of(device, "mac") << "  " << text_of(device, "family") << ' ' << text_of(device, "model")
              << ", site " << text_of(device, "site");
    if (!text_of(device, "group").empty()) std::cout << ", group " << text_of(device, "group");
    std::cout << '\n';
    for (const char* member : {"serial", "wifi_mac", "note", "first_contact_until"})
        if (!text_of(device, member).empty()) std::cout << "  " << member << ": " << text_of(device, member) << '\n';
    std::string layers;
    for (const auto& name : array_of(device, "layers"))
        (layers += layers.empty() ? "" : ", ") += std::string_view(name.as_string());
    if (!layers.empty()) std::cout << "  layers: " << layers << '\n';
    print_settings(device);
}

int show(const Cli& cli, const DeviceArguments& arguments) {
    const std::string query = arguments.show_secrets ? "?show_secrets=1" : "";
    const auto device = ApiClient(cli).get(device_path(arguments) + query);
    if (!device) return failed(device.error());
    if (cli.json)
        print_json(*device);
    else
        print_device(*device), print_local_of(cli, arguments.mac, query);
    return exit_done;
}

int list(const Cli& cli, const DeviceArguments& arguments) {
    Table table({"MAC", "FAMILY", "MODEL", "SITE", "GROUP", "LINE 1", "LABEL"});
    std::string after;
    std::size_t count = 0;
    do {
        std::string target = "/v1/devices?limit=1000&after=" + after;
        if (!arguments.site.empty()) target += "&site=" + percent_encoded(arguments.site);
        if (!arguments.family.empty()) target += "&family=" + percent_encoded(arguments.family);
        const auto page = ApiClient(cli).get(target);
        if (!page) return failed(page.error());
        for (const json::value& device : array_of(*page, "devices")) {
            ++count;
            if (cli.json) {
                print_json(device);
                continue;
            }
            const json::value& settings = device.at("settings");
            table.add({text_of(device, "mac"), text_of(device, "family"), text_of(device, "model"),
                       text_of(device, "site"), text_of(device, "group"), text_of(settings, "line.1.user"),
                       text_of(settings, "phone.label")});
        }
        after = text_of(*page, "next");
    } while (!after.empty());
    table.print();
    if (count == 0 && !(arguments.site.empty() && arguments.family.empty()))
        std::cerr << "No device matches.\n";
    else if (count == 0)
        std::cerr << "No devices yet. Add one with `offhook device add`, many with `offhook import FILE.csv`.\n";
    return exit_done;
}

int add(const Cli& cli, const DeviceArguments& arguments) {
    json::object body = stated(arguments);
    body["mac"] = arguments.mac;
    if (const auto changes = add_changes(body, arguments.settings); !changes) return failed(changes.error());
    const auto made = ApiClient(cli).post("/v1/devices", body);
    if (!made) return failed(made.error());
    if (cli.json)
        print_json(*made);
    else
        std::cerr << "Added " << text_of(*made, "mac") << "; its next request is answered.\n";
    return exit_done;
}

int change(const Cli& cli, const DeviceArguments& arguments, const std::vector<std::string>& assignments) {
    SettingOptions settings = arguments.settings;
    settings.set.insert(settings.set.end(), assignments.begin(), assignments.end());
    json::object body = stated(arguments);
    if (settings.empty() && body.empty()) {
        std::cerr << "offhook: nothing to change; say SETTING=VALUE, --unset SETTING, --model M, --group \"\" …\n";
        return exit_wrong_use;
    }
    if (const auto changes = add_changes(body, settings); !changes) return failed(changes.error());
    const auto changed = ApiClient(cli).patch(device_path(arguments), body);
    if (!changed) return failed(changed.error());
    if (cli.json)
        print_json(*changed);
    else
        std::cerr << "Changed " << text_of(*changed, "mac") << "; its next request sees it.\n";
    return exit_done;
}

int remove(const Cli& cli, const DeviceArguments& arguments) {
    const auto removed = ApiClient(cli).remove(device_path(arguments));
    if (!removed) return failed(removed.error());
    if (cli.json)
        print_json(*removed);
    else
        std::cerr << "Removed " << text_of(*removed, "mac") << "; it is a stranger from now on.\n";
    return exit_done;
}

int first_contact(const Cli& cli, const DeviceArguments& arguments) {
    json::object body;
    if (arguments.close)
        body["minutes"] = 0;
    else if (arguments.minutes != 0)
        body["minutes"] = arguments.minutes;
    const auto changed = ApiClient(cli).post(device_path(arguments) + "/first-contact", body);
    if (!changed) return failed(changed.error());
    const std::string until = text_of(*changed, "first_contact_until");
    if (cli.json)
        print_json(*changed);
    else if (until.empty())
        std::cerr << text_of(*changed, "mac") << " may no longer fetch by its MAC address alone.\n";
    else
        std::cerr << text_of(*changed, "mac") << " may fetch by its MAC address alone until " << until
                  << ", or its first complete boot.\n";
    return exit_done;
}

int replace(const Cli& cli, const DeviceArguments& arguments) {
    json::object body = stated(arguments);
    body["mac"] = arguments.new_mac;
    const auto replaced = ApiClient(cli).post(device_path(arguments) + "/replace", body);
    if (!replaced) return failed(replaced.error());
    if (cli.json)
        print_json(*replaced);
    else
        std::cerr << text_of(*replaced, "mac") << " has taken the place of " << arguments.mac
                  << ", with its lines and settings.\n";
    if (text_of(*replaced, "rotate_credentials") == "true")
        std::cerr << "The old phone still has the password: `offhook credentials rotate " << text_of(*replaced, "mac")
                  << "` makes another, and `credentials finish` ends the old one.\n";
    return exit_done;
}

CLI::Option* add_member(CLI::App& command, DeviceArguments& arguments, const char* name, const std::string& option,
                        std::string& value, const std::string& help) {
    auto* made = command.add_option(option, value, help);
    arguments.members.push_back({name, &value, made});
    return made;
}

/// What tells one handset from another.
void add_handset_options(CLI::App& command, DeviceArguments& arguments) {
    add_member(command, arguments, "model", "--model", arguments.model,
               "Model as the family names it, e.g. SPIP650; see `offhook pack list`")
        ->type_name("M");
    add_member(command, arguments, "serial", "--serial", arguments.serial,
               "Serial number, by which some phones identify themselves")
        ->type_name("SN");
    auto* wifi_mac = add_member(command, arguments, "wifi_mac", "--wifi-mac", arguments.wifi_mac,
                                "Wi-Fi MAC address of the same phone");
    wifi_mac->type_name("MAC");
    check_mac(*wifi_mac);
}

void add_place_options(CLI::App& command, DeviceArguments& arguments) {
    add_member(command, arguments, "site", "--site", arguments.site, "Site; without it, or empty, the default site")
        ->type_name("S");
    add_member(command, arguments, "group", "--group", arguments.group,
               "Group whose layer lies between the site's and the device's; empty: none")
        ->type_name("G");
    add_member(command, arguments, "note", "--note", arguments.note, "Remark for people")->type_name("TEXT");
}

} // namespace

void add_device(CLI::App& app, Cli& cli) {
    auto* device = app.add_subcommand("device", "Add, change, list and remove phones")->require_subcommand(1);
    auto arguments = std::make_shared<DeviceArguments>();
    auto assignments = std::make_shared<std::vector<std::string>>();
    const auto mac = [&](CLI::App* command) {
        add_mac(*command, "MAC", arguments->mac, "MAC address, in any spelling");
    };

    auto* added = device->add_subcommand("add", "Add a phone");
    mac(added);
    add_member(*added, *arguments, "family", "--family", arguments->family,
               "Family: polycom, …; see `offhook pack list`")
        ->required()
        ->type_name("F");
    add_handset_options(*added, *arguments);
    add_place_options(*added, *arguments);
    arguments->settings.add_to(*added, SettingOptions::Unset::not_offered);
    added->callback([&cli, arguments] { cli.run = [&cli, arguments] { return add(cli, *arguments); }; });

    auto* changed = device->add_subcommand(
        "set", "Change a phone: settings, model, site …; NAME= states an empty value, --unset takes one out");
    mac(changed);
    changed
        ->add_option("SETTING=VALUE", *assignments,
                     "Settings to change; with nothing behind = the phone has none, whatever broader layers say")
        ->type_name("NAME=VALUE");
    add_handset_options(*changed, *arguments);
    add_place_options(*changed, *arguments);
    arguments->settings.add_to(*changed, SettingOptions::Unset::offered);
    changed->callback([&cli, arguments, assignments] {
        cli.run = [&cli, arguments, assignments] { return change(cli, *arguments, *assignments); };
    });

    auto* shown = device->add_subcommand("show", "Show a phone and its own settings");
    mac(shown);
    shown->add_flag("--show-secrets", arguments->show_secrets, "Show passwords too");
    shown->callback([&cli, arguments] { cli.run = [&cli, arguments] { return show(cli, *arguments); }; });

    auto* listed = device->add_subcommand("list", "List phones");
    listed->add_option("--site", arguments->site, "Only this site's")->type_name("S");
    listed->add_option("--family", arguments->family, "Only this family's")->type_name("F");
    listed->callback([&cli, arguments] { cli.run = [&cli, arguments] { return list(cli, *arguments); }; });

    auto* removed = device->add_subcommand("remove", "Remove a phone and all that is known of it");
    mac(removed);
    removed->callback([&cli, arguments] { cli.run = [&cli, arguments] { return remove(cli, *arguments); }; });

    auto* opened = device->add_subcommand("first-contact", "Let a phone fetch by its MAC alone for its first boot");
    mac(opened);
    auto* minutes =
        opened->add_option("--minutes", arguments->minutes, "For how long; without it the site's own length");
    minutes->type_name("N")->check(CLI::PositiveNumber);
    opened->add_flag("--close", arguments->close, "End it now")->excludes(minutes);
    opened->callback([&cli, arguments] { cli.run = [&cli, arguments] { return first_contact(cli, *arguments); }; });

    add_device_keys(*device, cli);
    add_device_local(*device, cli);
    add_device_history(*device, cli);

    auto* replaced = device->add_subcommand("replace", "Move lines and settings to a replacement phone");
    add_mac(*replaced, "OLDMAC", arguments->mac, "The phone that is taken away");
    add_mac(*replaced, "NEWMAC", arguments->new_mac, "The phone that takes its place");
    add_handset_options(*replaced, *arguments);
    replaced->callback([&cli, arguments] { cli.run = [&cli, arguments] { return replace(cli, *arguments); }; });
}

} // namespace offhook::cli
