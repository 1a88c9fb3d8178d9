#include "protocol/ftp/ftp_address.hpp"

#include "base/assert.hpp"
#include "base/text.hpp"

#include <fmt/format.h>

namespace offhook::protocol {

std::string ftp_pasv_text(const IpAddress& address, std::uint16_t port) {
    OFFHOOK_ASSERT(address.is_v4());
    const auto& b = address.bytes();
    return fmt::format("Entering Passive Mode ({},{},{},{},{},{}).", b[12], b[13], b[14], b[15], port >> 8U,
                       port & 0xffU);
}

std::string ftp_epsv_text(std::uint16_t port) { return fmt::format("Entering Extended Passive Mode (|||{}|).", port); }

std::optional<FtpDataAddress> parse_ftp_port(std::string_view argument) {
    const auto pieces = split(trim(argument), ',');
    if (pieces.size() != 6) return std::nullopt;
    std::array<std::uint8_t, 6> numbers{};
    for (std::size_t i = 0; i < 6; ++i) {
        const auto number = to_number<std::uint8_t>(pieces[i]);
        if (!number) return std::nullopt;
        numbers[i] = *number;
    }
    FtpDataAddress out;
    out.address = IpAddress::v4(std::uint32_t{numbers[0]} << 24U | std::uint32_t{numbers[1]} << 16U |
                                std::uint32_t{numbers[2]} << 8U | numbers[3]);
    out.port = static_cast<std::uint16_t>(numbers[4] << 8U | numbers[5]);
    return out;
}

std::optional<FtpDataAddress> parse_ftp_eprt(std::string_view argument) {
    argument = trim(argument);
    if (argument.empty() || argument.size() > 128) return std::nullopt;
    const auto pieces = split(argument, argument.front());
    if (pieces.size() != 5 || !pieces[0].empty() || !pieces[4].empty()) return std::nullopt;
    const auto address = IpAddress::from_text(pieces[2]);
    const auto port = to_number<std::uint16_t>(pieces[3]);
    if (!address || !port) return std::nullopt;
    if (pieces[1] != (address->is_v4() ? "1" : "2")) return std::nullopt;
    return FtpDataAddress{*address, *port};
}

} // namespace offhook::protocol
