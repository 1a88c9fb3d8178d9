#pragma once
/// @file  FTP data addresses: what PASV and EPSV answer, what PORT and EPRT ask for.
///
/// Source  RFC 959 section 5.3.2 (PORT); RFC 2428 (EPRT, EPSV).
#include "base/ip_address.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace offhook::protocol {

/// "Entering Passive Mode (192,0,2,1,195,149)." Requires  an IPv4 address.
[[nodiscard]] std::string ftp_pasv_text(const IpAddress& address, std::uint16_t port);
/// "Entering Extended Passive Mode (|||50069|)."
[[nodiscard]] std::string ftp_epsv_text(std::uint16_t port);

struct FtpDataAddress {
    IpAddress address;
    std::uint16_t port = 0;
};

/// "192,0,2,1,195,149". Errors: nullopt.
[[nodiscard]] std::optional<FtpDataAddress> parse_ftp_port(std::string_view argument);
/// "|1|192.0.2.1|50069|" or "|2|2001:db8::1|50069|", with any delimiter. Errors: nullopt, a family that does not match
/// its address included.
[[nodiscard]] std::optional<FtpDataAddress> parse_ftp_eprt(std::string_view argument);

} // namespace offhook::protocol
