#include "config/dhcp_config/targets.hpp"

#include <fmt/format.h>

namespace offhook::config {
namespace {

constexpr const char* header =
    "dnsmasq for Offhook: phones find their boot server, everybody else sees no difference.\n"
    "Put it into a file of its own in /etc/dnsmasq.d, check with dnsmasq --test and restart: SIGHUP does not read it\n"
    "again. For changes without a restart put the dhcp-option lines, without \"dhcp-option=\", into a file that\n"
    "dhcp-optsfile names; that one is read again at SIGHUP.\n"
    "\n"
    "Why it is written like this:\n"
    "- Each value has the tag of its phones. Option 66 for everybody would send PXE clients to the phones' server.\n"
    "- Every text stands in quotes: what looks like an address would go out as 4 bytes otherwise, and phones expect\n"
    "  text. Addresses without quotes are meant to be 4 bytes.";
constexpr const char* header_4 =
    "- The maker's part of a MAC counts only where option 60 does not say PXEClient: other devices of the same maker\n"
    "  boot from the network, and have the tag offhook-pxe.\n"
    "- 66 and 67 are forced: dnsmasq puts them into the fields sname and file for a phone that does not ask for them "
    "in\n"
    "  its option 55, and dhcp-no-override does not stop that. All others go out only where they are asked for.\n"
    "- dnsmasq sends option 66 with a NUL behind it. RFC 2132 bids clients to accept that; phones trim it.\n"
    "- dhcp-vendorclass matches anywhere in option 60, and minds upper and lower case.\n"
    "- A binary option 60 begins with the maker's enterprise number; that match is one of bytes.";
constexpr const char* header_6 =
    "- DHCPv6 options stand by number: dnsmasq rejects option6:vendor-opts. 17 is written in bytes: the enterprise\n"
    "  number, then code, length and text of each sub-option.\n"
    "- dhcp-mac works for DHCPv6 too, by the neighbour table, for phones that no relay stands before. An enterprise\n"
    "  number in option 16 is matched only with a text behind it: a family without such a text is known by its MAC.";

constexpr std::string_view pxe_tag = "offhook-pxe"; // a family called pxe would be told nothing

/// dnsmasq reads \\ and \" inside of quotes; everything else stands for itself there, commas and colons included.
std::string text(std::string_view value) { return quoted(value, '"', "\"\\"); }

std::string value_of(const ToldOption& option, DhcpVersion version) {
    if (option.kind == ToldOption::Kind::text && option.code != 43) return text(option.bytes);
    if (option.kind == ToldOption::Kind::addresses) {
        std::string out;
        for (const std::string& address : addresses_of(option, version))
            out += (out.empty() ? "" : ",") + (version == DhcpVersion::v4 ? address : "[" + address + "]");
        return out;
    }
    // A single pair of digits would be read as a number in decimal.
    return option.bytes.size() == 1 ? hex_digits(option.bytes) + ":" : hex_with_colons(option.bytes);
}

std::string tag_lines(const ToldPhones& phones, DhcpVersion version) {
    std::string out;
    const auto& tag = phones.name;
    for (const std::uint32_t oui : phones.ouis)
        out += fmt::format("dhcp-mac=set:{},{}:*:*:*\n", tag, hex_with_colons(big_endian(oui, 3)));
    if (version == DhcpVersion::v6) {
        for (const std::uint32_t enterprise : phones.enterprises)
            for (const std::string& prefix : phones.class_prefixes)
                out += fmt::format("dhcp-vendorclass=set:{},enterprise:{},{}\n", tag, enterprise, text(prefix));
        if (out.empty()) out += "# Left out: dnsmasq matches an enterprise number only with a text behind it.\n";
        return out;
    }
    for (const std::string& prefix : phones.class_prefixes)
        out += fmt::format("dhcp-vendorclass=set:{},{}\n", tag, text(prefix));
    for (const std::uint32_t enterprise : phones.enterprises)
        out += fmt::format("dhcp-match=set:{},60,{}\ndhcp-match=set:{},vi-encap:{}\n", tag,
                           hex_with_colons(big_endian(enterprise, 4)), tag, enterprise);
    return out;
}

std::string option_line(const ToldPhones& phones, const ToldOption& option, DhcpVersion version) {
    const bool is_v4 = version == DhcpVersion::v4;
    const bool is_field = is_v4 && (option.code == 66 || option.code == 67);
    return fmt::format("# {}\ndhcp-option{}=tag:{},{}{},{}\n", option.comment, is_field ? "-force" : "", phones.name,
                       is_v4 ? fmt::format("tag:!{},", pxe_tag) : "option6:", option.code, value_of(option, version));
}

} // namespace

std::string dnsmasq_text(const std::vector<ToldPhones>& phones, const DhcpConfigRequest& request) {
    std::string out = commented(header, "#");
    out += commented(request.version == DhcpVersion::v4 ? header_4 : header_6, "#");
    if (request.version == DhcpVersion::v4)
        out += fmt::format("\ndhcp-vendorclass=set:{},{}\n", pxe_tag, text(pxe_class));
    for (const ToldPhones& family : phones) {
        out += '\n' + about(family, "#");
        if (family.options.empty()) continue;
        out += tag_lines(family, request.version);
        for (const ToldOption& option : family.options) out += option_line(family, option, request.version);
    }
    return out;
}

} // namespace offhook::config
