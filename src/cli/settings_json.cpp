#include "cli/settings_json.hpp"

#include "cli/output.hpp"

#include <iostream>

namespace offhook::cli {

Result<void> add_changes(boost::json::object& body, const SettingOptions& options) {
    const auto changes = read_changes(options);
    if (!changes) return tl::unexpected(changes.error());
    if (changes->empty()) return {};
    boost::json::object settings;
    for (const SettingChange& change : *changes) {
        if (change.unset)
            settings[change.name] = nullptr;
        else
            settings[change.name] = change.value;
    }
    body["settings"] = std::move(settings);
    return {};
}

void print_settings(const boost::json::value& object) {
    const auto* fields = object.if_object();
    const auto* settings = fields != nullptr ? fields->if_contains("settings") : nullptr;
    if (settings != nullptr && settings->is_object())
        for (const auto& [name, value] : settings->get_object())
            std::cout << "  " << std::string_view(name) << " = " << text_of(*settings, name) << '\n';
    for (const auto& name : array_of(object, "secrets_set"))
        std::cout << "  " << std::string_view(name.as_string()) << " is set (--show-secrets shows it)\n";
}

} // namespace offhook::cli
