#pragma once
/// @file  What `offhook firmware` and `offhook asset` have in common: sending a file, removing one by its number.
#include "cli/command.hpp"

#include <boost/json/value.hpp>
#include <string>
#include <string_view>
#include <vector>

namespace offhook::cli {

struct StoredFileArguments {
    std::string file, family, name, version, site;
    std::string listed_by; ///< version file that names the image
    std::vector<std::string> models;
    std::uint64_t id = 0;
};

/// Streams the file to /v1/RESOURCE with a progress line at a terminal, and says what was stored.
int add_stored_file(const Cli& cli, std::string_view resource, const StoredFileArguments& arguments);
int remove_stored_file(const Cli& cli, std::string_view resource, const StoredFileArguments& arguments);

} // namespace offhook::cli
