/// `offhook pack …`: the family packs, and whether one is right.
#include "cli/command.hpp"
#include "cli/output.hpp"
#include "config/family/check.hpp"
#include "config/family/loader.hpp"
#include "config/family/scaffold.hpp"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <filesystem>
#include <iostream>
#include <memory>

namespace offhook::cli {
namespace {

int failed_all(const std::vector<Error>& errors) {
    for (const Error& error : errors) std::cerr << error.text() << '\n';
    return exit_failed;
}

int list_packs(const Cli& cli) {
    const auto families = config::load_families(cli.packs_directory);
    if (!families) return failed_all(families.error());
    Table table({"FAMILY", "TITLE", "MATURITY", "MODELS"});
    for (const auto& family : *families) {
        boost::json::array models;
        std::string text;
        for (const config::Model& model : family->models()) {
            models.emplace_back(model.name);
            text += (text.empty() ? "" : " ") + model.name;
        }
        if (cli.json)
            print_json(boost::json::object{{"name", family->name()},
                                           {"title", family->title()},
                                           {"maturity", family->maturity()},
                                           {"models", std::move(models)}});
        else
            table.add(
                {std::string(family->name()), std::string(family->title()), std::string(family->maturity()), text});
    }
    table.print();
    return exit_done;
}

struct CheckArguments {
    std::string directory;
    bool names = false;
};

boost::json::array texts(const std::vector<std::string>& values) {
    boost::json::array out;
    for (const std::string& value : values) out.emplace_back(value);
    return out;
}

boost::json::object to_json(const config::Family& family, const config::Coverage& coverage,
                            const std::vector<std::string>& warnings) {
    boost::json::array columns;
    for (const auto& column : coverage.columns)
        columns.push_back(
            boost::json::object{{"name", column.name}, {"known", column.known}, {"missing", texts(column.missing)}});
    return {{"family", family.name()},
            {"maturity", family.maturity()},
            {"parameters", coverage.parameters},
            {"columns", std::move(columns)},
            {"models", coverage.models},
            {"documents", coverage.documents},
            {"rows", coverage.rows},
            {"classes", coverage.classes},
            {"offers", texts(coverage.offers)},
            {"settings", coverage.settings},
            {"settings_without_row", texts(coverage.without_row)},
            {"settings_without_need", coverage.without_need},
            {"one_way", texts(coverage.one_way)},
            {"inferred_rows", texts(coverage.inferred)},
            {"many_to_one", texts(coverage.many_to_one)},
            {"warnings", texts(warnings)}};
}

int check_one(const Cli& cli, const CheckArguments& arguments, const std::filesystem::path& folder) {
    const auto family = config::load_family(folder);
    if (!family) return failed_all(family.error());
    const auto coverage = config::coverage_of(**family);
    std::vector<std::string> warnings;
    for (const Error& warning : config::warnings_of(folder)) warnings.push_back(warning.text());
    for (const std::string& warning : warnings) std::cerr << "warning: " << warning << '\n';
    if (cli.json)
        print_json(to_json(**family, coverage, warnings));
    else
        std::cout << to_text(**family, coverage, arguments.names ? config::Detail::names : config::Detail::summary);
    return exit_done;
}

/// A pack, or each of those in a folder of packs.
int check(const Cli& cli, const CheckArguments& arguments) {
    const std::filesystem::path folder(arguments.directory);
    std::error_code error;
    std::vector<std::filesystem::path> packs;
    if (!std::filesystem::exists(folder / "family.toml", error))
        for (const auto& entry : std::filesystem::directory_iterator(folder, error))
            if (std::filesystem::exists(entry.path() / "family.toml", error)) packs.push_back(entry.path());
    if (packs.empty()) return check_one(cli, arguments, folder);
    std::sort(packs.begin(), packs.end());
    int worst = exit_done;
    for (const auto& pack : packs) {
        if (pack != packs.front() && !cli.json) std::cout << '\n';
        worst = std::max(worst, check_one(cli, arguments, pack));
    }
    return worst;
}

struct NewArguments {
    std::string name, title, directory = ".";
};

int make(const Cli& cli, const NewArguments& arguments) {
    const auto folder = config::scaffold(arguments.directory, arguments.name, arguments.title);
    if (!folder)
        return failed(folder.error()), folder.error().code == ErrorCode::invalid ? exit_wrong_use : exit_failed;
    if (cli.json)
        print_json(boost::json::object{{"family", arguments.name}, {"folder", folder->string()}});
    else
        std::cout << folder->string() << '\n';
    std::cerr
        << "Next:\n"
           "  1. family.toml, models.toml: who asks, for which files. samples/requests.txt says what must come of\n"
           "     a request.\n"
           "  2. parameters.toml, settings.toml: what our settings are called there, and where you know it from.\n"
           "     golden/ says what must come of settings.\n"
           "  3. discovery.toml: what the phones can be told; README.md: for people.\n"
        << "  4. offhook pack check " << folder->string() << " --names\n"
        << "The language is docs/packs.md. What stands there now is an example, marked I: replace all of it.\n";
    return exit_done;
}

} // namespace

void add_pack(CLI::App& app, Cli& cli) {
    auto* pack = app.add_subcommand("pack", "Family packs: what the server and the virtual phones know of a vendor")
                     ->require_subcommand(1);
    auto* listed = pack->add_subcommand("list", "List families and models");
    listed->callback([&cli] { cli.run = [&cli] { return list_packs(cli); }; });

    auto fresh = std::make_shared<NewArguments>();
    auto* made = pack->add_subcommand("new", "Make a new family's folder, with an example in each file");
    made->add_option("NAME", fresh->name, "The family's name, e.g. acme-desk: letters, digits and '-'")->required();
    made->add_option("--title", fresh->title, "What people call it, e.g. \"Acme Desk 100/200\"")->required();
    made->add_option("--in", fresh->directory, "Where the folder is made; here without it")->type_name("DIR");
    made->callback([&cli, fresh] { cli.run = [&cli, fresh] { return make(cli, *fresh); }; });

    auto arguments = std::make_shared<CheckArguments>();
    auto* checked = pack->add_subcommand("check", "Check a pack, and show how much of the family it covers");
    checked
        ->add_option("DIR", arguments->directory, "The pack's folder, e.g. families/polycom, or one that holds packs")
        ->required();
    checked->add_flag("--names", arguments->names, "Name every parameter and setting that is missing something");
    checked->callback([&cli, arguments] { cli.run = [&cli, arguments] { return check(cli, *arguments); }; });
}

} // namespace offhook::cli
