#pragma once
/// @file  How a Linksys SPA phone finds its server.
///
/// Firmware 5.1 knows option 66 alone; later members of the line go through a list. The rules are pure; discover()
/// asks. Source  reference: Linksys 2.2 (option 60, 12, 66 and what stands in for it: single source), 17 (later lists).
#include "config/family/family.hpp"
#include "phone/discovery/interview.hpp"
#include "phone/flash.hpp"
#include "protocol/dhcp4/message.hpp"

#include <boost/asio/awaitable.hpp>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace offhook::phone::linksys {

/// "SPA942" to "SPA-942"; models of later lines have no hyphen: "SPA504G", "SPA8000".
[[nodiscard]] std::string product_name(std::string_view model);
/// "942", "504G".
[[nodiscard]] std::string product_series(std::string_view model);
/// "LINKSYS SPA-942".
[[nodiscard]] std::string vendor_class(std::string_view model);

struct OptionOrder {
    std::vector<std::uint8_t> options;
    /// Without any of them: siaddr, then the DHCP server itself (option 54), as one report of SPA9xx says.
    enum class Fallback : std::uint8_t { none, server_itself } fallback = Fallback::none;
};
/// DHCP_Option_To_Use where it is set; else by the running firmware: from 7 on 66, 160, 159, 150; before that 66.
[[nodiscard]] OptionOrder option_order(const Flash& flash);

struct Address {
    std::string text; ///< host, address or URL
    std::string how;
};
/// `remarks` gets what is not used, and why.
[[nodiscard]] std::optional<Address> choose(const protocol::dhcp4::Message& ack, const OptionOrder& order,
                                            std::vector<std::string>& remarks);

/// Lifetime: all of it outlives the call.
[[nodiscard]] boost::asio::awaitable<FoundServer> discover(DiscoveryClients& clients, const Flash& flash,
                                                           const config::Model& model, DiscoveryRequest request,
                                                           BootObserver& observer);

} // namespace offhook::phone::linksys
