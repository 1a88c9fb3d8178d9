#include "server/stored_files.hpp"

#include "base/text.hpp"

#include <algorithm>

namespace offhook::server {
namespace {

using catalogue::StoredFile;

std::string_view last_segment(std::string_view path) {
    const auto slash = path.rfind('/');
    return slash == std::string_view::npos ? path : path.substr(slash + 1);
}

bool may_have(const StoredFile& file, const StoredQuestion& question, std::string_view model) {
    const auto role = question.match->other->role == config::OtherFile::Role::firmware ? catalogue::FileRole::firmware
                                                                                       : catalogue::FileRole::asset;
    if (file.role != role) return false;
    if (!file.family.empty() && file.family != question.family->name()) return false;
    if (file.site && (question.site == nullptr || *file.site != question.site->id)) return false;
    return file.models.empty() || (!model.empty() && file.is_for(model));
}

std::shared_ptr<const StoredFile> best(const catalogue::Snapshot& snapshot, const StoredQuestion& question,
                                       std::string_view name, std::string_view model) {
    const std::shared_ptr<const StoredFile>* found = nullptr;
    const auto rank = [](const StoredFile& file) { return (file.site ? 2 : 0) + (file.models.empty() ? 0 : 1); };
    for (const auto& file : snapshot.files_named(name)) // the latest first
        if (may_have(*file, question, model) && (found == nullptr || rank(*file) > rank(**found))) found = &file;
    return found == nullptr ? nullptr : *found;
}

} // namespace

const config::Model* model_of_part(const config::Family& family, std::string_view part) {
    for (const config::Model& model : family.models())
        for (const std::string& known : model.part_numbers)
            if (equal_ignoring_case(known, part)) return &model;
    return nullptr;
}

std::shared_ptr<const StoredFile> find_stored_file(const catalogue::Snapshot& snapshot,
                                                   const StoredQuestion& question) {
    const std::string_view part = question.match->part;
    // What the part number says is the hardware that asks, whatever the catalogue holds it to be.
    const config::Model* by_part = part.empty() ? nullptr : model_of_part(*question.family, part);
    const config::Model* known = by_part != nullptr ? by_part : question.model;
    const std::string_view model = known == nullptr ? std::string_view() : known->name;
    const std::string_view name = last_segment(question.path);
    if (auto found = best(snapshot, question, question.path, model)) return found;
    if (auto found = best(snapshot, question, name, model)) return found;
    // "318.sip.ld" is a name of its own; only what is a part number, or looks like one, is taken off.
    const bool is_part = by_part != nullptr || part.find('-') != std::string_view::npos;
    if (question.match->other->role != config::OtherFile::Role::firmware || !is_part || name.size() <= part.size() + 1)
        return nullptr;
    return best(snapshot, question, name.substr(part.size() + 1), model);
}

const config::OtherFile* asked_for_as(const config::Family& family, std::string_view name) {
    const auto match = family.match_path(name);
    return match ? match->other : nullptr;
}

std::string_view media_type_of(std::string_view name) {
    const auto dot = name.rfind('.');
    const std::string end = dot == std::string_view::npos ? std::string() : to_lower(name.substr(dot + 1));
    if (end == "xml" || end == "cfg") return "text/xml";
    if (end == "log" || end == "txt" || end == "ver") return "text/plain";
    return "application/octet-stream";
}

std::string upload_name(const config::OtherFile& upload, MacAddress mac) {
    std::string out = upload.paths.front();
    const auto put = [&](std::string_view variable, const std::string& text) {
        if (const auto at = out.find(variable); at != std::string::npos) out.replace(at, variable.size(), text);
    };
    put("{dirs}", "");
    put("{mac}", mac.text());
    return out;
}

} // namespace offhook::server
