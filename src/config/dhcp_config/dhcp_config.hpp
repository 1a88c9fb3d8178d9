#pragma once
/// @file  dhcp_config: what to write into an operator's own DHCP server so that phones find their boot server.
///
/// Every value is scoped to a family by vendor class, enterprise number or OUI: an option 66 for everybody would send
/// PXE clients to a phone's boot server.
/// Shape   a fragment in the target's own language, comments included; Kea, ISC and dnsmasq load it as it is.
/// Limits  255 bytes in a DHCPv4 option: phones do not join split ones (RFC 3396).
/// Errors  invalid for a value outside of printable ASCII, for phones that nothing tells apart, and where nothing is
///         left to say; too_large, saying both lengths.
/// Threads any: pure.
/// Source  reference: protocols 3.4 to 3.8, each trap measured against Kea 2.2, ISC 4.4 and dnsmasq 2.90.
#include "config/family/discovery.hpp"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace offhook::config {

enum class DhcpServer : std::uint8_t { kea, isc, dnsmasq, mikrotik, windows };
inline constexpr EnumText<DhcpServer, 5> dhcp_server_text{{{{DhcpServer::kea, "kea"},
                                                            {DhcpServer::isc, "isc"},
                                                            {DhcpServer::dnsmasq, "dnsmasq"},
                                                            {DhcpServer::mikrotik, "mikrotik"},
                                                            {DhcpServer::windows, "windows"}}}};

enum class DhcpVersion : std::uint8_t { v4, v6 };

/// The phones of one family, and what their templates' words stand for.
struct FamilyToTell {
    std::string name;  ///< "polycom": its class is offhook-polycom
    std::string title; ///< for comments
    std::vector<std::uint32_t> ouis;
    Discovery discovery;
    OfferValues values; ///< without `url` the family is left out, and a comment says so
};

struct DhcpConfigRequest {
    DhcpVersion version = DhcpVersion::v4;
    std::vector<FamilyToTell> families;
    std::vector<std::uint16_t> options;      ///< these alone; empty: whatever the families take
    std::optional<std::uint32_t> enterprise; ///< DHCPv6: in place of the packs' where they have an option 17
    std::string hooks_directory = "/usr/lib/x86_64-linux-gnu/kea/hooks"; ///< Kea's, for option 159
};

/// What our classes, options and tags begin with in the operator's configuration.
inline constexpr std::string_view dhcp_config_prefix = "offhook-";

[[nodiscard]] Result<std::string> write_dhcp_config(DhcpServer server, const DhcpConfigRequest& request);

} // namespace offhook::config
