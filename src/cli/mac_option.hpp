#pragma once
/// @file  MacOption: MAC addresses on the command line, checked before anything is asked.
#include <string>

namespace CLI {
class App;
class Option;
} // namespace CLI

namespace offhook::cli {

/// A required argument; `name` as in "MAC". What is no MAC address is wrong use: parsing fails.
CLI::Option* add_mac(CLI::App& command, const std::string& name, std::string& place, const std::string& help);

/// Refuses what is neither a MAC address nor empty.
void check_mac(CLI::Option& option);

} // namespace offhook::cli
