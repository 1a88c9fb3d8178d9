#include "cli/command.hpp"

#include "base/limits.hpp"
#include "base/text.hpp"
#include "config/settings/layer.hpp"

#include <CLI/CLI.hpp>
#include <fstream>
#include <iostream>
#include <iterator>

namespace offhook::cli {
namespace {

Result<std::pair<std::string, std::string>> split_assignment(const std::string& argument) {
    const auto equals = argument.find('=');
    if (equals == std::string::npos || equals == 0)
        return fail(ErrorCode::invalid, "expected NAME=VALUE, as in line.1.user=100", argument.substr(0, equals));
    return std::pair(argument.substr(0, equals), argument.substr(equals + 1));
}

/// A misspelt setting is wrong use, like a misspelt option: found before a server is asked.
Result<void> check_name(const std::string& name) {
    if (name.starts_with(config::Layer::raw_prefix)) return {};
    const auto key = config::find_setting(name);
    if (!key) return fail(ErrorCode::invalid, key.error().message, printable(name));
    return {};
}

Result<std::string> read_value(const std::string& path) {
    std::string text;
    if (path == "-") {
        std::getline(std::cin, text);
        return text;
    }
    std::ifstream file(path, std::ios::binary);
    if (!file) return fail(ErrorCode::not_found, "the file cannot be read", path);
    text.assign(std::istreambuf_iterator<char>(file), {});
    while (!text.empty() && (text.back() == '\n' || text.back() == '\r')) text.pop_back();
    if (text.size() > limits::value_bytes_max) return fail(ErrorCode::too_large, "a value is at most 4096 bytes", path);
    return text;
}

} // namespace

int failed(const Error& error) {
    std::cerr << "offhook: " << error.text() << '\n';
    return error.code == ErrorCode::invalid ? exit_wrong_use : exit_failed;
}

void SettingOptions::add_to(CLI::App& command, Unset offer) {
    command
        .add_option("--set", set,
                    "Set a setting: NAME=VALUE; see `offhook setting list`. raw:PARAMETER=VALUE for the vendor's own")
        ->type_name("NAME=VALUE")
        ->allow_extra_args(false);
    command
        .add_option("--set-from", set_from,
                    "Set a setting to a file's content (- is stdin): keeps secrets out of the process list")
        ->type_name("NAME=FILE")
        ->allow_extra_args(false);
    if (offer == Unset::offered)
        command.add_option("--unset", unset, "Take a setting out, so that a broader layer shows through")
            ->type_name("NAME")
            ->allow_extra_args(false);
}

Result<std::vector<SettingChange>> read_changes(const SettingOptions& options) {
    std::vector<SettingChange> changes;
    for (const std::string& argument : options.set) {
        auto pair = split_assignment(argument);
        if (!pair) return tl::unexpected(pair.error());
        changes.push_back({pair->first, pair->second, false});
    }
    for (const std::string& argument : options.set_from) {
        auto pair = split_assignment(argument);
        if (!pair) return tl::unexpected(pair.error());
        auto value = read_value(pair->second);
        if (!value) return tl::unexpected(value.error());
        changes.push_back({pair->first, std::move(*value), false});
    }
    for (const std::string& name : options.unset) changes.push_back({name, "", true});
    for (const SettingChange& change : changes)
        if (const auto known = check_name(change.name); !known) return tl::unexpected(known.error());
    return changes;
}

} // namespace offhook::cli
