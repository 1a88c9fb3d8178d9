#include "phone/polycom/flash_files.hpp"

#include "base/digest.hpp"
#include "phone/limits.hpp"
#include "phone/polycom/server_address.hpp"

#include <fmt/format.h>
#include <set>

namespace offhook::phone::polycom {

std::string file_key(std::string_view name) { return fmt::format("file:{}", name); }

Since keep_digest(Flash& flash, const std::string& key, std::string_view content) {
    auto digest = content_name(content);
    const auto known = flash.digests.find(key);
    if (known != flash.digests.end() && known->second == digest) return Since::unchanged;
    if (known != flash.digests.end())
        known->second = std::move(digest);
    else if (flash.digests.size() < limits::digests_max)
        flash.digests.emplace(key, std::move(digest));
    return Since::changed;
}

Since keep_file(Flash& flash, const std::string& key, std::string_view content) {
    const Since since = keep_digest(flash, key, content);
    const auto cached = flash.files.find(key);
    if (cached == flash.files.end() || cached->second != content) flash.cache(key, content);
    return since;
}

void forget_file(Flash& flash, std::string_view name) {
    const auto key = file_key(name);
    flash.files.erase(key);
    flash.digests.erase(key);
}

void forget_all_but(Flash& flash, const MasterFile& master) {
    std::set<std::string, std::less<>> keys{std::string(master_key)};
    for (const auto* names : {&master.configurations, &master.others})
        for (const auto& name : *names) keys.insert(file_key(name));
    for (const auto* ending : {"-phone.cfg", "-web.cfg"})
        keys.insert(file_key(own_file(flash, master.overrides_directory, ending)));
    const auto is_gone = [&](const auto& entry) { return !keys.contains(entry.first); };
    std::erase_if(flash.files, is_gone);
    std::erase_if(flash.digests, is_gone);
}

std::string own_file(const Flash& flash, std::string_view directory, std::string_view ending) {
    return join_path(directory, fmt::format("{}{}", flash.mac.text(), ending));
}

} // namespace offhook::phone::polycom
