#pragma once
/// @file  How a GENBAND IP88xx phone decides between HTTP and TFTP, and finds the server.
///
/// The rules are pure; discover() asks. Source  reference: IP88xx 2 (options, decision order), 8 ([PROVISION]).
/// Parameters of the flash whose name begins with "phone." are this phone's own switches for what no source says.
#include "base/result.hpp"
#include "config/family/family.hpp"
#include "phone/discovery/interview.hpp"
#include "phone/flash.hpp"
#include "protocol/dhcp4/message.hpp"
#include "protocol/url.hpp"

#include <boost/asio/awaitable.hpp>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace offhook::phone::genband {

enum class Switch : std::uint8_t { off, on };

/// What decides in memory, by the names of the configuration file: PROVISION.type and so on, LAN.tftp_server_address.
/// That the last stands in [LAN] is assumed.
struct Memory {
    enum class Type : std::uint8_t { tftp, http } type = Type::tftp; ///< type 0, 1
    std::string https_url, tftp_server;
    std::uint16_t https_port = 443;
    Switch dhcp_get_http = Switch::on, dhcp_get_tftp = Switch::on;
    std::uint8_t http_option = 160; ///< phone.http_option: that it can be set is known, its field is not
    std::string vendor_class;       ///< phone.vendor_class: not known; none is sent
};
/// On unless it says "disable".
[[nodiscard]] Switch read_switch(const Flash& flash, std::string_view name);
[[nodiscard]] Memory read_memory(const Flash& flash);

/// A base URL for files: "http://h[:p][/dir]" or "https://…"; without a port https takes `https_port`.
/// Errors: invalid: a bare host is none.
[[nodiscard]] Result<std::string> check_base(std::string_view text, std::uint16_t https_port);

struct Address {
    std::string base; ///< of all files: "http://10.0.0.5/lg", "tftp://10.0.0.5"
    std::string how;
};
/// 160 -> https_url -> 150 -> 66 -> tftp_server_address. `ack` may be null: nobody answered.
/// `remarks` gets what is not used, and why.
[[nodiscard]] std::optional<Address> decide(const protocol::dhcp4::Message* ack, const Memory& memory,
                                            std::vector<std::string>& remarks);

/// Lifetime: all of it outlives the call.
[[nodiscard]] boost::asio::awaitable<FoundServer> discover(DiscoveryClients& clients, const Flash& flash,
                                                           const config::Model& model, DiscoveryRequest request,
                                                           BootObserver& observer);

} // namespace offhook::phone::genband
