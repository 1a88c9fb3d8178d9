/// `offhook setting list`: the vocabulary, from the one table that also validates.
#include "config/settings/setting.hpp"
#include "cli/command.hpp"
#include "cli/output.hpp"

#include <CLI/CLI.hpp>
#include <iostream>
#include <memory>

namespace offhook::cli {
namespace {

std::string values_text(const config::SettingSpec& spec) {
    if (!spec.choices.empty()) return std::string(spec.choices);
    if (spec.type == config::SettingType::number)
        return std::to_string(spec.least) + "-" + std::to_string(spec.most) +
               (spec.unit.empty() ? "" : " " + std::string(spec.unit));
    return {};
}

void print_markdown() {
    std::cout
        << "# Settings\n\nMade by `offhook setting list --markdown`; do not edit. `{n}` counts from 1. An empty value "
           "hides what a\n"
           "broader layer says. Secret settings are sealed in the database and shown only when asked for by name.\n\n"
           "| setting | type | values | secret | what it is |\n| --- | --- | --- | --- | --- |\n";
    for (const config::SettingSpec& spec : config::vocabulary())
        std::cout << "| `" << spec.name << "` | " << to_text(spec.type) << " | " << values_text(spec) << " | "
                  << (spec.secrecy == config::Secrecy::secret ? "yes" : "") << " | " << spec.summary << " |\n";
}

int list(const Cli& cli, bool markdown) {
    if (markdown) {
        print_markdown();
        return exit_done;
    }
    Table table({"SETTING", "TYPE", "VALUES", "WHAT IT IS"});
    for (const config::SettingSpec& spec : config::vocabulary()) {
        if (cli.json)
            print_json(boost::json::object{{"name", spec.name},
                                           {"type", to_text(spec.type)},
                                           {"values", values_text(spec)},
                                           {"index_max", spec.index_max},
                                           {"secret", spec.secrecy == config::Secrecy::secret},
                                           {"summary", spec.summary}});
        else
            table.add({std::string(spec.name), std::string(to_text(spec.type)), values_text(spec),
                       std::string(spec.summary) + (spec.secrecy == config::Secrecy::secret ? " Secret." : "")});
    }
    table.print();
    return exit_done;
}

} // namespace

void add_setting(CLI::App& app, Cli& cli) {
    auto* setting = app.add_subcommand("setting", "The vendor-neutral settings")->require_subcommand(1);
    auto markdown = std::make_shared<bool>(false);
    auto* listed = setting->add_subcommand("list", "List them with types and ranges");
    listed->add_flag("--markdown", *markdown, "As docs/settings.md");
    listed->callback([&cli, markdown] { cli.run = [&cli, markdown] { return list(cli, *markdown); }; });
}

} // namespace offhook::cli
