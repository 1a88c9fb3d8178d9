/// `offhook render MAC [FILE]`: what a phone is served, where every parameter comes from, and what a change would do.
#include "cli/api_client.hpp"
#include "cli/command.hpp"
#include "cli/mac_option.hpp"
#include "cli/output.hpp"

#include <CLI/CLI.hpp>
#include <iostream>
#include <memory>

namespace offhook::cli {
namespace {

namespace json = boost::json;

struct RenderArguments {
    std::string mac, file;
    std::vector<std::string> diff, unset;
    bool provenance = false, show_secrets = false;
};

int list_files(const Cli& cli, const RenderArguments& arguments) {
    const auto answer = ApiClient(cli).get("/v1/devices/" + percent_encoded(arguments.mac) + "/files");
    if (!answer) return failed(answer.error());
    if (cli.json) {
        print_json(*answer);
        return exit_done;
    }
    Table table({"FILE", "BYTES", "SHARED BY", "WHAT IT IS"});
    for (const auto& file : array_of(*answer, "files"))
        table.add({text_of(file, "name"), text_of(file, "bytes"), text_of(file, "scope"), text_of(file, "summary")});
    table.print();
    for (const auto& note : array_of(*answer, "notes"))
        std::cerr << "note: " << text_of(note, "setting") << ": " << text_of(note, "text") << '\n';
    std::cerr << "`offhook render " << arguments.mac << " FILE` shows one; --provenance says who set what.\n";
    return exit_done;
}

int show_file(const Cli& cli, const RenderArguments& arguments) {
    const auto answer =
        ApiClient(cli).get("/v1/devices/" + percent_encoded(arguments.mac) + "/files/" +
                           percent_encoded(arguments.file) + (arguments.show_secrets ? "?show_secrets=1" : ""));
    if (!answer) return failed(answer.error());
    if (const auto* sealed = answer->if_object() ? answer->as_object().if_contains("sealed") : nullptr;
        sealed != nullptr && sealed->is_object()) {
        const std::string label = text_of(*sealed, "label");
        std::cerr << "Served sealed (" << text_of(*sealed, "seal") << (label.empty() ? "" : ", " + label)
                  << "); this is what is in it.\n";
    }
    if (cli.json) {
        print_json(*answer);
    } else if (arguments.provenance) {
        Table table({"PARAMETER", "VALUE", "LAYER", "SETTING"});
        for (const auto& row : array_of(*answer, "parameters"))
            table.add({text_of(row, "name"), text_of(row, "value"), text_of(row, "layer"), text_of(row, "setting")});
        table.print();
    } else {
        std::cout << text_of(*answer, "text");
    }
    return exit_done;
}

int show_diff(const Cli& cli, const RenderArguments& arguments) {
    SettingOptions options;
    options.set = arguments.diff;
    options.unset = arguments.unset;
    const auto changes = read_changes(options);
    if (!changes) return failed(changes.error()), exit_wrong_use;
    json::object settings;
    for (const SettingChange& change : *changes) {
        if (change.unset)
            settings[change.name] = nullptr;
        else
            settings[change.name] = change.value;
    }
    const auto answer = ApiClient(cli).post("/v1/devices/" + percent_encoded(arguments.mac) + "/diff",
                                            json::object{{"settings", settings}});
    if (!answer) return failed(answer.error());
    if (cli.json) {
        print_json(*answer);
        return exit_done;
    }
    bool any = false;
    for (const auto& file : array_of(*answer, "files")) {
        for (const auto& change : array_of(file, "changes")) {
            if (!any) std::cout << "file, parameter: before -> after\n";
            any = true;
            std::cout << text_of(file, "name") << ", " << text_of(change, "name") << ": " << text_of(change, "before")
                      << " -> " << text_of(change, "after")
                      << (text_of(change, "reboots") == "true" ? "  (reboots the phone)" : "") << '\n';
        }
    }
    std::cerr << (any ? "Nothing was changed; `offhook device set` does it.\n"
                      : "No file of this phone would change.\n");
    return exit_done;
}

} // namespace

void add_render(CLI::App& app, Cli& cli) {
    auto arguments = std::make_shared<RenderArguments>();
    auto* command = app.add_subcommand("render", "Show a phone's files as it is served them");
    add_mac(*command, "MAC", arguments->mac, "The phone");
    command->add_option("FILE", arguments->file, "A file's name; without it the list of files");
    command->add_flag("--provenance", arguments->provenance,
                      "Show each parameter with the layer and setting it comes from");
    command->add_flag("--show-secrets", arguments->show_secrets, "Show passwords too");
    command
        ->add_option("--diff", arguments->diff,
                     "Show what this setting would change in the phone's files; empty hides what broader layers say")
        ->type_name("NAME=VALUE")
        ->allow_extra_args(false);
    command
        ->add_option("--unset", arguments->unset, "With or without --diff: what taking this setting out would change")
        ->type_name("NAME")
        ->allow_extra_args(false);
    command->callback([&cli, arguments] {
        cli.run = [&cli, arguments] {
            if (!arguments->diff.empty() || !arguments->unset.empty()) return show_diff(cli, *arguments);
            return arguments->file.empty() ? list_files(cli, *arguments) : show_file(cli, *arguments);
        };
    });
}

} // namespace offhook::cli
