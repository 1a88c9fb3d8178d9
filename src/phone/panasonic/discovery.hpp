#pragma once
/// @file  How a Panasonic KX-HDV phone finds its pre-provisioning file.
///
/// The rules are pure; discover() asks.
/// Limits   384 characters of a URL, before and after its macros are expanded (before or after is not known).
/// Source   reference: Panasonic 1.1 (order by IP mode), 2 (SIP PnP), 3 (DHCP), 4.1 (macros). Parameters of the flash
///          whose name begins with "phone." are this phone's own switches for what no source says.
#include "base/result.hpp"
#include "config/family/family.hpp"
#include "phone/discovery/interview.hpp"
#include "phone/flash.hpp"
#include "phone/ip_mode.hpp"
#include "phone/panasonic/generation.hpp"
#include "protocol/dhcp6/message.hpp"

#include <boost/asio/awaitable.hpp>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace offhook::phone::panasonic {

inline constexpr std::size_t url_bytes_max = 384;
inline constexpr std::string_view model_file = "{MODEL}.cfg";

enum class Switch : std::uint8_t { off, on };

/// What decides in flash. All is on in a phone out of its box.
struct DiscoverySettings {
    IpMode ip_mode = IpMode::ipv4;                                    ///< IP_ADDR_MODE 0, 1, 2 (R)
    enum class Ipv6 : std::uint8_t { dhcp, other } ipv6 = Ipv6::dhcp; ///< CONNECTION_TYPE_IPV6 1 is DHCP (R)
    Switch pnp = Switch::on, option_160 = Switch::on, option_159 = Switch::on, option_66 = Switch::on,
           dhcp6_option_17 = Switch::on;
    Switch file_with_66 = Switch::off; ///< phone.OPTION67_WITH_66: US models of a sibling family (G:TGP)
    Generation::BareAddress bare_address = Generation::BareAddress::refused; ///< of a NOTIFY or of option 17
    std::string vendor_word = "vender";     ///< phone.PNP_VENDOR_WORD: the phones misspell it (C)
    std::string vendor_class = "Panasonic"; ///< phone.DHCP_VENDOR_CLASS: seen of an older family, not known here
};
[[nodiscard]] DiscoverySettings read_discovery_settings(const Flash& flash);

/// What DHCP told, as text.
struct Told {
    std::optional<std::string> option_160, option_159, option_66, option_67;
};
struct Address {
    std::string url; ///< macros as they stand
    std::string how; ///< "DHCP option 160 with option 67"
};
/// nullopt: nothing that counts.
[[nodiscard]] std::optional<Address> choose(const Told& told, const DiscoverySettings& settings);

/// A URL as the NOTIFY has to carry it: with a scheme, a host and a file name.
/// KX-UTG completes a bare one (G:UTG): its model's file, and a scheme. Errors: invalid, too_large, saying what the
/// phone misses.
[[nodiscard]] Result<std::string> check_url(std::string_view text,
                                            Generation::BareAddress bare = Generation::BareAddress::refused);

/// Sub-option 1 of option 17, of any enterprise: which one is the vendor's is not known.
/// Errors: not_found, and those of check_url().
[[nodiscard]] Result<std::string> url_of(const protocol::dhcp6::Message& reply,
                                         Generation::BareAddress bare = Generation::BareAddress::refused);

/// {MAC} {mac} {MODEL} {fwver}; anything else in braces stays as it is.
struct Macros {
    MacAddress mac;
    std::string model, version;
};
[[nodiscard]] std::string expand(std::string_view text, const Macros& macros);

/// What an installer types: "http://h/pana/" and "http://h/pana" name a directory, in which {MODEL}.cfg is.
[[nodiscard]] std::string typed_url(std::string_view base);

/// `model` as the phone calls itself. Lifetime: all of it outlives the call.
[[nodiscard]] boost::asio::awaitable<FoundServer> discover(DiscoveryClients& clients, const Flash& flash,
                                                           std::string model, DiscoveryRequest request,
                                                           BootObserver& observer);

} // namespace offhook::phone::panasonic
