#pragma once
/// @file  The kernel's neighbour table: which MAC an IPv6 neighbour has, where its address does not tell.
#include "base/ip_address.hpp"
#include "base/mac_address.hpp"

#include <optional>

namespace offhook::server {

/// One question to the kernel, which answers from memory: nothing is sent to the network.
/// nullopt: not known there, or not of Ethernet.
[[nodiscard]] std::optional<MacAddress> ip6_neighbour(const IpAddress& neighbour, unsigned interface);

} // namespace offhook::server
