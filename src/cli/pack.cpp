/// `offhook pack …`: the family packs, and whether one is right.
#include "cli/command.hpp"
#include "cli/output.hpp"
#include "config/family/loader.hpp"

#include <CLI/CLI.hpp>
#include <iostream>
#include <memory>

namespace offhook::cli {
namespace {

int failed_all(const std::vector<Error>& errors) {
    for (const Error& error : errors) std::cerr << error.text() << '\n';
    return exit_failed;
}

int list(const Cli& cli) {
    const auto families = config::load_families(cli.packs_directory);
    if (!families) return failed_all(families.error());
    Table table({"FAMILY", "TITLE", "MODELS"});
    for (const auto& family : *families) {
        boost::json::array models;
        std::string text;
        for (const config::Model& model : family->models()) {
            models.emplace_back(model.name);
            text += (text.empty() ? "" : " ") + model.name;
        }
        if (cli.json)
            print_json(boost::json::object{
                {"name", family->name()}, {"title", family->title()}, {"models", std::move(models)}});
        else
            table.add({std::string(family->name()), std::string(family->title()), text});
    }
    table.print();
    return exit_done;
}

int check(const Cli&, const std::string& directory) {
    const auto family = config::load_family(std::filesystem::path(directory));
    if (!family) return failed_all(family.error());
    return exit_done;
}

} // namespace

void add_pack(CLI::App& app, Cli& cli) {
    auto* pack = app.add_subcommand("pack", "Family packs: what the server and the virtual phones know of a vendor")
                     ->require_subcommand(1);
    auto* listed = pack->add_subcommand("list", "List families and models");
    listed->callback([&cli] { cli.run = [&cli] { return list(cli); }; });

    auto directory = std::make_shared<std::string>();
    auto* checked = pack->add_subcommand("check", "Check a pack, and show how much of the family it covers");
    checked->add_option("DIR", *directory, "The pack's folder, e.g. families/polycom")->required();
    checked->callback([&cli, directory] { cli.run = [&cli, directory] { return check(cli, *directory); }; });
}

} // namespace offhook::cli
