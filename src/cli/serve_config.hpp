#pragma once
/// @file  offhook.toml: how `offhook serve` is told what to do. Strict: an unknown key is an error with file and line.
///
/// Shape   see packaging/offhook.toml, which holds every key with its default. What the command line says wins.
#include "base/result.hpp"
#include "config/family/loader.hpp"
#include "server/boot_server.hpp"

#include <filesystem>
#include <string_view>

namespace offhook::cli {

struct ServeConfig {
    server::BootServerOptions server;
    std::filesystem::path data_directory;  ///< empty: not stated
    std::filesystem::path packs_directory; ///< empty: not stated
    std::filesystem::path spc_tool;        ///< of `offhook compile`; empty: not stated
};

/// All that is wrong in one go. Errors: not_found for a file that cannot be read; invalid with "offhook.toml:12" in
/// `where`.
[[nodiscard]] config::Checked<ServeConfig> read_serve_config(const std::filesystem::path& path);
/// The same from text; `name` is what errors call it.
[[nodiscard]] config::Checked<ServeConfig> parse_serve_config(std::string_view text, const std::string& name);
/// "http=127.0.0.1:8080". Errors: invalid.
[[nodiscard]] Result<server::ListenerOptions> parse_listener(std::string_view argument);

} // namespace offhook::cli
