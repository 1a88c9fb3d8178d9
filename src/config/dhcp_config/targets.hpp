#pragma once
/// @file  The five languages: what phones are told, as each DHCP server's configuration has it. For dhcp_config.cpp.
///
/// Errors  none: what no target can hold has been refused before (told.hpp).
#include "config/dhcp_config/told.hpp"

namespace offhook::config {

[[nodiscard]] std::string kea_text(const std::vector<ToldPhones>& phones, const DhcpConfigRequest& request);
[[nodiscard]] std::string isc_text(const std::vector<ToldPhones>& phones, const DhcpConfigRequest& request);
[[nodiscard]] std::string dnsmasq_text(const std::vector<ToldPhones>& phones, const DhcpConfigRequest& request);
[[nodiscard]] std::string mikrotik_text(const std::vector<ToldPhones>& phones);
[[nodiscard]] std::string windows_text(const std::vector<ToldPhones>& phones);

/// What every fragment says of a family ahead of its lines: its title, what is not certain, and what it is not told.
[[nodiscard]] std::string about(const ToldPhones& phones, std::string_view comment_mark);
/// The OUIs that a server may look at which cannot except PXE clients.
[[nodiscard]] std::vector<std::uint32_t> ouis_of_its_own(const ToldPhones& phones);
/// A comment that names the others; empty where there are none.
[[nodiscard]] std::string about_shared_ouis(const ToldPhones& phones, std::string_view server);
/// Each line of `text` behind `comment_mark` and a blank.
[[nodiscard]] std::string commented(std::string_view text, std::string_view comment_mark);
/// `text` between two `quote`s, those of `escaped` behind a backslash.
[[nodiscard]] std::string quoted(std::string_view text, char quote, std::string_view escaped);

} // namespace offhook::config
