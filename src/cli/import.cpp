/// `offhook import PATH`: many devices from a CSV file (docs/csv-import.md), or a directory (import_tree.cpp).
#include "cli/api_client.hpp"
#include "cli/command.hpp"
#include "cli/import_tree.hpp"
#include "cli/output.hpp"
#include "cli/progress.hpp"

#include <CLI/CLI.hpp>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <iterator>
#include <memory>

namespace offhook::cli {
namespace {

constexpr std::uintmax_t file_bytes_max = 512ULL << 20U;

struct ImportArguments {
    std::string path;
    bool keep_going = false;
    TreeArguments tree;
};

Result<std::string> read_file(const std::string& path) {
    if (path == "-") return std::string(std::istreambuf_iterator<char>(std::cin), {});
    std::error_code error;
    std::ifstream file(path, std::ios::binary);
    if (!file) return fail(ErrorCode::forbidden, "the file is there and cannot be read: see whose it is", path);
    if (std::filesystem::file_size(path, error) > file_bytes_max)
        return fail(ErrorCode::too_large, "larger than 512 MiB; split it", path);
    return std::string(std::istreambuf_iterator<char>(file), {});
}

int import_csv(const Cli& cli, const ImportArguments& arguments) {
    auto text = read_file(arguments.path);
    if (!text) return failed(text.error());
    const auto answer = [&] {
        Progress progress("checks and writes");
        return ApiClient(cli).post_text(
            std::string("/v1/import") + (arguments.keep_going ? "?keep_going=1" : ""), std::move(*text),
            [&progress](std::uint64_t bytes, std::uint64_t total) { progress.sent(bytes, total); });
    }();
    if (!answer) return failed(answer.error()), exit_failed; // the file is wrong, not the command
    if (cli.json) print_json(*answer);
    for (const auto& problem : array_of(*answer, "problems"))
        std::cerr << arguments.path << ": line " << text_of(problem, "line") << ", "
                  << (text_of(problem, "column").empty() ? "row" : "column " + text_of(problem, "column")) << ": "
                  << text_of(problem, "reason") << '\n';
    const std::size_t problems = array_of(*answer, "problems").size();
    std::cerr << text_of(*answer, "added") << " of " << text_of(*answer, "rows") << " devices added";
    if (problems != 0 && !arguments.keep_going)
        std::cerr << "; nothing was changed because of the rows above (--keep-going adds the others)";
    std::cerr << ".\n";
    return problems == 0 ? exit_done : exit_failed;
}

int import(const Cli& cli, ImportArguments& arguments, const CLI::App& command) {
    std::error_code error;
    if (std::filesystem::is_directory(arguments.path, error)) {
        arguments.tree.directory = arguments.path;
        arguments.tree.keep_going = arguments.keep_going;
        return import_tree(cli, arguments.tree);
    }
    if (arguments.path != "-" && !std::filesystem::exists(arguments.path, error))
        return failed({ErrorCode::not_found,
                       "there is no such file or directory. State a CSV file of devices (- is stdin; "
                       "docs/csv-import.md has its header row), or the directory of another boot server",
                       arguments.path});
    for (const CLI::Option* option : command.get_options())
        if (option->get_group() == "Of a directory" && option->count() != 0)
            return failed({ErrorCode::invalid, "is for directories; a CSV file says it itself", option->get_name()}),
                   exit_wrong_use;
    return import_csv(cli, arguments);
}

} // namespace

void add_import(CLI::App& app, Cli& cli) {
    auto arguments = std::make_shared<ImportArguments>();
    auto* command =
        app.add_subcommand("import", "Add many devices: from a CSV file, or from the directory of another boot server");
    command->add_option("PATH", arguments->path, "CSV file with a header row (- is stdin), or a directory")->required();
    command->add_flag("--keep-going", arguments->keep_going, "Add what is good even where something else is bad");
    add_tree_options(*command, arguments->tree);
    command->callback([&cli, arguments, command] {
        cli.run = [&cli, arguments, command] { return import(cli, *arguments, *command); };
    });
}

} // namespace offhook::cli
