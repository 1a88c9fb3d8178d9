#pragma once
/// @file  How a Polycom phone finds its boot server, in either of its programs.
///
/// The rules are pure; discover() asks. Source  reference: Polycom 2.1 (DHCP menu, DHCPINFORM), 2.2 (option 60).
#include "config/family/family.hpp"
#include "phone/discovery/interview.hpp"
#include "phone/flash.hpp"
#include "phone/polycom/release.hpp"
#include "protocol/dhcp4/message.hpp"

#include <boost/asio/awaitable.hpp>
#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace offhook::phone::polycom {

/// The DHCP menu, as flash has it.
struct DhcpMenu {
    enum class BootServer : std::uint8_t { option_66, custom, static_address, custom_then_66 };
    BootServer boot_server = BootServer::custom_then_66; ///< device.dhcp.bootSrvUseOpt 0..3
    std::uint8_t option = 160;                           ///< device.dhcp.bootSrvOpt, 128..254
    enum class Type : std::uint8_t { address, text };
    Type type = Type::text; ///< device.dhcp.bootSrvOptType 0, 1
    enum class VendorClass : std::uint8_t { binary, ascii };
    VendorClass vendor_class = VendorClass::binary; ///< device.dhcp.option60Type 0, 1
    std::chrono::seconds offers_wait{1};            ///< device.dhcp.offerTimeout, 1..600
};
/// What is out of range counts as not set.
[[nodiscard]] DhcpMenu read_dhcp_menu(const Flash& flash);

/// Option 60 of the program that runs. `version` is what that program says of itself.
[[nodiscard]] std::string vendor_class(const DhcpMenu& menu, Stage stage, const config::Model& model,
                                       std::string_view version, std::string_view bootrom_version);

struct BootServer {
    std::string address; ///< IP address, name or URL: as in the Server Menu
    std::string how;
};
/// `remarks` gets what is not used, and why.
[[nodiscard]] std::optional<BootServer> choose(const protocol::dhcp4::Message& ack, const DhcpMenu& menu,
                                               std::vector<std::string>& remarks);

/// Whether a lease without a boot server makes this release ask again with a DHCPINFORM.
[[nodiscard]] bool informs(const Release& release, const Flash& flash);

/// Lifetime: all of it outlives the call.
[[nodiscard]] boost::asio::awaitable<FoundServer> discover(DiscoveryClients& clients, const Flash& flash,
                                                           const config::Model& model, Stage stage,
                                                           DiscoveryRequest request, BootObserver& observer);

} // namespace offhook::phone::polycom
