#pragma once
/// @file  `offhook import DIRECTORY`: another boot server's files into the catalogue (docs/import.md).
#include "cli/command.hpp"

#include <string>
#include <vector>

namespace CLI {
class App;
}

namespace offhook::cli {

struct TreeArguments {
    std::string directory;
    std::string site, family, key_file;
    std::vector<std::string> models; ///< MODEL, or MAC=MODEL
    bool dry_run = false, update = false, keep_provisioning = false, keep_going = false, settings = false;
};

void add_tree_options(CLI::App& command, TreeArguments& arguments);
/// The exit code: 0 all, 1 something was refused, 2 wrong use.
int import_tree(const Cli& cli, const TreeArguments& arguments);

} // namespace offhook::cli
