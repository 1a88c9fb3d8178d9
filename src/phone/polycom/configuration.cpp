#include "phone/polycom/configuration.hpp"

#include "base/digest.hpp"
#include "phone/discovery/told_text.hpp"

#include <fmt/format.h>

namespace offhook::phone::polycom {
namespace {

constexpr std::string_view device_prefix = "device.";
constexpr std::string_view set_ending = ".set";

void lay_under(const ConfigurationFile& file, Merged& merged) {
    for (const auto& [name, value] : file.parameters) {
        const auto [kept, is_new] = merged.values.try_emplace(name, value);
        if (is_new || kept->second == value) continue;
        if (merged.hidden++ == 0) merged.first_hidden = fmt::format("{} in {}", name, shown_address(file.name));
    }
}

} // namespace

std::string_view Merged::find(std::string_view name) const {
    const auto found = values.find(name);
    return found == values.end() ? std::string_view{} : std::string_view(found->second);
}

std::vector<config::Parameter> Merged::parameters() const {
    std::vector<config::Parameter> out;
    out.reserve(values.size());
    for (const auto& [name, value] : values) out.push_back({name, value});
    return out;
}

std::string Merged::digest() const {
    std::string text;
    for (const auto& [name, value] : values) text += fmt::format("{}:{}={}:{}", name.size(), name, value.size(), value);
    return content_name(text);
}

Merged merge(std::span<const ConfigurationFile> files) {
    Merged merged;
    for (const auto& file : files) lay_under(file, merged);
    return merged;
}

Merged merge_fetched(std::span<const ConfigurationFile> files) {
    Merged merged;
    for (const auto& file : files)
        if (file.origin == ConfigurationFile::Origin::fetched) lay_under(file, merged);
    return merged;
}

std::vector<config::Parameter> device_changes(const Merged& configuration, const Flash& flash) {
    std::vector<config::Parameter> changes;
    if (configuration.find("device.set") != "1") return changes;
    for (auto at = configuration.values.lower_bound(device_prefix);
         at != configuration.values.end() && at->first.starts_with(device_prefix); ++at) {
        const auto& [name, value] = *at;
        if (name.ends_with(set_ending) || configuration.find(name + std::string(set_ending)) != "1") continue;
        if (flash.parameter(name) != value || !flash.parameters.contains(name)) changes.push_back({name, value});
    }
    return changes;
}

} // namespace offhook::phone::polycom
