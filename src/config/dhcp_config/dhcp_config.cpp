#include "config/dhcp_config/dhcp_config.hpp"

#include "base/text.hpp"
#include "config/dhcp_config/targets.hpp"

#include <algorithm>
#include <fmt/format.h>
#include <iterator>

namespace offhook::config {

std::string commented(std::string_view text, std::string_view comment_mark) {
    std::string out;
    for (const std::string_view line : split(text, '\n')) {
        out += comment_mark;
        if (!line.empty()) out.append(" ").append(line);
        out += '\n';
    }
    return out;
}

std::string about(const ToldPhones& phones, std::string_view comment_mark) {
    std::string out = commented(phones.title.empty() ? phones.name : phones.title, comment_mark);
    for (const std::string& line : phones.doubts) out += commented("Not certain: " + line + ".", comment_mark);
    for (const std::string& line : phones.left_out) out += commented("Left out: " + line + ".", comment_mark);
    return out;
}

std::vector<std::uint32_t> ouis_of_its_own(const ToldPhones& phones) {
    std::vector<std::uint32_t> out;
    std::copy_if(phones.ouis.begin(), phones.ouis.end(), std::back_inserter(out), [&](std::uint32_t oui) {
        return std::find(phones.shared_ouis.begin(), phones.shared_ouis.end(), oui) == phones.shared_ouis.end();
    });
    return out;
}

std::string about_shared_ouis(const ToldPhones& phones, std::string_view server) {
    if (phones.shared_ouis.empty()) return {};
    std::string out =
        fmt::format("# Left out: MACs in which other devices live too; {} cannot except those that boot by "
                    "PXE:\n",
                    server);
    constexpr std::size_t per_line = 16;
    for (std::size_t i = 0; i < phones.shared_ouis.size(); ++i)
        out += fmt::format("{}{:06x}{}", i % per_line == 0 ? "# " : " ", phones.shared_ouis[i],
                           i % per_line == per_line - 1 || i + 1 == phones.shared_ouis.size() ? "\n" : "");
    return out;
}

std::string quoted(std::string_view text, char quote, std::string_view escaped) {
    std::string out(1, quote);
    for (const char c : text) {
        if (escaped.find(c) != std::string_view::npos) out += '\\';
        out += c;
    }
    return out + quote;
}

Result<std::string> write_dhcp_config(DhcpServer server, const DhcpConfigRequest& request) {
    if (request.version == DhcpVersion::v6 && (server == DhcpServer::mikrotik || server == DhcpServer::windows))
        return fail(ErrorCode::invalid, "DHCPv6 is written for kea, isc and dnsmasq alone",
                    std::string(dhcp_server_text.to_text(server)));
    const auto phones = what_to_tell(request);
    if (!phones) return tl::unexpected(phones.error());
    switch (server) {
    case DhcpServer::kea:
        return kea_text(*phones, request);
    case DhcpServer::isc:
        return isc_text(*phones, request);
    case DhcpServer::dnsmasq:
        return dnsmasq_text(*phones, request);
    case DhcpServer::mikrotik:
        return mikrotik_text(*phones);
    case DhcpServer::windows:
        return windows_text(*phones);
    }
    return fail(ErrorCode::invalid, "no such DHCP server");
}

} // namespace offhook::config
