/// @file  offhook: a boot server for desk phones, and phones to try it with.
#include "base/edit_distance.hpp"
#include "base/log.hpp"
#include "cli/command.hpp"
#include "cli/version.hpp"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cstdlib>
#include <exception>
#include <iostream>
#include <string>
#include <vector>

namespace {

std::string environment(const char* name, std::string otherwise) {
    const char* value = std::getenv(name); // NOLINT(concurrency-mt-unsafe): before any thread
    return value != nullptr && *value != '\0' ? value : otherwise;
}

/// "; did you mean device?", of a slip of few letters; else nothing.
std::string meant_command(const std::vector<const CLI::App*>& commands, const std::string& word) {
    constexpr std::size_t letters_max = 40, distance_max = 2;
    std::string best;
    std::size_t nearest = distance_max + 1;
    for (const CLI::App* command : commands) {
        if (word.size() > letters_max) break;
        const auto here = offhook::edit_distance(word, command->get_name(), offhook::LetterCase::ignored);
        if (here < nearest) nearest = here, best = command->get_name();
    }
    return best.empty() ? "" : "; did you mean " + best + "?";
}

/// Says the first word that stands where a command belongs and is none; empty: there is no such word. CLI11 says only
/// that a subcommand is missing.
std::string unknown_command(const CLI::App& app, int argc, char** argv) {
    const CLI::App* at = &app;
    for (int i = 1; i < argc; ++i) {
        const std::string word = argv[i];
        if (word.starts_with('-')) {
            const auto* option = word.find('=') == std::string::npos ? app.get_option_no_throw(word) : nullptr;
            if (option != nullptr && option->get_expected_max() > 0) ++i; // its value is no command
            continue;
        }
        if (at->get_require_subcommand_min() == 0) return {};
        const auto all = at->get_subcommands([](const CLI::App*) { return true; });
        const auto found =
            std::find_if(all.begin(), all.end(), [&](const CLI::App* each) { return each->get_name() == word; });
        if (found == all.end())
            return "'" + word + "' is no command here" + meant_command({all.begin(), all.end()}, word);
        at = *found;
    }
    return {};
}

int parse_and_run(int argc, char** argv) {
    offhook::cli::Cli cli;
    cli.data_directory = environment("OFFHOOK_DATA", "/var/lib/offhook");
    cli.packs_directory = environment("OFFHOOK_PACKS", offhook::cli::default_packs_directory());

    CLI::App app("Offhook: a boot server for desk phones, and virtual phones that boot like the real ones.", "offhook");
    app.set_version_flag("--version", std::string("offhook ") + std::string(offhook::cli::version));
    app.require_subcommand(1);
    app.fallthrough();
    app.set_help_all_flag("--help-all", "Help of every command");
    app.footer("Exit codes: 0 done, 1 the thing asked for failed, 2 wrong use.\nDocumentation: docs/ and README.md.");
    app.add_option("--data", cli.data_directory, "Directory of the server's data; also OFFHOOK_DATA")
        ->capture_default_str()
        ->type_name("DIR");
    app.add_option("--packs", cli.packs_directory, "Directory of the family packs; also OFFHOOK_PACKS")
        ->type_name("DIR");
    app.add_flag("--json", cli.json, "Print one line of JSON per object");

    add_serve(app, cli);
    add_status(app, cli);
    add_device(app, cli);
    add_site(app, cli);
    add_group(app, cli);
    add_model(app, cli);
    add_layer(app, cli);
    add_phonebook(app, cli);
    add_setting(app, cli);
    add_firmware(app, cli);
    add_asset(app, cli);
    add_upload(app, cli);
    add_import(app, cli);
    add_render(app, cli);
    add_timeline(app, cli);
    add_explain(app, cli);
    add_resync(app, cli);
    add_sighting(app, cli);
    add_credentials(app, cli);
    add_guard(app, cli);
    add_loop(app, cli);
    add_boot(app, cli);
    add_dhcp_config(app, cli);
    add_pack(app, cli);
    add_compile(app, cli);
    add_seal(app, cli);
    add_certificate(app, cli);

    try {
        app.parse(argc, argv);
    } catch (const CLI::ParseError& error) {
        if (const std::string said = unknown_command(app, argc, argv); error.get_exit_code() != 0 && !said.empty())
            std::cerr << "offhook: " << said << (said.ends_with('?') ? "\n" : ".\n");
        return app.exit(error) == 0 ? offhook::cli::exit_done : offhook::cli::exit_wrong_use;
    }
    return cli.run ? cli.run() : offhook::cli::exit_wrong_use;
}

} // namespace

int main(int argc, char** argv) {
    try {
        return parse_and_run(argc, argv);
    } catch (const std::exception& error) {
        std::cerr << "offhook: " << error.what() << '\n';
        return offhook::cli::exit_failed;
    }
}
