/// `offhook render MAC [FILE]`: what a phone is served, where every parameter comes from, and what a change would do.
#include "base/text.hpp"
#include "cli/api_client.hpp"
#include "cli/command.hpp"
#include "cli/mac_option.hpp"
#include "cli/output.hpp"

#include <CLI/CLI.hpp>
#include <fstream>
#include <iostream>
#include <memory>
#include <utility>

namespace offhook::cli {
namespace {

namespace json = boost::json;

struct RenderArguments {
    std::string mac, file;
    std::vector<std::string> diff, unset;
    bool provenance = false, show_secrets = false;
};

int list_files(const Cli& cli, const RenderArguments& arguments) {
    const auto answer = ApiClient(cli).get("/v1/devices/" + percent_encoded(arguments.mac) + "/files");
    if (!answer) return failed(answer.error());
    if (cli.json) {
        print_json(*answer);
        return exit_done;
    }
    Table table({"FILE", "BYTES", "SHARED BY", "WHAT IT IS"});
    for (const auto& file : array_of(*answer, "files"))
        table.add({text_of(file, "name"), text_of(file, "bytes"), text_of(file, "scope"), text_of(file, "summary")});
    table.print();
    for (const auto& note : array_of(*answer, "notes"))
        std::cerr << "note: " << text_of(note, "setting") << ": " << text_of(note, "text") << '\n';
    std::cerr << "`offhook render " << arguments.mac << " FILE` shows one; --provenance says who set what.\n";
    return exit_done;
}

/// Why the pack believes that the parameter says what it was written for: "[G] installer guide".
std::string evidence_of(const json::value& row) {
    const std::string mark = text_of(row, "confidence"), source = text_of(row, "source");
    return mark.empty() ? source : "[" + mark + "] " + source;
}

int show_file(const Cli& cli, const RenderArguments& arguments) {
    const auto answer =
        ApiClient(cli).get("/v1/devices/" + percent_encoded(arguments.mac) + "/files/" +
                           percent_encoded(arguments.file) + (arguments.show_secrets ? "?show_secrets=1" : ""));
    if (!answer) return failed(answer.error());
    if (const auto* sealed = answer->if_object() ? answer->as_object().if_contains("sealed") : nullptr;
        sealed != nullptr && sealed->is_object()) {
        const std::string label = text_of(*sealed, "label");
        std::cerr << "Served sealed (" << text_of(*sealed, "seal") << (label.empty() ? "" : ", " + label)
                  << "); this is what is in it.\n";
    }
    if (cli.json) {
        print_json(*answer);
    } else if (arguments.provenance) {
        Table table({"PARAMETER", "VALUE", "LAYER", "SETTING", "EVIDENCE", "LOCAL"});
        bool local = false, inferred = false;
        for (const auto& row : array_of(*answer, "parameters")) {
            table.add({text_of(row, "name"), text_of(row, "value"), text_of(row, "layer"), text_of(row, "setting"),
                       evidence_of(row), text_of(row, "local")});
            local = local || row.as_object().contains("local");
            inferred = inferred || text_of(row, "confidence") == "I";
        }
        table.print();
        if (inferred) std::cerr << "[I] is inferred: nobody has seen a phone take it so.\n";
        if (local)
            std::cerr << "LOCAL was changed on the phone and counts there: `offhook device local " << arguments.mac
                      << "`.\n";
    } else {
        std::cout << text_of(*answer, "text");
    }
    return exit_done;
}

/// A file on this machine, as the body's "text". Errors: not_found, too_large.
Result<std::string> text_of_file(const std::string& path) {
    constexpr std::size_t bytes_max = 1U << 20U; // of a document
    std::ifstream file(path, std::ios::binary);
    if (!file)
        return fail(ErrorCode::not_found,
                    "cannot be read; --diff takes NAME=VALUE, a revision's number, or a file of the phone's", path);
    std::string text(bytes_max + 1, '\0');
    file.read(text.data(), static_cast<std::streamsize>(text.size()));
    text.resize(static_cast<std::size_t>(file.gcount()));
    if (file.bad()) return fail(ErrorCode::not_found, "cannot be read", path);
    if (text.size() > bytes_max) return fail(ErrorCode::too_large, "a file of a phone is 1 MiB at most", path);
    if (!is_printable_utf8(text, LineBreaks::allowed))
        return fail(ErrorCode::invalid, "it is no text in UTF-8; an encrypted file cannot be compared", path);
    return text;
}

bool is_setting(const std::string& argument) {
    const auto equals = argument.find('=');
    return equals != std::string::npos && argument.find('/') > equals;
}

/// What to compare with, as the API wants it. Errors: wrong use.
Result<json::object> diff_body(const RenderArguments& arguments) {
    json::object body;
    if (!arguments.file.empty()) body["file"] = arguments.file;
    const bool other = arguments.diff.size() == 1 && arguments.unset.empty() && !is_setting(arguments.diff.front());
    if (other) {
        const std::string& with = arguments.diff.front();
        if (const auto revision = to_number<std::uint64_t>(with)) {
            body["revision"] = *revision;
            return body;
        }
        if (arguments.file.empty())
            return fail(ErrorCode::invalid,
                        "--diff takes NAME=VALUE, a revision's number or, where FILE is stated, a file on disk", with);
        auto text = text_of_file(with);
        if (!text) return tl::unexpected(text.error());
        body["text"] = std::move(*text);
        return body;
    }
    SettingOptions options;
    options.set = arguments.diff;
    options.unset = arguments.unset;
    const auto changes = read_changes(options);
    if (!changes) return tl::unexpected(changes.error());
    json::object settings;
    for (const SettingChange& change : *changes) {
        if (change.unset)
            settings[change.name] = nullptr;
        else
            settings[change.name] = change.value;
    }
    body["settings"] = std::move(settings);
    return body;
}

/// One line: "FILE, PARAMETER (SETTING, LAYER): before -> after  (reboots the phone)".
void print_change(const std::string& file, const json::value& change) {
    const auto value = [&](const char* member) {
        return change.at(member).is_null() ? "(not there)" : text_of(change, member);
    };
    std::string who = text_of(change, "setting");
    if (const auto layer = text_of(change, "layer"); !layer.empty() && layer != who)
        who += (who.empty() ? "" : ", ") + layer;
    std::cout << file << ", " << text_of(change, "name") << (who.empty() ? "" : " (" + who + ")") << ": "
              << value("before") << " -> " << value("after")
              << (text_of(change, "reboots") == "true" ? "  (reboots the phone)" : "") << '\n';
}

int show_diff(const Cli& cli, const RenderArguments& arguments) {
    const auto body = diff_body(arguments);
    if (!body) return failed(body.error()), exit_wrong_use;
    const auto answer = ApiClient(cli).post("/v1/devices/" + percent_encoded(arguments.mac) + "/diff" +
                                                (arguments.show_secrets ? "?show_secrets=1" : ""),
                                            *body);
    if (!answer) return failed(answer.error());
    if (cli.json) {
        print_json(*answer);
        return exit_done;
    }
    bool any = false;
    for (const auto& file : array_of(*answer, "files"))
        for (const auto& change : array_of(file, "changes")) {
            if (!std::exchange(any, true)) std::cout << "file, parameter (setting, layer): before -> after\n";
            print_change(text_of(file, "name"), change);
        }
    for (const auto& note : array_of(*answer, "notes"))
        std::cerr << "note: " << std::string_view(note.as_string()) << '\n';
    if (body->contains("settings"))
        std::cerr << (any ? "Nothing was changed; `offhook device set` does it.\n"
                          : "No file of this phone would change.\n");
    else if (!any)
        std::cerr << "No parameter differs.\n";
    return exit_done;
}

} // namespace

void add_render(CLI::App& app, Cli& cli) {
    auto arguments = std::make_shared<RenderArguments>();
    auto* command = app.add_subcommand("render", "Show a phone's files as it is served them");
    add_mac(*command, "MAC", arguments->mac, "The phone");
    command->add_option("FILE", arguments->file, "A file's name; without it the list of files");
    command->add_flag("--provenance", arguments->provenance,
                      "Show each parameter with the layer and setting it comes from, and why the pack believes in it");
    command->add_flag("--show-secrets", arguments->show_secrets, "Show passwords too");
    command
        ->add_option("--diff", arguments->diff,
                     "Compare the phone's files, or FILE: with what this setting would make of them (empty hides what "
                     "broader layers say), with what they were at a revision of the catalogue, or with a file on disk")
        ->type_name("NAME=VALUE|REVISION|PATH")
        ->allow_extra_args(false);
    command
        ->add_option("--unset", arguments->unset, "With or without --diff: what taking this setting out would change")
        ->type_name("NAME")
        ->allow_extra_args(false);
    command->callback([&cli, arguments] {
        cli.run = [&cli, arguments] {
            if (!arguments->diff.empty() || !arguments->unset.empty()) return show_diff(cli, *arguments);
            return arguments->file.empty() ? list_files(cli, *arguments) : show_file(cli, *arguments);
        };
    });
}

} // namespace offhook::cli
