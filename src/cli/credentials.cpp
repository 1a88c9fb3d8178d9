/// `offhook credentials …`: what a phone, or a site's phones, prove themselves by at the boot server.
#include "base/mac_address.hpp"
#include "cli/api_client.hpp"
#include "cli/command.hpp"
#include "cli/output.hpp"

#include <CLI/CLI.hpp>
#include <fstream>
#include <iostream>
#include <memory>

namespace offhook::cli {
namespace {

namespace json = boost::json;

struct CredentialArguments {
    std::string mac, site, user, password_file;
    bool show_secrets = false, random = false;
};

Result<std::string> path_of(const CredentialArguments& arguments) {
    if (arguments.mac.empty() == arguments.site.empty())
        return fail(ErrorCode::invalid, "say a phone's MAC address, or --site NAME");
    if (!arguments.site.empty()) return "/v1/sites/" + percent_encoded(arguments.site) + "/credentials";
    if (!MacAddress::from_text(arguments.mac))
        return fail(ErrorCode::invalid, "expected a MAC address such as 00:04:f2:ab:cd:ef", arguments.mac);
    return "/v1/devices/" + percent_encoded(arguments.mac) + "/credentials";
}

void print(const Cli& cli, const json::value& credentials) {
    if (cli.json) {
        print_json(credentials);
        return;
    }
    if (text_of(credentials, "has_password") != "true") {
        std::cout << "no credentials of its own\n";
        return;
    }
    std::cout << "user " << text_of(credentials, "user") << '\n';
    const std::string password = text_of(credentials, "password"), previous = text_of(credentials, "previous_password");
    std::cout << "password " << (password.empty() ? "(set; --show-secrets shows it)" : password) << '\n';
    if (text_of(credentials, "has_previous") == "true")
        std::cout << "previous password " << (previous.empty() ? "(still taken)" : previous)
                  << "; `offhook credentials finish` ends it\n";
}

using Action = int (*)(const Cli&, const std::string& path, const CredentialArguments&);

int show(const Cli& cli, const std::string& path, const CredentialArguments& arguments) {
    const auto answer = ApiClient(cli).get(path + (arguments.show_secrets ? "?show_secrets=1" : ""));
    if (!answer) return failed(answer.error());
    print(cli, *answer);
    return exit_done;
}

int set(const Cli& cli, const std::string& path, const CredentialArguments& arguments) {
    json::object body;
    if (!arguments.user.empty()) body["user"] = arguments.user;
    if (arguments.random) body["password"] = "random";
    if (!arguments.password_file.empty()) {
        // From a file: an argument shows in the process list.
        std::ifstream file(arguments.password_file);
        std::string line;
        if (!file || !std::getline(file, line) || line.empty())
            return failed({ErrorCode::not_found, "cannot read a password from it", arguments.password_file});
        body["password"] = line;
    }
    if (body.empty()) {
        std::cerr << "offhook: nothing to set; say --random, --password-from FILE or --user USER\n";
        return exit_wrong_use;
    }
    const auto answer = ApiClient(cli).patch(path, body);
    if (!answer) return failed(answer.error());
    print(cli, *answer);
    return exit_done;
}

int rotate(const Cli& cli, const std::string& path, const CredentialArguments&) {
    const auto answer = ApiClient(cli).post(path + "/rotate", json::object());
    if (!answer) return failed(answer.error());
    print(cli, *answer);
    return exit_done;
}

int finish(const Cli& cli, const std::string& path, const CredentialArguments&) {
    const auto answer = ApiClient(cli).post(path + "/finish", json::object());
    if (!answer) return failed(answer.error());
    print(cli, *answer);
    return exit_done;
}

int remove(const Cli& cli, const std::string& path, const CredentialArguments&) {
    const auto answer = ApiClient(cli).remove(path);
    if (!answer) return failed(answer.error());
    print(cli, *answer);
    return exit_done;
}

} // namespace

void add_credentials(CLI::App& app, Cli& cli) {
    auto* credentials =
        app.add_subcommand("credentials", "Accounts at the boot server, of a phone or of a site's phones")
            ->require_subcommand(1);
    auto arguments = std::make_shared<CredentialArguments>();
    const auto verb = [&](const std::string& word, const std::string& help, Action action) {
        auto* command = credentials->add_subcommand(word, help);
        command->add_option("MAC", arguments->mac, "The phone");
        command->add_option("--site", arguments->site, "The site's account instead of a phone's")->type_name("NAME");
        command->callback([&cli, arguments, action] {
            cli.run = [&cli, arguments, action] {
                const auto path = path_of(*arguments);
                if (!path) return failed(path.error()), exit_wrong_use;
                return action(cli, *path, *arguments);
            };
        });
        return command;
    };
    auto* given = verb("set", "Set user and password; the files that its phones fetch tell them", set);
    given->add_option("--user", arguments->user, "User; without it the MAC address, or the site's name")
        ->type_name("USER");
    auto* random = given->add_flag("--random", arguments->random, "Make a password, and show it");
    given->add_option("--password-from", arguments->password_file, "Read the password from a file's first line")
        ->type_name("FILE")
        ->excludes(random);
    verb("rotate", "Make a new password; the old one is taken until `finish`", rotate);
    verb("finish", "End a rotation: the old password is taken no longer", finish);
    verb("remove", "Take the account away", remove);
    auto* shown = verb("show", "Show the account", show);
    shown->add_flag("--show-secrets", arguments->show_secrets, "Show passwords too");
}

} // namespace offhook::cli
