/// `offhook asset …`: files that phones fetch and that are neither rendered nor firmware: sounds, licences,
/// dictionaries.
#include "base/text.hpp"
#include "cli/api_client.hpp"
#include "cli/command.hpp"
#include "cli/output.hpp"
#include "cli/stored_file_commands.hpp"

#include <CLI/CLI.hpp>
#include <memory>

namespace offhook::cli {
namespace {

int list(const Cli& cli, const StoredFileArguments& arguments) {
    const auto answer = ApiClient(cli).get("/v1/assets?family=" + percent_encoded(arguments.family));
    if (!answer) return failed(answer.error());
    Table table({"ID", "NAME", "FAMILY", "SITE", "SIZE", "SERVED"});
    for (const auto& row : array_of(*answer, "assets")) {
        if (cli.json) {
            print_json(row);
            continue;
        }
        const std::string family = text_of(row, "family"), site = text_of(row, "site");
        table.add({text_of(row, "id"), text_of(row, "name"), family.empty() ? "any" : family,
                   site.empty() ? "all" : site, bytes_text(to_number<std::uint64_t>(text_of(row, "bytes")).value_or(0)),
                   text_of(row, "served") == "true" ? "yes" : "no"});
    }
    table.print();
    return exit_done;
}

} // namespace

void add_asset(CLI::App& app, Cli& cli) {
    auto* asset = app.add_subcommand("asset", "Other files that phones fetch")->require_subcommand(1);
    auto arguments = std::make_shared<StoredFileArguments>();
    auto* added = asset->add_subcommand("add", "Store a file; the one added last of its name is served");
    added->add_option("FILE", arguments->file, "The file")->required();
    added->add_option("--name", arguments->name, "Path that phones ask for")->required()->type_name("PATH");
    added->add_option("--family", arguments->family, "Only for this family")->type_name("F");
    added->add_option("--site", arguments->site, "Only for this site")->type_name("S");
    added->callback(
        [&cli, arguments] { cli.run = [&cli, arguments] { return add_stored_file(cli, "assets", *arguments); }; });

    auto* listed = asset->add_subcommand("list", "List assets");
    listed->add_option("--family", arguments->family, "Only this family's")->type_name("F");
    listed->callback([&cli, arguments] { cli.run = [&cli, arguments] { return list(cli, *arguments); }; });

    auto* removed = asset->add_subcommand("remove", "Remove an asset");
    removed->add_option("ID", arguments->id, "The asset's number in the list")->required();
    removed->callback(
        [&cli, arguments] { cli.run = [&cli, arguments] { return remove_stored_file(cli, "assets", *arguments); }; });
}

} // namespace offhook::cli
