#include "config/family/family.hpp"

#include "base/text.hpp"

#include <algorithm>

namespace offhook::config {

const OtherFile* listed_firmware(const Family& family) {
    const auto files = family.other_files();
    const auto list =
        std::find_if(files.begin(), files.end(), [](const OtherFile& file) { return !file.lists.empty(); });
    if (list == files.end()) return nullptr;
    const auto listed =
        std::find_if(files.begin(), files.end(), [&](const OtherFile& file) { return file.kind == list->lists; });
    return listed == files.end() ? nullptr : &*listed;
}

const Family* find_family(const Families& families, std::string_view name) {
    for (const auto& family : families)
        if (family->name() == name) return family.get();
    return nullptr;
}

const Family* family_of_oui(const Families& families, std::uint32_t oui) {
    const Family* found = nullptr;
    for (const auto& family : families) {
        const auto ouis = family->ouis();
        if (std::find(ouis.begin(), ouis.end(), oui) == ouis.end()) continue;
        if (found != nullptr) return nullptr;
        found = family.get();
    }
    return found;
}

const Model* model_of(const Family& family, const PathMatch& match) {
    if (!match.model.empty()) return family.find_model(match.model);
    if (match.part.empty()) return nullptr;
    for (const Model& model : family.models())
        for (const std::string& part : model.part_numbers)
            if (equal_ignoring_case(part, match.part)) return &model;
    return nullptr;
}

const Discovery& Family::discovery() const {
    static const Discovery nothing;
    return nothing;
}

} // namespace offhook::config
