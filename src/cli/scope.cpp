/// `offhook site …`, `offhook group …`, `offhook model …`, `offhook layer …`: what many phones share.
#include "base/text.hpp"
#include "cli/api_client.hpp"
#include "cli/command.hpp"
#include "cli/layer_history.hpp"
#include "cli/output.hpp"
#include "cli/settings_json.hpp"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <iostream>
#include <memory>

namespace offhook::cli {
namespace {

namespace json = boost::json;

struct ScopeArguments {
    std::vector<const CLI::Option*> options; // of every verb; those of the chosen one have a count
    std::string name, title, token, policy, site;
    std::vector<std::string> networks, assignments;
    std::uint32_t first_contact = 0;
    bool show_secrets = false;
    SettingOptions settings;
};

/// Without the empty ones: `--network ""` says that there are none.
json::array filled_texts(const std::vector<std::string>& values) {
    json::array out;
    for (const std::string& value : values)
        if (!value.empty()) out.emplace_back(value);
    return out;
}

std::string joined(const json::array& values) {
    std::string out;
    for (const auto& value : values) {
        if (!out.empty()) out += ' ';
        out += std::string_view(value.as_string());
    }
    return out;
}

/// The options that are stated, if only as "": that takes a token, a policy, a title out.
json::object stated(const ScopeArguments& arguments) {
    const auto is_stated = [&](const std::string& name) {
        return std::any_of(arguments.options.begin(), arguments.options.end(), [&](const CLI::Option* option) {
            return option->check_lname(name) && option->count() != 0;
        });
    };
    json::object out;
    if (is_stated("title")) out["title"] = arguments.title;
    if (is_stated("token")) out["token"] = arguments.token;
    if (is_stated("network")) out["networks"] = filled_texts(arguments.networks);
    if (is_stated("policy")) out["policy"] = arguments.policy;
    if (is_stated("first-contact")) out["first_contact_minutes"] = arguments.first_contact;
    if (is_stated("site")) out["site"] = arguments.site;
    return out;
}

int list(const Cli& cli, const std::string& kind) {
    const auto answer = ApiClient(cli).get("/v1/" + kind + "s");
    if (!answer) return failed(answer.error());
    const bool sites = kind == "site";
    Table table(
        sites ? std::vector<std::string>{"SITE", "TITLE", "DEVICES", "NETWORKS", "TOKEN", "POLICY", "FIRST CONTACT"}
              : std::vector<std::string>{"GROUP", "TITLE", "DEVICES"});
    for (const json::value& row : array_of(*answer, kind + "s")) {
        if (cli.json) {
            print_json(row);
            continue;
        }
        std::vector<std::string> cells = {text_of(row, "name"), text_of(row, "title"), text_of(row, "devices")};
        if (sites) {
            cells.push_back(joined(array_of(row, "networks")));
            const bool rotating = text_of(row, "has_previous_token") == "true";
            cells.push_back(rotating ? "rotating" : text_of(row, "has_token") == "true" ? "yes" : "");
            cells.push_back(text_of(row, "policy"));
            const std::string minutes = text_of(row, "first_contact_minutes");
            cells.push_back(minutes == "0" ? "" : minutes + " min");
        }
        table.add(std::move(cells));
    }
    table.print();
    return exit_done;
}

/// A token is worth nothing to an operator who cannot read it: it is shown once, when it was made.
void print_token(const json::value& site) {
    const std::string token = text_of(site, "token");
    if (token.empty()) return;
    std::cerr << "Its phones may use http://SERVER/" << token << "/ as their address.\n";
}

int add(const Cli& cli, const std::string& kind, const ScopeArguments& arguments) {
    json::object body = stated(arguments);
    body["name"] = arguments.name;
    if (const auto changes = add_changes(body, arguments.settings); !changes) return failed(changes.error());
    const auto made = ApiClient(cli).post("/v1/" + kind + "s", body);
    if (!made) return failed(made.error());
    if (cli.json)
        print_json(*made);
    else
        std::cerr << "Added " << kind << ' ' << arguments.name << ".\n";
    if (!cli.json) print_token(*made);
    return exit_done;
}

int change(const Cli& cli, const std::string& kind, const ScopeArguments& arguments) {
    const json::object body = stated(arguments);
    if (body.empty()) {
        std::cerr
            << "offhook: nothing to change; say --title, --token, --network, --policy or --first-contact, with \"\" "
               "to take it out. Its settings: `offhook layer set "
            << kind << '/' << arguments.name << " NAME=VALUE`\n";
        return exit_wrong_use;
    }
    const auto changed = ApiClient(cli).patch("/v1/" + kind + "s/" + percent_encoded(arguments.name), body);
    if (!changed) return failed(changed.error());
    if (cli.json)
        print_json(*changed);
    else
        std::cerr << "Changed " << kind << ' ' << arguments.name << ".\n";
    if (!cli.json) print_token(*changed);
    return exit_done;
}

int rotate_token(const Cli& cli, const std::string& kind, const ScopeArguments& arguments) {
    const auto site =
        ApiClient(cli).post("/v1/" + kind + "s/" + percent_encoded(arguments.name) + "/token/rotate", json::object());
    if (!site) return failed(site.error());
    if (cli.json) return print_json(*site), exit_done;
    print_token(*site);
    std::cerr << "The old token is taken until `offhook site finish-token " << arguments.name << "`.\n";
    return exit_done;
}

int finish_token(const Cli& cli, const std::string& kind, const ScopeArguments& arguments) {
    const auto site =
        ApiClient(cli).post("/v1/" + kind + "s/" + percent_encoded(arguments.name) + "/token/finish", json::object());
    if (!site) return failed(site.error());
    if (cli.json) return print_json(*site), exit_done;
    std::cerr << "The old token of " << arguments.name << " is taken no longer.\n";
    return exit_done;
}

int remove(const Cli& cli, const std::string& kind, const ScopeArguments& arguments) {
    const auto removed = ApiClient(cli).remove("/v1/" + kind + "s/" + percent_encoded(arguments.name));
    if (!removed) return failed(removed.error());
    if (cli.json)
        print_json(*removed);
    else
        std::cerr << "Removed " << kind << ' ' << arguments.name << ".\n";
    return exit_done;
}

/// "fleet", "site/NAME", "model/FAMILY/MODEL", "group/NAME" to the API's path.
Result<std::string> layer_path(const std::string& scope) {
    const auto wrong = fail(
        ErrorCode::invalid,
        "a layer is fleet, site/NAME, model/FAMILY/MODEL or group/NAME (a phone's own: `offhook device set`)", scope);
    if (scope == "fleet") return "/v1/layers/fleet";
    const auto slash = scope.find('/');
    const std::string kind = scope.substr(0, slash);
    if (slash == std::string::npos || slash + 1 == scope.size()) return wrong;
    const std::string name = scope.substr(slash + 1);
    if (kind == "site" || kind == "group") return "/v1/layers/" + kind + "/" + percent_encoded(name);
    const auto words = split(name, '/');
    if (kind != "model" || words.size() != 2 || words[0].empty() || words[1].empty()) return wrong;
    return "/v1/layers/model/" + percent_encoded(words[0]) + '/' + percent_encoded(words[1]);
}

int list_models(const Cli& cli) {
    const auto answer = ApiClient(cli).get("/v1/models");
    if (!answer) return failed(answer.error());
    Table table({"MODEL", "DEVICES", "SETTINGS"});
    for (const json::value& row : array_of(*answer, "models")) {
        if (cli.json)
            print_json(row);
        else
            table.add({text_of(row, "family") + '/' + text_of(row, "model"), text_of(row, "devices"),
                       text_of(row, "settings")});
    }
    table.print();
    return exit_done;
}

int show_layer(const Cli& cli, const ScopeArguments& arguments) {
    const auto path = layer_path(arguments.name);
    if (!path) return failed(path.error()), exit_wrong_use;
    const auto layer = ApiClient(cli).get(*path + (arguments.show_secrets ? "?show_secrets=1" : ""));
    if (!layer) return failed(layer.error());
    if (cli.json) {
        print_json(*layer);
    } else {
        std::cout << "layer " << arguments.name << '\n';
        print_settings(*layer);
    }
    return exit_done;
}

int layer_history(const Cli& cli, const ScopeArguments& arguments) {
    const auto path = layer_path(arguments.name);
    if (!path) return failed(path.error()), exit_wrong_use;
    return show_history(cli, *path + "/history" + (arguments.show_secrets ? "?show_secrets=1" : ""));
}

int set_layer(const Cli& cli, const ScopeArguments& arguments) {
    const auto path = layer_path(arguments.name);
    if (!path) return failed(path.error()), exit_wrong_use;
    SettingOptions settings = arguments.settings;
    settings.set.insert(settings.set.end(), arguments.assignments.begin(), arguments.assignments.end());
    if (settings.empty()) {
        std::cerr << "offhook: nothing to change; say SETTING=VALUE or --unset SETTING\n";
        return exit_wrong_use;
    }
    json::object body;
    if (const auto changes = add_changes(body, settings); !changes) return failed(changes.error());
    const auto changed = ApiClient(cli).patch(*path, body);
    if (!changed) return failed(changed.error());
    if (cli.json)
        print_json(*changed);
    else
        std::cerr << "Changed layer " << arguments.name << "; the next request of every phone under it sees it.\n";
    return exit_done;
}

using ScopeAction = int (*)(const Cli&, const std::string&, const ScopeArguments&);

void add_scope(CLI::App& app, Cli& cli, const std::string& kind, const std::string& summary) {
    auto* scope = app.add_subcommand(kind, summary)->require_subcommand(1);
    auto arguments = std::make_shared<ScopeArguments>();
    const auto verb = [&, scope](const std::string& word, const std::string& help, ScopeAction action) {
        auto* command = scope->add_subcommand(word, help);
        command->add_option("NAME", arguments->name, "Name")->required();
        command->callback([&cli, kind, arguments, action] {
            cli.run = [&cli, kind, arguments, action] { return action(cli, kind, *arguments); };
        });
        return command;
    };
    const auto options = [&](CLI::App* command) {
        const auto keep = [&arguments](CLI::Option* option) {
            arguments->options.push_back(option);
            return option;
        };
        keep(command->add_option("--title", arguments->title, "What people call it"))->type_name("TEXT");
        if (kind != "site") {
            keep(command->add_option("--site", arguments->site, "Only phones of this site may join"))->type_name("S");
            return;
        }
        keep(command->add_option("--network", arguments->networks,
                                 "Source networks of this site, by which a file without a MAC is its own"))
            ->type_name("CIDR")
            ->allow_extra_args(false);
        keep(command->add_option("--policy", arguments->policy,
                                 "Proof that a phone's files need, as in 'private.clear=token public.tls=token'; what "
                                 "is not named stays, empty goes back to the default; docs/security.md"))
            ->type_name("WORDS");
        keep(command->add_option("--first-contact", arguments->first_contact,
                                 "Minutes in which a phone that is added here may fetch by its MAC alone, until its "
                                 "first complete boot; 0: no such window"))
            ->type_name("MINUTES");
        keep(command->add_option("--token", arguments->token,
                                 "Secret first folder of this site's addresses; 'random' makes one, empty revokes it"))
            ->type_name("TOKEN");
    };
    auto* added = verb("add", "Add a " + kind, add);
    options(added);
    arguments->settings.add_to(*added, SettingOptions::Unset::not_offered);
    if (kind == "site") options(verb("set", "Change a site (its settings: `offhook layer set site/NAME`)", change));
    if (kind == "site") {
        verb("rotate-token", "Make a new token; the old one is taken until finish-token", rotate_token);
        verb("finish-token", "End the token's rotation: the old one is taken no longer", finish_token);
    }
    verb("remove", "Remove a " + kind + " that has no devices", remove);
    auto* listed = scope->add_subcommand("list", "List the " + kind + "s");
    listed->callback([&cli, kind] { cli.run = [&cli, kind] { return list(cli, kind); }; });
}

} // namespace

void add_site(CLI::App& app, Cli& cli) {
    add_scope(app, cli, "site", "Places or customers whose phones share settings and files");
}
void add_group(CLI::App& app, Cli& cli) {
    add_scope(app, cli, "group", "Phones that share settings across or inside sites");
}

/// `show`, `set` and `history` of a layer. `prefix` stands before the name that is typed.
static void add_layer_verbs(CLI::App& parent, Cli& cli, const std::string& prefix, const std::string& place,
                            const std::string& place_help) {
    auto arguments = std::make_shared<ScopeArguments>();
    auto* shown = parent.add_subcommand("show", "Show a layer's settings");
    auto* changed =
        parent.add_subcommand("set", "Change a layer's settings; NAME= states an empty value, --unset takes one out");
    auto* told = parent.add_subcommand("history", "Show what was changed in a layer, newest first");
    for (auto* verb : {shown, changed, told}) verb->add_option(place, arguments->name, place_help)->required();
    for (auto* verb : {shown, told}) verb->add_flag("--show-secrets", arguments->show_secrets, "Show passwords too");
    changed->add_option("SETTING=VALUE", arguments->assignments, "Settings to change");
    arguments->settings.add_to(*changed, SettingOptions::Unset::offered);
    const auto runs = [&cli, arguments, prefix](int (*action)(const Cli&, const ScopeArguments&)) {
        return [&cli, arguments, prefix, action] {
            arguments->name = prefix + arguments->name;
            cli.run = [&cli, arguments, action] { return action(cli, *arguments); };
        };
    };
    shown->callback(runs(show_layer));
    changed->callback(runs(set_layer));
    told->callback(runs(layer_history));
}

void add_model(CLI::App& app, Cli& cli) {
    auto* model = app.add_subcommand("model", "Settings that all phones of a model share, wherever they are")
                      ->require_subcommand(1);
    add_layer_verbs(*model, cli, "model/", "FAMILY/MODEL", "A family and its model: panasonic/KX-HDV130");
    auto* listed = model->add_subcommand("list", "List the models that have devices or settings");
    listed->callback([&cli] { cli.run = [&cli] { return list_models(cli); }; });
}

void add_layer(CLI::App& app, Cli& cli) {
    auto* layer =
        app.add_subcommand("layer", "Settings that many phones share: fleet, site/NAME, model/FAMILY/MODEL, group/NAME")
            ->require_subcommand(1);
    add_layer_verbs(*layer, cli, "", "SCOPE", "fleet, site/NAME, model/FAMILY/MODEL or group/NAME");
}

} // namespace offhook::cli
