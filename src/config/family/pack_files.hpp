#pragma once
/// @file  What each file of a pack says, read into PackContent. In this order: parameters, models, family, settings,
/// discovery.
#include "config/family/pack.hpp"
#include "config/family/toml_reader.hpp"

namespace offhook::config {

struct PackFile {
    Problems& problems;
    const std::string& name; ///< "polycom/settings.toml"
    const toml::table& root;
};

void read_parameters(const PackFile& file, PackContent& content);
void read_models(const PackFile& file, PackContent& content);
void read_family(const PackFile& file, PackContent& content);
void read_settings(const PackFile& file, PackContent& content);
void read_discovery(const PackFile& file, PackContent& content);

/// Of a document in family.toml: what it says of contacts. Its content, scope and fixed values are known.
void read_directory(TomlReader& row, const PackFile& file, Document& document);
/// Of family.toml: log_shape and [[log_line]].
void read_log_lines(TomlReader& root, const PackFile& file, PackContent& content);
void check_logs(const PackFile& file, const PackContent& content);
/// Gives an upload or asset the names of the document that it stands beside, if it does.
void name_beside(TomlReader& row, const PackContent& content, OtherFile& other);
void check_beside(const PackFile& file, const PackContent& content);

/// G C U I B, as docs/packs.md has them.
[[nodiscard]] bool is_confidence_mark(std::string_view mark);

} // namespace offhook::config
