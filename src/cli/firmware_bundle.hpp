#pragma once
/// @file  `offhook firmware import`: a vendor's bundle - a version file and the files that it names - stored as it is.
///
/// Every file is there and readable before the first is sent, and the version file goes last: no phone is told of
/// software that is not there yet. What is stored and served already is not sent again.
#include "cli/command.hpp"

#include <string>
#include <vector>

namespace offhook::cli {

struct BundleArguments {
    std::string version_file, family;
    std::vector<std::string> models;
};

int import_bundle(const Cli& cli, const BundleArguments& arguments);

} // namespace offhook::cli
