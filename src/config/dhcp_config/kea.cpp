#include "config/dhcp_config/kea.hpp"

#include "config/dhcp_config/json_text.hpp"
#include "config/dhcp_config/targets.hpp"

#include <algorithm>
#include <array>
#include <boost/json/value.hpp>
#include <fmt/format.h>
#include <map>

namespace offhook::config {
namespace {

namespace json = boost::json;

constexpr const char* kea_header_4 =
    "Kea DHCPv4 for Offhook: phones find their boot server, everybody else sees no difference.\n"
    "Loads as it stands (kea-dhcp4 -t FILE). Merge it into your own kea-dhcp4.conf: the classes behind yours, the "
    "hook\n"
    "into hooks-libraries. Or let Offhook do it over Kea's control socket: offhook dhcp-config kea --push SOCKET.\n"
    "\n"
    "Why it is written like this:\n"
    "- Each value belongs to a class. Option 66 for everybody would send PXE clients to the phones' server.\n"
    "- The maker's part of a MAC counts only where option 60 does not begin with PXEClient: other devices of the same\n"
    "  maker boot from the network.\n"
    "- Kea looks at classes in order, and the first one that has an option wins: a class of yours that stands before\n"
    "  these and gives a phone option 66 or 160 decides.\n"
    "- Options go out only to a phone that asks for them (its option 55); add \"always-send\": true where one does "
    "not\n"
    "  ask and takes them all the same.\n"
    "- Options stand by number with \"csv-format\": false, so that commas and backslashes are text and no option-def "
    "is\n"
    "  needed: Kea accepts one for 43 120 128-135 139 150 151 156-158 160-162 176 208-210 220 221 224 242 252, and\n"
    "  refuses one for 60 61 66 67 77 82 114 124 125 136-138 141 146 159 212 213, which it defines itself.";
constexpr const char* header_hook =
    "- Kea defines option 159 as port parameters and would send the first 4 bytes of a URL. Only the flex-option hook\n"
    "  sends it as text, asked for or not. A hook library stands once in the configuration: if yours has it already,\n"
    "  add the option to it. Its path depends on the processor (/usr/lib/aarch64-linux-gnu/kea/hooks on ARM).";
constexpr const char* kea_header_6 =
    "Kea DHCPv6 for Offhook: phones find their boot server, everybody else sees no difference.\n"
    "Loads as it stands (kea-dhcp6 -t FILE). Merge it into your own kea-dhcp6.conf, the classes behind yours. Or let\n"
    "Offhook do it over Kea's control socket: offhook dhcp-config kea --v6 --push SOCKET.\n"
    "\n"
    "Why it is written like this:\n"
    "- Each value belongs to a class: the phone's enterprise number in option 16 or 17, or the maker's part of the "
    "MAC\n"
    "  in its DUID. The first class that has an option wins.\n"
    "- Option 17 is told twice: as vendor-opts with the enterprise number, and as a sub-option in that number's "
    "space.\n"
    "  Without \"always-send\" at the sub-option Kea sends the number alone.";

std::string expression_text(std::string_view text) {
    // An expression has no way to write an apostrophe in quotes.
    return text.find('\'') == std::string_view::npos ? "'" + std::string(text) + "'" : "0x" + hex_digits(text);
}

/// Options that Kea defines itself with a type other than text; it would read a URL as that type.
bool needs_hook(const ToldOption& option) {
    constexpr std::array<std::uint16_t, 8> defined{136, 137, 138, 141, 146, 159, 212, 213};
    return std::find(defined.begin(), defined.end(), option.code) != defined.end();
}

std::string class_test(const ToldPhones& phones, DhcpVersion version) {
    std::vector<std::string> any;
    std::string macs;
    for (const std::uint32_t oui : phones.ouis) {
        const auto hex = hex_digits(big_endian(oui, 3));
        if (version == DhcpVersion::v4)
            macs += fmt::format("{}substring(pkt4.mac,0,3)==0x{}", macs.empty() ? "" : " or ", hex);
        else // DUID-LL and DUID-LLT of Ethernet end in the MAC
            any.push_back(fmt::format("((substring(option[1].hex,0,4)==0x00030001 or "
                                      "substring(option[1].hex,0,4)==0x00010001) and "
                                      "substring(option[1].hex,-6,3)==0x{})",
                                      hex));
    }
    if (!macs.empty())
        any.push_back(fmt::format("(not (substring(option[60].hex,0,{})=={}) and ({}))", pxe_class.size(),
                                  expression_text(pxe_class), macs));
    if (version == DhcpVersion::v4)
        for (const std::string& prefix : phones.class_prefixes)
            any.push_back(fmt::format("substring(option[60].hex,0,{})=={}", prefix.size(), expression_text(prefix)));
    for (const std::uint32_t enterprise : phones.enterprises) {
        if (version == DhcpVersion::v4) // a binary option 60 begins like option 124
            any.push_back(fmt::format("substring(option[60].hex,0,4)==0x{:08x}", enterprise));
        any.push_back(fmt::format("vendor-class[{}].exists", enterprise));
        any.push_back(fmt::format("vendor[{}].exists", enterprise));
    }
    std::string out;
    for (const std::string& one : any) out += (out.empty() ? "" : " or ") + one;
    return out;
}

/// As Kea reads it with "csv-format": false: text in apostrophes, anything else in hexadecimal digits.
std::string data_of(std::string_view bytes, ToldOption::Kind kind) {
    return kind == ToldOption::Kind::text ? "'" + std::string(bytes) + "'" : hex_digits(bytes);
}

void append_options(json::array& out, const ToldOption& option, DhcpVersion version) {
    if (version == DhcpVersion::v4 || option.subs.empty()) {
        out.push_back(
            json::object{{"code", option.code}, {"csv-format", false}, {"data", data_of(option.bytes, option.kind)}});
        return;
    }
    out.push_back(
        json::object{{"name", "vendor-opts"}, {"data", std::to_string(option.enterprise)}, {"always-send", true}});
    for (const auto& [code, value] : option.subs)
        out.push_back(json::object{
            {"space", fmt::format("vendor-{}", option.enterprise)},
            {"code", code},
            {"csv-format", false},
            {"data", data_of(value, is_plain_text(value) ? ToldOption::Kind::text : ToldOption::Kind::binary)},
            {"always-send", true}});
}

/// One option of the hook serves all families: what is superseded last would win otherwise.
json::array hook_options(const std::vector<ToldPhones>& phones) {
    std::map<std::uint16_t, std::string> expressions;
    for (auto family = phones.rbegin(); family != phones.rend(); ++family)
        for (const ToldOption& option : family->options) {
            if (!needs_hook(option)) continue;
            auto& expression = expressions.try_emplace(option.code, "''").first->second;
            expression = fmt::format("ifelse(member('{}'),{},{})", family->name,
                                     option.kind == ToldOption::Kind::text ? expression_text(option.bytes)
                                                                           : "0x" + hex_digits(option.bytes),
                                     expression);
        }
    json::array out;
    for (const auto& [code, expression] : expressions)
        out.push_back(json::object{{"code", code}, {"csv-format", false}, {"supersede", expression}});
    return out;
}

json::object hook_entry(const KeaParts& parts) {
    return {{"library", parts.hook_library}, {"parameters", json::object{{"options", parts.hook_options}}}};
}

} // namespace

json::object kea_class(const ToldPhones& phones, DhcpVersion version) {
    json::array options;
    for (const ToldOption& option : phones.options)
        if (version == DhcpVersion::v6 || !needs_hook(option)) append_options(options, option, version);
    return {{"name", phones.name}, {"test", class_test(phones, version)}, {"option-data", std::move(options)}};
}

KeaParts kea_parts(const std::vector<ToldPhones>& phones, const DhcpConfigRequest& request) {
    KeaParts parts;
    for (const ToldPhones& family : phones)
        if (!family.options.empty()) parts.classes.push_back(kea_class(family, request.version));
    if (request.version == DhcpVersion::v4) parts.hook_options = hook_options(phones);
    parts.hook_library = request.hooks_directory + "/libdhcp_flex_option.so";
    return parts;
}

Result<KeaParts> make_kea_parts(const DhcpConfigRequest& request) {
    const auto phones = what_to_tell(request);
    if (!phones) return tl::unexpected(phones.error());
    return kea_parts(*phones, request);
}

std::string kea_text(const std::vector<ToldPhones>& phones, const DhcpConfigRequest& request) {
    const KeaParts parts = kea_parts(phones, request);
    const bool is_v4 = request.version == DhcpVersion::v4;
    std::string out = commented(is_v4 ? kea_header_4 : kea_header_6, "//");
    if (!parts.hook_options.empty()) out += commented(header_hook, "//");
    out += is_v4 ? "{\n  \"Dhcp4\": {\n" : "{\n  \"Dhcp6\": {\n";
    out += "    \"client-classes\": [";
    const char* between = "\n";
    std::string without;
    for (const ToldPhones& family : phones) {
        if (family.options.empty()) {
            without += about(family, "      //");
            continue;
        }
        out += between + about(family, "      //");
        for (const ToldOption& option : family.options)
            out += fmt::format("      // {}: {}{}\n", option.code, option.comment,
                               is_v4 && needs_hook(option) ? "; by the hook below" : "");
        out += "      " + json_text(kea_class(family, request.version), 3);
        between = ",\n\n";
    }
    out += '\n' + without + "    ]";
    if (!parts.hook_options.empty())
        out += ",\n    \"hooks-libraries\": [\n      " + json_text(hook_entry(parts), 3) + "\n    ]";
    return out + "\n  }\n}\n";
}

} // namespace offhook::config
