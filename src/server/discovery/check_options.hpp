#pragma once
/// @file  Whether the options of a discovery listener make sense, before anything is opened.
#include "base/ip_address.hpp"
#include "base/result.hpp"
#include "server/discovery/discovery_options.hpp"

namespace offhook::server {

/// `at`: the address that selects the interface. Errors: invalid or too_large, saying which key and what would be
/// right.
[[nodiscard]] Result<void> check_options(const PnpOptions& options, const IpAddress& at);
[[nodiscard]] Result<void> check_options(const Dhcp4Options& options, const IpAddress& at);
[[nodiscard]] Result<void> check_options(const Dhcp6Options& options, const IpAddress& at);

} // namespace offhook::server
