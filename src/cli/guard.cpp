/// `offhook guard …`: who is slowed down or shut out for guessing MACs or passwords.
#include "cli/api_client.hpp"
#include "cli/command.hpp"
#include "cli/output.hpp"

#include <CLI/CLI.hpp>
#include <iostream>
#include <memory>

namespace offhook::cli {
namespace {

int list(const Cli& cli) {
    const auto answer = ApiClient(cli).get("/v1/guard");
    if (!answer) return failed(answer.error());
    Table table({"SOURCE", "TRANSPORTS", "STATE", "UNKNOWN MACS", "WRONG LOGINS", "SINCE", "UNTIL"});
    for (const auto& row : array_of(*answer, "sources")) {
        if (cli.json)
            print_json(row);
        else
            table.add({text_of(row, "source"), text_of(row, "transports"), text_of(row, "state"),
                       text_of(row, "unknown_macs"), text_of(row, "failed_logins"), text_of(row, "since"),
                       text_of(row, "until")});
    }
    table.print();
    if (array_of(*answer, "sources").empty()) std::cerr << "Nobody is slowed down or shut out.\n";
    return exit_done;
}

int lift(const Cli& cli, const std::string& source) {
    const auto lifted = ApiClient(cli).remove("/v1/guard/" + percent_encoded(source));
    if (!lifted) return failed(lifted.error());
    if (cli.json)
        print_json(*lifted);
    else
        std::cerr << "Let " << source << " in again.\n";
    return exit_done;
}

} // namespace

void add_guard(CLI::App& app, Cli& cli) {
    auto* guard = app.add_subcommand("guard", "Sources that guess MACs or passwords: slowed down, then shut out")
                      ->require_subcommand(1);
    auto* listed = guard->add_subcommand("list", "List them");
    listed->callback([&cli] { cli.run = [&cli] { return list(cli); }; });
    auto source = std::make_shared<std::string>();
    auto* lifted = guard->add_subcommand("lift", "Let one in again, and forget what was counted");
    lifted->add_option("SOURCE", *source, "Address or /64, as listed")->required();
    lifted->callback([&cli, source] { cli.run = [&cli, source] { return lift(cli, *source); }; });
}

} // namespace offhook::cli
