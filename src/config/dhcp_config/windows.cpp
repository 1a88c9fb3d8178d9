#include "config/dhcp_config/targets.hpp"

#include <fmt/format.h>
#include <map>

namespace offhook::config {
namespace {

constexpr const char* windows_header =
    "Windows Server DHCP (PowerShell) for Offhook: phones find their boot server, everybody else sees no difference.\n"
    "NOT RUN HERE against the real thing: it is written from documentation. Read it before you run it.\n"
    "Run it on the DHCP server as an administrator, with your scopes in the next line.\n"
    "\n"
    "Why it is written like this:\n"
    "- Each value belongs to a policy. Option 66 for everybody would send PXE clients to the phones' server.\n"
    "- A policy looks at MACs by their beginning, and at vendor classes by what they are defined as below.\n"
    "- A vendor class here is text: phones with a binary option 60 are found by their MAC.\n"
    "- Windows may put a NUL behind texts; phones trim it.\n"
    "- Texts stand in apostrophes, in which PowerShell replaces nothing.";

std::string quoted_text(std::string_view value) {
    std::string out = "'";
    for (const char c : value) {
        out += c;
        if (c == '\'') out += c; // an apostrophe is written twice
    }
    return out + "'";
}

std::string_view type_of(const ToldOption& option) {
    switch (option.kind) {
    case ToldOption::Kind::text:
        return option.code == 43 ? "BinaryData" : "String";
    case ToldOption::Kind::addresses:
        return "IPv4Address";
    case ToldOption::Kind::binary:
        return "BinaryData";
    }
    return "BinaryData";
}

std::string windows_value_of(const ToldOption& option) {
    std::string out;
    if (type_of(option) == "String") return quoted_text(option.bytes);
    if (option.kind == ToldOption::Kind::addresses) {
        for (const std::string& address : addresses_of(option, DhcpVersion::v4))
            out += (out.empty() ? "" : ",") + quoted_text(address);
        return out;
    }
    for (const char c : option.bytes)
        out += fmt::format("{}'0x{:02x}'", out.empty() ? "" : ",", static_cast<unsigned char>(c));
    return out;
}

/// 43, 66 and 67 exist on every server.
std::string definitions(const std::vector<ToldPhones>& phones) {
    std::map<std::uint16_t, std::string_view> types;
    for (const ToldPhones& family : phones)
        for (const ToldOption& option : family.options)
            if (option.code != 43 && option.code != 66 && option.code != 67)
                types.try_emplace(option.code, type_of(option));
    std::string out;
    for (const auto& [code, type] : types)
        out +=
            fmt::format("if (-not (Get-DhcpServerv4OptionDefinition -OptionId {0} -ErrorAction SilentlyContinue)) {{\n"
                        "  Add-DhcpServerv4OptionDefinition -OptionId {0} -Name 'offhook-{0}' -Type {1}{2}\n"
                        "}}\n",
                        code, type, type == "IPv4Address" ? " -MultiValued" : "");
    return out;
}

std::string policy(const ToldPhones& phones) {
    std::string classes, macs, out;
    unsigned number = 0;
    for (const std::string& prefix : phones.class_prefixes) {
        const std::string name = fmt::format("{}-{}", phones.name, ++number);
        out += fmt::format("Add-DhcpServerv4Class -Type Vendor -Name {} -Data {}\n", quoted_text(name),
                           quoted_text(prefix));
        classes += "," + quoted_text(name + "*");
    }
    for (const std::uint32_t oui : ouis_of_its_own(phones)) macs += fmt::format(",'{:06X}*'", oui);
    out += about_shared_ouis(phones, "a policy");
    if (classes.empty() && macs.empty()) return out + "# Left out: a policy cannot look at enterprise numbers.\n";
    out += "foreach ($scope in $scopes) {\n";
    out += fmt::format("  Add-DhcpServerv4Policy -Name '{}' -ScopeId $scope -Condition OR", phones.name);
    if (!classes.empty()) out += " -VendorClass EQ" + classes;
    if (!macs.empty()) out += " -MacAddress EQ" + macs;
    out += '\n';
    for (const ToldOption& option : phones.options)
        out += fmt::format(
            "  # {}\n  Set-DhcpServerv4OptionValue -ScopeId $scope -PolicyName '{}' -OptionId {} -Value {}\n",
            option.comment, phones.name, option.code, windows_value_of(option));
    return out + "}\n";
}

} // namespace

std::string windows_text(const std::vector<ToldPhones>& phones) {
    std::string out = commented(windows_header, "#");
    out += "$scopes = @('10.0.0.0')\n\n" + definitions(phones);
    for (const ToldPhones& family : phones) {
        out += '\n' + about(family, "#");
        if (!family.options.empty()) out += policy(family);
    }
    return out;
}

} // namespace offhook::config
