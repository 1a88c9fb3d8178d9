#include "cli/layer_history.hpp"

#include "cli/api_client.hpp"
#include "cli/mac_option.hpp"
#include "cli/output.hpp"

#include <CLI/CLI.hpp>
#include <iostream>
#include <memory>

namespace offhook::cli {
namespace {

std::string value_text(const boost::json::value& setting, std::string_view member) {
    if (setting.at(member).is_null()) return "-";
    const std::string text = text_of(setting, member);
    return text.empty() ? "\"\"" : text;
}

struct HistoryArguments {
    std::string mac;
    bool show_secrets = false;
};

} // namespace

int show_history(const Cli& cli, const std::string& target) {
    const auto history = ApiClient(cli).get(target);
    if (!history) return failed(history.error());
    if (cli.json) return print_json(*history), exit_done;
    Table table({"REVISION", "TIME", "SETTING", "BEFORE", "AFTER"});
    for (const auto& change : array_of(*history, "changes"))
        for (const auto& setting : array_of(change, "settings"))
            table.add({text_of(change, "revision"), text_of(change, "time"), text_of(setting, "name"),
                       value_text(setting, "before"), value_text(setting, "after")});
    table.print();
    if (table.empty()) std::cerr << "No change of it is known.\n";
    if (text_of(*history, "begins") != "0" && text_of(*history, "begins") == text_of(*history, "made"))
        std::cerr << "It came with revision " << text_of(*history, "made") << ".\n";
    else if (text_of(*history, "begins") != "0")
        std::cerr << "What was changed up to revision " << text_of(*history, "begins") << " is not kept.\n";
    std::cerr << "The catalogue is at revision " << text_of(*history, "revision")
              << "; `offhook render MAC --diff REVISION` shows what has become of a phone's files since.\n";
    return exit_done;
}

void add_device_history(CLI::App& device, Cli& cli) {
    auto arguments = std::make_shared<HistoryArguments>();
    auto* history = device.add_subcommand("history", "Show what was changed in a phone's own settings, newest first");
    add_mac(*history, "MAC", arguments->mac, "MAC address, in any spelling");
    history->add_flag("--show-secrets", arguments->show_secrets, "Show passwords too");
    history->callback([&cli, arguments] {
        cli.run = [&cli, arguments] {
            return show_history(cli, "/v1/devices/" + percent_encoded(arguments->mac) + "/history" +
                                         (arguments->show_secrets ? "?show_secrets=1" : ""));
        };
    });
}

} // namespace offhook::cli
