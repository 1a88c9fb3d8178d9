#pragma once
/// @file  `offhook device local`, and its table for `offhook device show`.
#include "cli/command.hpp"

#include <boost/json/value.hpp>
#include <string>

namespace offhook::cli {

void add_device_local(CLI::App& device, Cli& cli);
/// The table of /v1/devices/{mac}/local to stdout, and what could not be read to stderr.
void print_local(const boost::json::value& local);
/// The same of a device that has sent such a file; nothing otherwise. `query` is "" or "?show_secrets=1".
void print_local_of(const Cli& cli, const std::string& mac, const std::string& query);

} // namespace offhook::cli
