/// `offhook upload …`: what phones sent.
#include "base/text.hpp"
#include "cli/api_client.hpp"
#include "cli/command.hpp"
#include "cli/mac_option.hpp"
#include "cli/output.hpp"

#include <CLI/CLI.hpp>
#include <fstream>
#include <iostream>
#include <memory>

namespace offhook::cli {
namespace {

struct UploadArguments {
    std::string mac, name, out;
    std::uint32_t version = 0; // 0: the current one
};

std::string place_of(const UploadArguments& arguments) {
    return "/v1/devices/" + percent_encoded(arguments.mac) + "/uploads";
}

int list(const Cli& cli, const UploadArguments& arguments) {
    const auto answer = ApiClient(cli).get(place_of(arguments));
    if (!answer) return failed(answer.error());
    Table table({"NAME", "VERSION", "CURRENT", "SIZE", "STORED", "OVER", "FROM"});
    for (const auto& row : array_of(*answer, "uploads")) {
        if (cli.json)
            print_json(row);
        else
            table.add({text_of(row, "name"), text_of(row, "version"), text_of(row, "current") == "true" ? "yes" : "",
                       bytes_text(to_number<std::uint64_t>(text_of(row, "bytes")).value_or(0)),
                       text_of(row, "stored_at"), text_of(row, "transport"), text_of(row, "source")});
    }
    table.print();
    return exit_done;
}

int show(const Cli& cli, const UploadArguments& arguments) {
    std::string target = place_of(arguments) + "/" + percent_encoded(arguments.name);
    if (arguments.version != 0) target += "?version=" + std::to_string(arguments.version);
    const auto content = ApiClient(cli).get_bytes(target);
    if (!content) return failed(content.error());
    if (arguments.out.empty()) {
        std::cout.write(content->data(), static_cast<std::streamsize>(content->size())).flush();
        return exit_done;
    }
    std::ofstream file(arguments.out, std::ios::binary | std::ios::trunc);
    file.write(content->data(), static_cast<std::streamsize>(content->size()));
    file.close();
    if (!file) return failed({ErrorCode::invalid, "cannot be written", arguments.out});
    std::cerr << "Wrote " << bytes_text(content->size()) << " to " << arguments.out << ".\n";
    return exit_done;
}

int remove(const Cli& cli, const UploadArguments& arguments) {
    const auto answer = ApiClient(cli).remove(place_of(arguments) + "/" + percent_encoded(arguments.name));
    if (!answer) return failed(answer.error());
    if (cli.json)
        print_json(*answer);
    else
        std::cerr << "Removed all versions of " << text_of(*answer, "name") << ".\n";
    return exit_done;
}

} // namespace

void add_upload(CLI::App& app, Cli& cli) {
    auto* upload =
        app.add_subcommand("upload", "Files that phones sent: logs, overrides, directories")->require_subcommand(1);
    auto arguments = std::make_shared<UploadArguments>();
    auto* listed = upload->add_subcommand("list", "List what a phone sent, the newest version of each first");
    add_mac(*listed, "MAC", arguments->mac, "MAC address, in any spelling");
    listed->callback([&cli, arguments] { cli.run = [&cli, arguments] { return list(cli, *arguments); }; });

    auto* shown = upload->add_subcommand("show", "Print an upload as it came");
    add_mac(*shown, "MAC", arguments->mac, "MAC address, in any spelling");
    shown->add_option("NAME", arguments->name, "As listed, or the file's name")->required();
    shown->add_option("--version", arguments->version, "An older version")->type_name("N");
    shown->add_option("--out", arguments->out, "Write it to a file")->type_name("FILE");
    shown->callback([&cli, arguments] { cli.run = [&cli, arguments] { return show(cli, *arguments); }; });

    auto* removed = upload->add_subcommand("remove", "Remove all versions of an upload");
    add_mac(*removed, "MAC", arguments->mac, "MAC address, in any spelling");
    removed->add_option("NAME", arguments->name, "As listed, or the file's name")->required();
    removed->callback([&cli, arguments] { cli.run = [&cli, arguments] { return remove(cli, *arguments); }; });
}

} // namespace offhook::cli
