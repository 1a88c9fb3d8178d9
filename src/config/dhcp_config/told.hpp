#pragma once
/// @file  ToldPhones: what each family's phones are told by DHCP, before it is put into any server's language.
///
/// Shape   options as they go on the wire; the blocks of 43, 125 and DHCPv6 17 are made here, so that a target writes
///         text where it is text and bytes where it is not.
#include "config/dhcp_config/dhcp_config.hpp"

#include <string>
#include <vector>

namespace offhook::config {

struct ToldOption {
    enum class Kind : std::uint8_t {
        text,      ///< `bytes` as an operator would type it
        addresses, ///< `bytes` are IPv4 addresses, or IPv6 ones in DHCPv6
        binary     ///< anything else: a block of sub-options, or text with a NUL behind it
    };
    std::uint16_t code = 0;
    Kind kind = Kind::text;
    std::string bytes;                                       ///< the option's content
    std::uint32_t enterprise = 0;                            ///< DHCPv4 125 and DHCPv6 17
    std::vector<std::pair<std::uint16_t, std::string>> subs; ///< sub-options in `bytes`, in their order
    std::string comment;                                     ///< one line
};

struct ToldPhones {
    std::string name;                       ///< "offhook-polycom"
    std::string title;                      ///< one line
    std::vector<std::uint32_t> ouis;        ///< PXE clients under these are not meant
    std::vector<std::uint32_t> shared_ouis; ///< those of them in which other devices live too
    std::vector<std::string> class_prefixes;
    std::vector<std::uint32_t> enterprises;
    std::vector<ToldOption> options;   ///< each code once (DHCPv6 17: each enterprise)
    std::vector<std::string> doubts;   ///< one line each: what tells these phones apart, but is not certain
    std::vector<std::string> left_out; ///< one line each: what these phones are not told, and why
};

/// What option 60 of a machine that boots from the network begins with.
inline constexpr std::string_view pxe_class = "PXEClient";

/// Families that nothing can be told have no options and a line in left_out.
/// Errors: as write_dhcp_config().
[[nodiscard]] Result<std::vector<ToldPhones>> what_to_tell(const DhcpConfigRequest& request);

/// "00:04:f2" and "0x0004f2".
[[nodiscard]] std::string hex_with_colons(std::string_view bytes);
[[nodiscard]] std::string hex_digits(std::string_view bytes);
/// Big-endian, for `bytes_count` 1 to 4.
[[nodiscard]] std::string big_endian(std::uint32_t value, unsigned bytes_count);
/// The addresses of Kind::addresses as text.
[[nodiscard]] std::vector<std::string> addresses_of(const ToldOption& option, DhcpVersion version);
/// Printable ASCII from ' ' to '~' alone.
[[nodiscard]] bool is_plain_text(std::string_view text);

} // namespace offhook::config
