/// `offhook seal` and `offhook unseal`: a vendor's file encryption, from stdin to stdout. No server is asked.
#include "base/limits.hpp"
#include "base/text.hpp"
#include "cli/command.hpp"
#include "config/family/loader.hpp"
#include "config/seal/gzip.hpp"

#include <CLI/CLI.hpp>
#include <fstream>
#include <iostream>
#include <memory>

namespace offhook::cli {
namespace {

using config::Seal;

/// A sealed file is longer than the plain one: base64 and line ends.
constexpr std::size_t input_bytes_max = 2 * limits::document_bytes_max;

enum class Direction : std::uint8_t { seal, open };

struct SealArguments {
    std::string family, seal, key, key_file;
    bool gzip = false;
};

/// What is wrong with the key or the file is no wrong use of the command, as an invalid word would be.
int refused(const Error& error) {
    (void)failed(error);
    return exit_failed;
}

int wrong_use(const std::string& text) {
    std::cerr << "offhook: " << text << '\n';
    return exit_wrong_use;
}

/// The seals that the family's documents name, each once.
std::vector<const Seal*> seals_of(const config::Family& family) {
    std::vector<const Seal*> out;
    for (const config::Document& document : family.documents())
        if (document.seal != nullptr && std::find(out.begin(), out.end(), document.seal) == out.end())
            out.push_back(document.seal);
    return out;
}

Result<const Seal*> choose_seal(const Cli& cli, const SealArguments& arguments) {
    if (!arguments.seal.empty()) return config::find_seal(arguments.seal);
    const auto families = config::load_families(cli.packs_directory);
    if (!families) return tl::unexpected(families.error().front());
    const auto* family = config::find_family(*families, arguments.family);
    if (family == nullptr)
        return fail(ErrorCode::not_found, "no pack for this family; `offhook pack list` names them", arguments.family);
    const auto seals = seals_of(*family);
    if (seals.size() == 1) return seals.front();
    if (seals.empty())
        return fail(ErrorCode::not_found,
                    "this family's pack has no sealed documents; --seal takes one of " + config::seal_names(),
                    arguments.family);
    return fail(ErrorCode::conflict, "this family has several seals; choose with --seal", arguments.family);
}

/// The key is the file's first line: an editor ends it with a line end that is no part of it.
Result<std::string> read_key(const SealArguments& arguments) {
    if (arguments.key_file.empty()) return arguments.key;
    std::ifstream file(arguments.key_file);
    std::string line;
    if (!std::getline(file, line))
        return fail(ErrorCode::not_found, "cannot read a key from this file", arguments.key_file);
    if (line.ends_with('\r')) line.pop_back();
    return line;
}

Result<std::string> read_input() {
    std::string out(input_bytes_max + 1, '\0');
    std::cin.read(out.data(), static_cast<std::streamsize>(out.size()));
    out.resize(static_cast<std::size_t>(std::cin.gcount()));
    if (out.size() > input_bytes_max) return fail(ErrorCode::too_large, "the input passes 2 MiB");
    return out;
}

int run(const Cli& cli, const SealArguments& arguments, Direction direction) {
    if (arguments.family.empty() && arguments.seal.empty()) return wrong_use("--family or --seal is needed");
    if (arguments.key.empty() == arguments.key_file.empty()) return wrong_use("either --key or --key-file is needed");
    if (!arguments.seal.empty() && config::find_seal(arguments.seal) == nullptr)
        return wrong_use("no seal '" + printable(arguments.seal, 40) + "'; there are " + config::seal_names());
    const auto seal = choose_seal(cli, arguments);
    if (!seal) return failed(seal.error());
    const auto key = read_key(arguments);
    if (!key) return failed(key.error());
    const auto input = read_input();
    if (!input) return failed(input.error());
    // A file on its own has no phone and no kind to it, so nothing to salt with but itself.
    const bool packs = arguments.gzip && direction == Direction::seal;
    auto output = direction == Direction::open ? (*seal)->open(*input, *key)
                                               : (*seal)->seal(packs ? config::gzip(*input) : *input, *key, "");
    if (output && arguments.gzip && direction == Direction::open)
        output = config::gunzip(*output, limits::document_bytes_max);
    if (!output) return refused(output.error());
    if (const auto label = config::label(**seal); !label.empty()) std::cerr << (*seal)->name() << ": " << label << '\n';
    std::cout.write(output->data(), static_cast<std::streamsize>(output->size()));
    return std::cout.flush() ? exit_done : failed({ErrorCode::unavailable, "cannot write to stdout"});
}

void add(CLI::App& app, Cli& cli, Direction direction, const char* name, const char* help) {
    auto arguments = std::make_shared<SealArguments>();
    auto* command = app.add_subcommand(name, help);
    command->add_option("--family", arguments->family, "Whose encrypted files");
    command->add_option("--seal", arguments->seal, "Which encryption: " + config::seal_names())->type_name("NAME");
    command->add_option("--key", arguments->key, "The phone's file key; the process list shows it");
    command->add_option("--key-file", arguments->key_file, "A file whose first line is the key")->type_name("FILE");
    command->add_flag("--gzip", arguments->gzip,
                      direction == Direction::seal ? "Compress it first, as SPA phones can read it"
                                                   : "Uncompress it after; gzip and deflate are told by their content");
    command->footer("Only the openssl seals are a vendor's own. The others are Offhook's: real phones do not read "
                    "them.");
    command->callback([&cli, arguments, direction] {
        cli.run = [&cli, arguments, direction] { return run(cli, *arguments, direction); };
    });
}

} // namespace

void add_seal(CLI::App& app, Cli& cli) {
    add(app, cli, Direction::seal, "seal", "Encrypt a configuration file as a family does, stdin to stdout");
    add(app, cli, Direction::open, "unseal", "Decrypt a configuration file, stdin to stdout");
}

} // namespace offhook::cli
