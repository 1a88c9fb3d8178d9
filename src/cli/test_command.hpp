#pragma once
/// @file  For tests: a command run in this process, with its stdin and stdout turned into strings.
#include "cli/command.hpp"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <iostream>
#include <sstream>
#include <string>
#include <vector>

namespace offhook::cli {

struct Outcome {
    int code = -1;
    std::string out, err;
};

/// `add` adds the command to the program, as main does.
inline Outcome run_command(void (*add)(CLI::App&, Cli&), std::vector<std::string> words, const std::string& input) {
    Cli cli;
    cli.packs_directory = OFFHOOK_SOURCE_DIR "/families";
    CLI::App app("test", "offhook");
    add(app, cli);
    std::reverse(words.begin(), words.end()); // as CLI11 wants them
    app.parse(words);
    std::istringstream in(input);
    std::ostringstream out, err;
    auto* const old_in = std::cin.rdbuf(in.rdbuf());
    auto* const old_out = std::cout.rdbuf(out.rdbuf());
    auto* const old_err = std::cerr.rdbuf(err.rdbuf());
    std::cin.clear();
    Outcome outcome;
    outcome.code = cli.run();
    std::cin.rdbuf(old_in);
    std::cout.rdbuf(old_out);
    std::cerr.rdbuf(old_err);
    outcome.out = out.str();
    outcome.err = err.str();
    return outcome;
}

} // namespace offhook::cli
