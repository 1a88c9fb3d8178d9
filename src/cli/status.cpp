/// `offhook status`: whether a server runs on this data, where it listens, how much it holds.
#include "cli/api_client.hpp"
#include "cli/command.hpp"
#include "cli/output.hpp"

#include <CLI/CLI.hpp>
#include <iostream>

namespace offhook::cli {
namespace {

int status(const Cli& cli) {
    const auto answer = ApiClient(cli).get("/v1/status");
    if (!answer) return failed(answer.error());
    if (cli.json) {
        print_json(*answer);
        return exit_done;
    }
    std::cout << "offhook " << text_of(*answer, "version") << ", " << text_of(*answer, "devices")
              << " devices, revision " << text_of(*answer, "revision") << ", " << text_of(*answer, "loops")
              << " loops\n";
    if (const auto held = text_of(*answer, "held_images"); !held.empty() && held != "0")
        std::cout << "  " << held
                  << " images are held back from phones that went round in circles: offhook loop list\n";
    if (const auto held = text_of(*answer, "held_changes"); !held.empty() && held != "0")
        std::cout << "  " << held
                  << " changes are held back from phones that booted for them again and again: offhook loop list\n";
    for (const auto& listener : array_of(*answer, "listeners"))
        std::cout << "  " << text_of(listener, "name") << ' ' << text_of(listener, "address")
                  << (text_of(listener, "unsafe") == "true" ? "  UNSAFE: TLS 1.0 and 1.1, counts as clear" : "")
                  << '\n';
    return exit_done;
}

} // namespace

void add_status(CLI::App& app, Cli& cli) {
    auto* command = app.add_subcommand("status", "Show whether a server runs on this data, and where it listens");
    command->callback([&cli] { cli.run = [&cli] { return status(cli); }; });
}

} // namespace offhook::cli
