#include "phone/polycom/master_file.hpp"

#include "base/text.hpp"
#include "phone/limits.hpp"

#include <fmt/format.h>

namespace offhook::phone::polycom {
namespace {

void replace_all(std::string& text, std::string_view from, std::string_view to) {
    for (auto at = text.find(from); at != std::string::npos; at = text.find(from, at + to.size()))
        text.replace(at, from.size(), to);
}

std::vector<std::string> list_of(std::string_view text) {
    std::vector<std::string> files;
    for (const auto piece : split(text, ',')) {
        const auto file = trim(piece);
        if (!file.empty() && files.size() < limits::listed_files_max) files.emplace_back(file);
    }
    return files;
}

} // namespace

MasterFile read_master(std::span<const config::Parameter> parameters, std::string_view model, MacAddress mac,
                       std::string_view part_number) {
    const auto value_of = [&](std::string_view attribute) {
        const std::string own = fmt::format("{}/{}", model, attribute);
        const config::Parameter* found = nullptr;
        for (const auto& parameter : parameters) {
            if (parameter.name == own) { // the model's own word is final
                found = &parameter;
                break;
            }
            if (found == nullptr && parameter.name == attribute) found = &parameter;
        }
        std::string value = found == nullptr ? std::string{} : found->value;
        replace_all(value, "[PHONE_MAC_ADDRESS]", mac.text());
        replace_all(value, "[PHONE_MODEL]", model);
        replace_all(value, "[PHONE_PART_NUMBER]", part_number);
        return value;
    };
    MasterFile master;
    master.application = std::string(trim(value_of("APP_FILE_PATH")));
    master.configurations = list_of(value_of("CONFIG_FILES"));
    master.others = list_of(value_of("MISC_FILES"));
    master.log_directory = std::string(trim(value_of("LOG_FILE_DIRECTORY")));
    master.overrides_directory = std::string(trim(value_of("OVERRIDES_DIRECTORY")));
    master.contacts_directory = std::string(trim(value_of("CONTACTS_DIRECTORY")));
    master.licence_directory = std::string(trim(value_of("LICENSE_DIRECTORY")));
    return master;
}

} // namespace offhook::phone::polycom
