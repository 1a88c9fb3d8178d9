#include "phone/linksys/running_profile.hpp"

#include "base/text.hpp"
#include "phone/linksys/discovery.hpp"
#include "phone/linksys/macros.hpp"
#include "phone/linksys/parameters.hpp"
#include "phone/linksys/state.hpp"

#include <array>
#include <fmt/format.h>
#include <map>
#include <vector>

namespace offhook::phone::linksys {
namespace {

/// In the order of the dump. The section of a tab that we cannot tell is its first.
enum class Tab : std::uint8_t { system, sip, provisioning, regional, phone, extension, user };

struct Home {
    Tab tab = Tab::phone;
    std::string group;
};

bool is_secret_register(std::string_view name) {
    return name.size() == 6 && name.starts_with("GPP_S") && name.back() >= 'A' && name.back() <= 'D';
}

bool is_password(std::string_view name) {
    const auto lower = to_lower(name);
    return lower.find("passw") != std::string::npos || lower.find("_pwd") != std::string::npos;
}

/// 3 of "Proxy_3_"; 0: it is no line's.
unsigned line_in(std::string_view name) {
    if (!name.ends_with('_')) return 0;
    name.remove_suffix(1);
    const auto digits = name.substr(name.rfind('_') + 1);
    return to_number<unsigned>(digits).value_or(0);
}

bool has_prefix_of(std::string_view name, std::initializer_list<std::string_view> prefixes) {
    for (const auto prefix : prefixes)
        if (name.starts_with(prefix)) return true;
    return false;
}

Home home_of(std::string_view name) {
    if (const unsigned line = line_in(name); line > 0) {
        const auto section = has_prefix_of(name, {"User_ID", "Password", "Auth_ID", "Use_Auth", "Display_Name"})
                                 ? "Subscriber_Information"
                                 : "Proxy_and_Registration";
        return {Tab::extension, fmt::format("Ext_{}/{}", line, section)};
    }
    if (name.starts_with("GPP_")) return {Tab::provisioning, "Provisioning/General_Purpose_Parameters"};
    if (has_prefix_of(name, {"Upgrade", "Log_Upgrade", "Downgrade", "License"}))
        return {Tab::provisioning, "Provisioning/Firmware_Upgrade"};
    if (has_prefix_of(name, {"Provision", "Resync", "Forced_Resync", "Profile_Rule", "Log_Resync", "Report_Rule",
                             "User_Configurable_Resync"}))
        return {Tab::provisioning, "Provisioning/Configuration_Profile"};
    if (has_prefix_of(name, {"Admin_", "User_Password", "Enable_Web", "Web_Server", "Restricted_Access"}))
        return {Tab::system, "System/System_Configuration"};
    if (has_prefix_of(name, {"Syslog", "Debug", "Primary_", "Secondary_", "DNS_", "Enable_VLAN", "VLAN", "HostName"}))
        return {Tab::system, "System/Optional_Network_Configuration"};
    if (has_prefix_of(name, {"SIP_", "RTP_", "Reg_", "SIT", "EXT_", "NAT_", "STUN"}))
        return {Tab::sip, "SIP/SIP_Parameters"};
    if (has_prefix_of(name, {"Time_Zone", "Daylight", "Dial_Tone", "Ring", "Interdigit", "Locale"}))
        return {Tab::regional, "Regional/Miscellaneous"};
    return {Tab::phone, "Phone/General"};
}

std::string escaped(std::string_view text) {
    std::string out;
    for (const char c : text) {
        if (c == '&')
            out += "&amp;";
        else if (c == '<')
            out += "&lt;";
        else if (c == '>')
            out += "&gt;";
        else if (c == '"')
            out += "&quot;";
        else if (static_cast<unsigned char>(c) < ' ' || c == 0x7f)
            out += fmt::format("&#x{:x};", static_cast<unsigned>(static_cast<unsigned char>(c)));
        else
            out += c;
    }
    return out;
}

/// What cannot be an element's name is no parameter of a real phone's.
bool is_element_name(std::string_view name) {
    if (name.empty() || ascii_digit(name.front()) || name.front() == '-' || name.front() == '.') return false;
    for (const char c : name) {
        const bool is_letter = ascii_lower(c) >= 'a' && ascii_lower(c) <= 'z';
        if (!is_letter && !ascii_digit(c) && c != '_' && c != '-' && c != '.') return false;
    }
    return true;
}

void add_element(std::string& out, std::string_view name, std::string_view group, std::string_view value) {
    if (value.empty())
        out += fmt::format("<{} group=\"{}\"/>\n", name, group);
    else
        out += fmt::format("<{} group=\"{}\">{}</{}>\n", name, group, escaped(value), name);
}

void add_identity(std::string& out, const Flash& flash, std::string_view model) {
    constexpr std::string_view product = "Info/Product_Information";
    add_element(out, "Product_Name", product, product_name(model));
    add_element(out, "Serial_Number", product, flash.parameter(serial_number));
    add_element(out, "Software_Version", product, running_version(flash));
    add_element(out, "Hardware_Version", product, hardware_version);
    add_element(out, "MAC_Address", product, flash.mac.text_upper());
    add_element(out, "Client_Certificate", product, read_identity(flash).certificate);
    add_element(out, "Customization", product, "Open");
    add_element(out, "Licenses", product, "");
}

} // namespace

std::string running_profile(const Flash& flash, std::string_view model, ShownPasswords passwords) {
    std::map<std::string_view, std::string_view> values;
    for (const auto name : factory_names()) values[name] = factory_value(name);
    for (const auto& [name, value] : flash.parameters)
        if (is_element_name(name) && !name.starts_with("phone.")) values[name] = value;
    std::map<std::pair<Tab, std::string>, std::string> tabs; // the elements of each section
    for (const auto& [name, value] : values) {
        if (is_secret_register(name)) continue;
        const auto home = home_of(name);
        const bool is_blank = passwords == ShownPasswords::blank && is_password(name);
        add_element(tabs[{home.tab, home.group}], name, home.group, is_blank ? std::string_view() : value);
    }
    std::string out = "<flat-profile>\n";
    add_identity(out, flash, model);
    for (const auto& [place, elements] : tabs) out += elements;
    out += "</flat-profile>\n";
    return out;
}

} // namespace offhook::phone::linksys
