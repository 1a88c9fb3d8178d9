#include "config/dhcp_config/targets.hpp"

#include <fmt/format.h>

namespace offhook::config {
namespace {

constexpr const char* mikrotik_header =
    "MikroTik RouterOS 7 for Offhook: phones find their boot server, everybody else sees no difference.\n"
    "NOT RUN HERE against the real thing: it is written from documentation. Read it before you paste it.\n"
    "Put the name of your server in place of dhcp1.\n"
    "\n"
    "Why it is written like this:\n"
    "- Each option set belongs to phones. Option 66 for everybody would send PXE clients to the phones' server: so do\n"
    "  not attach these sets to a network or a server.\n"
    "- s'...' is text; '10.0.0.1' without the s would go out as 4 bytes. 0x... are bytes as they are.\n"
    "- Options go out only to a phone that asks for them (its option 55).\n"
    "- RouterOS cannot match the beginning of a MAC. Where a family tells no class, make its leases static and give "
    "them\n"
    "  the set, as the last line of each family does.";

/// Inside of "..." RouterOS reads \" \\ \$ and \? as themselves. s'...' has no way to write an apostrophe.
std::string value_of(const ToldOption& option) {
    if (option.kind == ToldOption::Kind::text && option.bytes.find('\'') == std::string::npos)
        return quoted("s'" + option.bytes + "'", '"', "\"\\$?");
    return "\"0x" + hex_digits(option.bytes) + "\"";
}

std::string matchers(const ToldPhones& phones) {
    std::string out = "/ip dhcp-server matcher\n";
    unsigned number = 0;
    for (const std::string& prefix : phones.class_prefixes)
        out += fmt::format("add name={}-{} server=dhcp1 code=60 matching-type=substring value={} option-set={}\n",
                           phones.name, ++number, quoted(prefix, '"', "\"\\$?"), phones.name);
    for (const std::uint32_t enterprise : phones.enterprises)
        out += fmt::format(
            "add name={}-{} server=dhcp1 code=60 matching-type=substring value=\"0x{:08x}\" option-set={}\n",
            phones.name, ++number, enterprise, phones.name);
    return number == 0 ? std::string() : out;
}

std::string leases(const ToldPhones& phones) {
    const auto ouis = ouis_of_its_own(phones);
    std::string out = ouis.empty() ? "" : "/ip dhcp-server lease\n";
    for (const std::uint32_t oui : ouis) {
        const auto prefix = fmt::format("{:02X}:{:02X}:{:02X}", oui >> 16U & 0xffU, oui >> 8U & 0xffU, oui & 0xffU);
        out += fmt::format("set [find where dynamic=no mac-address~\"^{}\"] dhcp-option-set={}\n", prefix, phones.name);
    }
    return about_shared_ouis(phones, "RouterOS") + out;
}

} // namespace

std::string mikrotik_text(const std::vector<ToldPhones>& phones) {
    std::string out = commented(mikrotik_header, "#");
    for (const ToldPhones& family : phones) {
        out += '\n' + about(family, "#");
        if (family.options.empty()) continue;
        std::string names;
        out += "/ip dhcp-server option\n";
        for (const ToldOption& option : family.options) {
            const std::string name = fmt::format("{}-{}", family.name, option.code);
            names += (names.empty() ? "" : ",") + name;
            out += fmt::format("# {}\nadd name={} code={} value={}\n", option.comment, name, option.code,
                               value_of(option));
        }
        out += fmt::format("/ip dhcp-server option sets\nadd name={} options={}\n", family.name, names);
        out += matchers(family) + leases(family);
    }
    return out;
}

} // namespace offhook::config
