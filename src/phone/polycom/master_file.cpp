#include "phone/polycom/master_file.hpp"

#include "base/text.hpp"
#include "phone/discovery/told_text.hpp"
#include "phone/limits.hpp"

#include <fmt/format.h>

namespace offhook::phone::polycom {
namespace {

void replace_all(std::string& text, std::string_view from, std::string_view to) {
    for (auto at = text.find(from); at != std::string::npos; at = text.find(from, at + to.size()))
        text.replace(at, from.size(), to);
}

constexpr std::size_t path_characters_max = 255;
constexpr std::size_t list_characters_max = 2047;

/// The path, or "" where it is too long.
std::string path_of(std::string_view attribute, std::string_view text, MasterFile& master) {
    const auto path = trim(text);
    if (path.size() <= path_characters_max) return std::string(path);
    master.remarks.push_back(fmt::format("{}: the path {} has {} characters; a phone takes {}", attribute,
                                         printable(shown_address(path), 40), path.size(), path_characters_max));
    return {};
}

std::vector<std::string> list_of(std::string_view attribute, std::string_view text, MasterFile& master) {
    std::vector<std::string> files;
    if (text.size() > list_characters_max) {
        master.remarks.push_back(fmt::format("{}: the list has {} characters; a phone reads {} and what is named "
                                             "beyond them is lost",
                                             attribute, text.size(), list_characters_max));
        const auto last = text.rfind(',', list_characters_max);
        text = text.substr(0, last == std::string_view::npos ? 0 : last);
    }
    for (const auto piece : split(text, ',')) {
        if (files.size() >= limits::listed_files_max) break;
        if (auto file = path_of(attribute, piece, master); !file.empty()) files.push_back(std::move(file));
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
    const auto path = [&](std::string_view attribute) { return path_of(attribute, value_of(attribute), master); };
    const auto list = [&](std::string_view attribute) { return list_of(attribute, value_of(attribute), master); };
    master.application = path("APP_FILE_PATH");
    master.configurations = list("CONFIG_FILES");
    master.others = list("MISC_FILES");
    master.log_directory = path("LOG_FILE_DIRECTORY");
    master.overrides_directory = path("OVERRIDES_DIRECTORY");
    master.contacts_directory = path("CONTACTS_DIRECTORY");
    master.licence_directory = path("LICENSE_DIRECTORY");
    return master;
}

} // namespace offhook::phone::polycom
