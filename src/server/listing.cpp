#include "server/listing.hpp"

#include "base/text.hpp"
#include "server/access/identity.hpp"

#include <algorithm>
#include <set>

namespace offhook::server {
namespace {

/// The pattern with MAC put in and directories left out; empty where another variable stands, or a MAC without device.
std::string name_of(std::string pattern, const catalogue::Device* device) {
    if (pattern.starts_with("{dirs}")) pattern.erase(0, 6);
    for (const std::string_view mac : {"{mac}", "{MAC}"})
        for (auto at = pattern.find(mac); at != std::string::npos; at = pattern.find(mac)) {
            if (device == nullptr) return {};
            pattern.replace(at, mac.size(), device->mac.text());
        }
    return pattern.find('{') == std::string::npos ? pattern : std::string();
}

void add_family(const config::Family& family, const catalogue::Device* device, std::set<std::string>& names) {
    const auto add = [&](const std::vector<std::string>& paths) {
        for (const std::string& path : paths)
            if (std::string name = name_of(path, device); !name.empty()) names.insert(std::move(name));
    };
    for (const config::Document& document : family.documents()) add(document.paths);
    for (const config::OtherFile& other : family.other_files())
        if (other.role == config::OtherFile::Role::upload) add({other.paths.front()});
}

} // namespace

std::vector<std::string> nameable_files(const catalogue::Snapshot& snapshot, const config::Families& families,
                                        const catalogue::Device* device) {
    std::set<std::string> names;
    for (const auto& family : families)
        if (device == nullptr || family->name() == device->family) add_family(*family, device, names);
    for (const auto& [id, file] : snapshot.files()) {
        if (names.size() >= listed_names_max) break;
        // Another phone's MAC is not shown even where knowing it would be enough to have the file.
        const auto mac = mac_in(file->name);
        const bool own = device != nullptr && mac && (*mac == device->mac || *mac == device->wifi_mac);
        if (!mac || own) names.insert(file->name);
    }
    return {names.begin(), names.end()};
}

std::vector<ListedFile> list_directory(std::string_view directory, const std::vector<std::string>& names,
                                       const std::function<std::optional<ListedFile>(const std::string& name)>& facts) {
    std::string prefix(directory);
    while (prefix.ends_with('/')) prefix.pop_back();
    if (!prefix.empty()) prefix += '/';
    std::vector<ListedFile> out;
    std::set<std::string> directories;
    for (const std::string& name : names) {
        if (!starts_with_ignoring_case(name, prefix)) continue;
        auto known = facts(name);
        if (!known) continue;
        const std::string rest = name.substr(prefix.size());
        if (const auto slash = rest.find('/'); slash != std::string::npos) {
            if (directories.insert(rest.substr(0, slash)).second) {
                ListedFile folder;
                folder.name = rest.substr(0, slash);
                folder.is_directory = true;
                out.push_back(std::move(folder));
            }
            continue;
        }
        known->name = rest;
        out.push_back(std::move(*known));
    }
    std::sort(out.begin(), out.end(), [](const auto& a, const auto& b) { return a.name < b.name; });
    return out;
}

} // namespace offhook::server
