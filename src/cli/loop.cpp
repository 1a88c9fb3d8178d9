/// `offhook loop …`: images and changes of settings that a phone is not offered any more, because it went round in
/// circles with them.
#include "cli/api_client.hpp"
#include "cli/command.hpp"
#include "cli/output.hpp"

#include <CLI/CLI.hpp>
#include <iostream>
#include <memory>

namespace offhook::cli {
namespace {

void list_held_changes(const Cli& cli, const boost::json::value& answer) {
    Table table({"MAC", "SETTING", "OFFERED", "HELD BACK", "REVISION", "BOOTS", "HELD SINCE"});
    const auto shown = [](const boost::json::value& row, std::string_view name) {
        return row.at(name).is_null() ? std::string("-") : text_of(row, name);
    };
    for (const auto& row : array_of(answer, "changes")) {
        if (cli.json)
            print_json(row);
        else
            table.add({text_of(row, "mac"), text_of(row, "setting"), shown(row, "former"), shown(row, "withheld"),
                       text_of(row, "revision"), text_of(row, "boots"), text_of(row, "since")});
    }
    if (!array_of(answer, "changes").empty()) table.print();
}

int list_held(const Cli& cli) {
    const auto answer = ApiClient(cli).get("/v1/loops");
    if (!answer) return failed(answer.error());
    Table table({"MAC", "FILE", "DIGEST", "FETCHES", "FIRST", "HELD SINCE"});
    for (const auto& row : array_of(*answer, "held")) {
        if (cli.json)
            print_json(row);
        else
            table.add({text_of(row, "mac"), text_of(row, "file"), text_of(row, "hash").substr(0, 12),
                       text_of(row, "fetches"), text_of(row, "first"), text_of(row, "since")});
    }
    if (!array_of(*answer, "held").empty()) table.print();
    list_held_changes(cli, *answer);
    if (array_of(*answer, "held").empty() && array_of(*answer, "changes").empty()) std::cerr << "Nothing is held.\n";
    return exit_done;
}

struct Wish {
    std::string mac, name;
};

int release(const Cli& cli, const Wish& wish) {
    std::string target = "/v1/loops/" + percent_encoded(wish.mac);
    if (!wish.name.empty()) target += '/' + percent_encoded(wish.name);
    const auto released = ApiClient(cli).remove(target);
    if (!released) return failed(released.error());
    if (cli.json)
        print_json(*released);
    else
        std::cerr << wish.mac << " is offered " << (wish.name.empty() ? "everything" : wish.name) << " again.\n";
    return exit_done;
}

} // namespace

void add_loop(CLI::App& app, Cli& cli) {
    auto* loop =
        app.add_subcommand("loop",
                           "Images and changes that a phone went round in circles with, and is not offered any more")
            ->require_subcommand(1);
    auto* listed = loop->add_subcommand("list", "List them");
    listed->callback([&cli] { cli.run = [&cli] { return list_held(cli); }; });
    auto wish = std::make_shared<Wish>();
    auto* released = loop->add_subcommand("release", "Offer one again, and count anew");
    released->add_option("MAC", wish->mac, "The phone")->required();
    released->add_option("NAME", wish->name, "The file or the setting, as listed; without it all of that phone");
    released->callback([&cli, wish] { cli.run = [&cli, wish] { return release(cli, *wish); }; });
}

} // namespace offhook::cli
