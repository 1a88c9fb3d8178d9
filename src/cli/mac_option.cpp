#include "cli/mac_option.hpp"

#include "base/mac_address.hpp"
#include "base/text.hpp"

#include <CLI/CLI.hpp>

namespace offhook::cli {

void check_mac(CLI::Option& option) {
    option.check([](const std::string& text) {
        if (text.empty() || MacAddress::from_text(text)) return std::string();
        return "'" + printable(text, 40) + "' is no MAC address such as 00:04:f2:ab:cd:ef";
    });
}

CLI::Option* add_mac(CLI::App& command, const std::string& name, std::string& place, const std::string& help) {
    auto* option = command.add_option(name, place, help)->required();
    check_mac(*option);
    option->check([](const std::string& text) { return text.empty() ? std::string("it is empty") : std::string(); });
    return option;
}

} // namespace offhook::cli
