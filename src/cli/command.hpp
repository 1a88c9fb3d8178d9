#pragma once
/// @file  Command: what the subcommands of `offhook` share.
///
/// Each command is one file with one function add_<noun>(), which states its words, options and help, and sets
/// `cli.run` when it is chosen. Results go to stdout, talk to stderr; --json prints one line per object. Exit codes: 0
/// done, 1 the thing asked for failed, 2 wrong use.
#include "base/result.hpp"

#include <functional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace CLI {
class App;
}

namespace offhook::cli {

inline constexpr int exit_done = 0;
inline constexpr int exit_failed = 1;
inline constexpr int exit_wrong_use = 2;

struct Cli {
    std::string data_directory;  ///< --data, else OFFHOOK_DATA, else /var/lib/offhook
    std::string packs_directory; ///< --packs, else OFFHOOK_PACKS, else where the build or the package put them
    bool json = false;
    std::function<int()> run; ///< set by the chosen command
};

void add_serve(CLI::App& app, Cli& cli);
void add_dhcp_config(CLI::App& app, Cli& cli);
void add_device(CLI::App& app, Cli& cli);
void add_site(CLI::App& app, Cli& cli);
void add_credentials(CLI::App& app, Cli& cli);
void add_guard(CLI::App& app, Cli& cli);
void add_loop(CLI::App& app, Cli& cli);
void add_group(CLI::App& app, Cli& cli);
void add_model(CLI::App& app, Cli& cli);
void add_layer(CLI::App& app, Cli& cli);
void add_import(CLI::App& app, Cli& cli);
void add_render(CLI::App& app, Cli& cli);
void add_timeline(CLI::App& app, Cli& cli);
void add_explain(CLI::App& app, Cli& cli);
void add_sighting(CLI::App& app, Cli& cli);
void add_phonebook(CLI::App& app, Cli& cli);
void add_setting(CLI::App& app, Cli& cli);
void add_pack(CLI::App& app, Cli& cli);
void add_certificate(CLI::App& app, Cli& cli);
void add_status(CLI::App& app, Cli& cli);
void add_boot(CLI::App& app, Cli& cli);
void add_firmware(CLI::App& app, Cli& cli);
void add_asset(CLI::App& app, Cli& cli);
void add_upload(CLI::App& app, Cli& cli);
void add_resync(CLI::App& app, Cli& cli);
void add_compile(CLI::App& app, Cli& cli);
void add_seal(CLI::App& app, Cli& cli); ///< seal and unseal

/// Says it on stderr as "offhook: …" and gives exit_failed.
int failed(const Error& error);

/// Options that state settings: --set NAME=VALUE, --set-from NAME=FILE (for secrets: nothing shows in the process
/// list),
/// --unset NAME.
struct SettingOptions {
    std::vector<std::string> set, set_from, unset;

    enum class Unset : std::uint8_t { offered, not_offered };
    void add_to(CLI::App& command, Unset offer);
    [[nodiscard]] bool empty() const { return set.empty() && set_from.empty() && unset.empty(); }
};
/// One change; no value: unset.
struct SettingChange {
    std::string name, value;
    bool unset = false;
};
/// Errors: invalid for an argument without '='; not_found for a file that cannot be read.
[[nodiscard]] Result<std::vector<SettingChange>> read_changes(const SettingOptions& options);

} // namespace offhook::cli
