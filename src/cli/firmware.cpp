/// `offhook firmware …`: images that phones fetch.
#include "base/text.hpp"
#include "cli/api_client.hpp"
#include "cli/command.hpp"
#include "cli/firmware_bundle.hpp"
#include "cli/output.hpp"
#include "cli/stored_file_commands.hpp"

#include <CLI/CLI.hpp>
#include <memory>

namespace offhook::cli {
namespace {

int list_firmware(const Cli& cli, const StoredFileArguments& arguments) {
    const auto answer = ApiClient(cli).get("/v1/firmware?family=" + percent_encoded(arguments.family));
    if (!answer) return failed(answer.error());
    Table table({"ID", "FAMILY", "NAME", "VERSION", "MODELS", "SIZE", "SERVED"});
    for (const auto& row : array_of(*answer, "firmware")) {
        if (cli.json) {
            print_json(row);
            continue;
        }
        std::vector<std::string> models;
        for (const auto& model : array_of(row, "models")) models.emplace_back(model.as_string().c_str());
        table.add({text_of(row, "id"), text_of(row, "family"), text_of(row, "name"), text_of(row, "version"),
                   models.empty() ? "all" : join(models, ","),
                   bytes_text(to_number<std::uint64_t>(text_of(row, "bytes")).value_or(0)),
                   text_of(row, "served") == "true" ? "yes" : "no"});
    }
    table.print();
    return exit_done;
}

} // namespace

void add_firmware(CLI::App& app, Cli& cli) {
    auto* firmware = app.add_subcommand("firmware", "Firmware images that phones fetch")->require_subcommand(1);
    auto arguments = std::make_shared<StoredFileArguments>();
    auto where = std::make_shared<std::string>(); // of a bundle
    auto* added = firmware->add_subcommand("add", "Store an image; the one added last of its name is served");
    auto* file = added->add_option("FILE", arguments->file, "The image");
    added->add_option("--family", arguments->family, "Family of phones")->required()->type_name("F");
    auto* name =
        added->add_option("--name", arguments->name, "Name that phones ask for, such as sip.ld")->type_name("NAME");
    added->add_option("--version", arguments->version, "Its version, for people; of a bundle: as it says itself")
        ->type_name("V");
    auto* bundle =
        added
            ->add_option("--bundle", *where,
                         "Instead of FILE: a vendor's version file, or the folder that has it, with all that "
                         "it names beside it; stored as they are")
            ->type_name("PATH")
            ->check(CLI::ExistingPath);
    bundle->excludes(file)->excludes(name);
    added->add_option("--model", arguments->models, "Only for this model; may be repeated")
        ->type_name("M")
        ->expected(1)
        ->take_all();
    added->callback([&cli, arguments, where] {
        if (where->empty() && arguments->file.empty()) throw CLI::RequiredError("FILE, or --bundle,");
        if (where->empty() && arguments->name.empty()) throw CLI::RequiredError("--name");
        if (where->empty() && arguments->version.empty()) throw CLI::RequiredError("--version");
        cli.run = [&cli, arguments, where] {
            return where->empty() ? add_stored_file(cli, "firmware", *arguments) : add_bundle(cli, *arguments, *where);
        };
    });

    auto* listed = firmware->add_subcommand("list", "List images");
    listed->add_option("--family", arguments->family, "Only this family's")->type_name("F");
    listed->callback([&cli, arguments] { cli.run = [&cli, arguments] { return list_firmware(cli, *arguments); }; });

    auto* removed = firmware->add_subcommand("remove", "Remove an image; the one added before it is served again");
    removed->add_option("ID", arguments->id, "The image's number in the list")->required();
    removed->callback(
        [&cli, arguments] { cli.run = [&cli, arguments] { return remove_stored_file(cli, "firmware", *arguments); }; });
}

} // namespace offhook::cli
