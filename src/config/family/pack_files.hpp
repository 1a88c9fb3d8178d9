#pragma once
/// @file  What each file of a pack says, read into PackContent. In this order: parameters, models, family, settings.
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

} // namespace offhook::config
