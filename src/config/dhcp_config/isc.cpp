#include "config/dhcp_config/targets.hpp"

#include <fmt/format.h>
#include <map>

namespace offhook::config {
namespace {

constexpr const char* isc_header_4 =
    "ISC dhcpd (DHCPv4) for Offhook: phones find their boot server, everybody else sees no difference.\n"
    "Put it into a file of its own, say include \"/etc/dhcp/offhook.conf\"; in dhcpd.conf, outside of any subnet, "
    "check\n"
    "with dhcpd -t -cf FILE and restart: dhcpd reads its configuration at start alone.\n"
    "\n"
    "Why it is written like this:\n"
    "- Each value belongs to a class. Option 66 for everybody would send PXE clients to the phones' server.\n"
    "- The maker's part of a MAC counts only where option 60 does not begin with PXEClient: other devices of the same\n"
    "  maker boot from the network.\n"
    "- An option of a class counts before that of a subnet, one of a host declaration before both.\n"
    "- Options beyond 128 have no names here; ours begin with offhook- so that they are not yours.\n"
    "- hardware begins with the type of the network, 1 for Ethernet: the MAC starts behind it.\n"
    "- A binary option 60 begins with the maker's enterprise number; it is compared as bytes.\n"
    "- Options go out only to a phone that asks for them (its option 55); one that sends no list gets them all.";
constexpr const char* isc_header_6 =
    "ISC dhcpd (DHCPv6: dhcpd -6) for Offhook: phones find their boot server, everybody else sees no difference.\n"
    "Put it into a file of its own, say include \"/etc/dhcp/offhook6.conf\"; in dhcpd6.conf, outside of any subnet6,\n"
    "check with dhcpd -6 -t -cf FILE and restart.\n"
    "\n"
    "Why it is written like this:\n"
    "- Each value belongs to a class: the phone's enterprise number in option 16, or the maker's part of the MAC in a\n"
    "  DUID of type 1 or 3.\n"
    "- Option 17 is written in bytes: the enterprise number, then code, length and text of each sub-option.";

/// Those that dhcpd knows by name keep it.
std::string option_name(std::uint16_t code, DhcpVersion version) {
    if (version == DhcpVersion::v6) return fmt::format("dhcp6.offhook-{}", code);
    switch (code) {
    case 43:
        return "vendor-encapsulated-options";
    case 66:
        return "tftp-server-name";
    case 67:
        return "bootfile-name";
    default:
        return fmt::format("offhook-{}", code);
    }
}

bool is_named(std::uint16_t code, DhcpVersion version) {
    return version == DhcpVersion::v4 && (code == 43 || code == 66 || code == 67);
}

bool is_text(const ToldOption& option) { return option.kind == ToldOption::Kind::text && option.code != 43; }

/// dhcpd has one type per number: bytes hold whatever families want where they differ.
std::map<std::uint16_t, std::string> types_of(const std::vector<ToldPhones>& phones, DhcpVersion version) {
    std::map<std::uint16_t, std::string> types;
    for (const ToldPhones& family : phones)
        for (const ToldOption& option : family.options) {
            const std::string type = is_text(option) ? "text"
                                     : option.kind == ToldOption::Kind::addresses
                                         ? (version == DhcpVersion::v4 ? "array of ip-address" : "array of ip6-address")
                                         : "string";
            auto& place = types.try_emplace(option.code, type).first->second;
            if (place != type) place = "string";
        }
    return types;
}

std::string value_of(const ToldOption& option, const std::string& type, DhcpVersion version) {
    if (is_text(option) && (type == "text" || is_named(option.code, version))) return quoted(option.bytes, '"', "\"\\");
    if (option.kind == ToldOption::Kind::addresses && type != "string") {
        std::string out;
        for (const std::string& address : addresses_of(option, version)) out += (out.empty() ? "" : ", ") + address;
        return out;
    }
    return hex_with_colons(option.bytes);
}

std::string class_match(const ToldPhones& phones, DhcpVersion version) {
    std::vector<std::string> any;
    const bool is_v4 = version == DhcpVersion::v4;
    std::string macs;
    for (const std::uint32_t oui : phones.ouis) {
        const auto bytes = hex_with_colons(big_endian(oui, 3));
        if (is_v4) {
            macs += fmt::format("{}substring(hardware, 1, 3) = {}", macs.empty() ? "" : "\n         or ", bytes);
            continue;
        }
        any.push_back(fmt::format("(substring(option dhcp6.client-id, 0, 4) = 00:03:00:01 and "
                                  "substring(option dhcp6.client-id, 4, 3) = {})",
                                  bytes));
        any.push_back(fmt::format("(substring(option dhcp6.client-id, 0, 4) = 00:01:00:01 and "
                                  "substring(option dhcp6.client-id, 8, 3) = {})",
                                  bytes));
    }
    if (!macs.empty())
        any.push_back(fmt::format("(({})\n            and not (substring(option vendor-class-identifier, 0, {}) = {}))",
                                  macs, pxe_class.size(), quoted(pxe_class, '"', "")));
    if (is_v4)
        for (const std::string& prefix : phones.class_prefixes)
            any.push_back(fmt::format("substring(option vendor-class-identifier, 0, {}) = {}", prefix.size(),
                                      quoted(prefix, '"', "\"\\")));
    for (const std::uint32_t enterprise : phones.enterprises) {
        const auto bytes = hex_with_colons(big_endian(enterprise, 4));
        if (is_v4) any.push_back(fmt::format("substring(option vendor-class-identifier, 0, 4) = {}", bytes));
        any.push_back(
            fmt::format("substring(option {}, 0, 4) = {}", is_v4 ? "offhook-124" : "dhcp6.offhook-16", bytes));
    }
    std::string out;
    for (const std::string& one : any) out += (out.empty() ? "  match if " : "\n        or ") + one;
    return out + ";\n";
}

} // namespace

std::string isc_text(const std::vector<ToldPhones>& phones, const DhcpConfigRequest& request) {
    const DhcpVersion version = request.version;
    const bool is_v4 = version == DhcpVersion::v4;
    auto types = types_of(phones, version);
    std::string out = commented(is_v4 ? isc_header_4 : isc_header_6, "#") + '\n';
    types.try_emplace(is_v4 ? 124 : 16, "string"); // the classes look at it
    for (const auto& [code, type] : types)
        if (!is_named(code, version))
            out += fmt::format("option {} code {} = {};\n", option_name(code, version), code, type);
    for (const ToldPhones& family : phones) {
        out += '\n' + about(family, "#");
        if (family.options.empty()) continue;
        out += fmt::format("class \"{}\" {{\n{}", family.name, class_match(family, version));
        for (const ToldOption& option : family.options)
            out += fmt::format("  # {}\n  option {} {};\n", option.comment, option_name(option.code, version),
                               value_of(option, types.at(option.code), version));
        out += "}\n";
    }
    return out;
}

} // namespace offhook::config
