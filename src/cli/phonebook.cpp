/// `offhook phonebook …`: the people a site's phones can look up.
#include "cli/api_client.hpp"
#include "cli/command.hpp"
#include "cli/output.hpp"

#include <CLI/CLI.hpp>
#include <iostream>
#include <memory>

namespace offhook::cli {
namespace {

struct EntryArguments {
    std::string site, first_name, last_name, number, label;
    std::uint64_t id = 0;
};

int list(const Cli& cli, const EntryArguments& arguments) {
    const auto answer = ApiClient(cli).get("/v1/phonebook?site=" + percent_encoded(arguments.site));
    if (!answer) return failed(answer.error());
    Table table({"ID", "SITE", "LAST NAME", "FIRST NAME", "NUMBER", "LABEL"});
    for (const auto& row : array_of(*answer, "entries")) {
        if (cli.json)
            print_json(row);
        else
            table.add({text_of(row, "id"), text_of(row, "site"), text_of(row, "last_name"), text_of(row, "first_name"),
                       text_of(row, "number"), text_of(row, "label")});
    }
    table.print();
    return exit_done;
}

int add(const Cli& cli, const EntryArguments& arguments) {
    const boost::json::object body = {{"site", arguments.site},
                                      {"first_name", arguments.first_name},
                                      {"last_name", arguments.last_name},
                                      {"number", arguments.number},
                                      {"label", arguments.label}};
    const auto made = ApiClient(cli).post("/v1/phonebook", body);
    if (!made) return failed(made.error());
    if (cli.json)
        print_json(*made);
    else
        std::cerr << "Added entry " << text_of(*made, "id") << ".\n";
    return exit_done;
}

int remove(const Cli& cli, const EntryArguments& arguments) {
    const auto answer = ApiClient(cli).remove("/v1/phonebook/" + std::to_string(arguments.id));
    if (!answer) return failed(answer.error());
    std::cerr << "Removed entry " << arguments.id << ".\n";
    return exit_done;
}

} // namespace

void add_phonebook(CLI::App& app, Cli& cli) {
    auto* phonebook = app.add_subcommand("phonebook", "Directory entries of a site's phones")->require_subcommand(1);
    auto arguments = std::make_shared<EntryArguments>();
    auto* listed = phonebook->add_subcommand("list", "List entries");
    listed->add_option("--site", arguments->site, "Only this site's")->type_name("S");
    listed->callback([&cli, arguments] { cli.run = [&cli, arguments] { return list(cli, *arguments); }; });

    auto* added = phonebook->add_subcommand("add", "Add an entry");
    added->add_option("--site", arguments->site, "Site; without it every site's phones show it")->type_name("S");
    added->add_option("--last-name", arguments->last_name, "Last name or what it is called")
        ->required()
        ->type_name("TEXT");
    added->add_option("--first-name", arguments->first_name, "First name")->type_name("TEXT");
    added->add_option("--number", arguments->number, "Number or SIP address")->required()->type_name("NUMBER");
    added->add_option("--label", arguments->label, "Short label, for speed dials")->type_name("TEXT");
    added->callback([&cli, arguments] { cli.run = [&cli, arguments] { return add(cli, *arguments); }; });

    auto* removed = phonebook->add_subcommand("remove", "Remove an entry");
    removed->add_option("ID", arguments->id, "The entry's number in the list")->required();
    removed->callback([&cli, arguments] { cli.run = [&cli, arguments] { return remove(cli, *arguments); }; });
}

} // namespace offhook::cli
