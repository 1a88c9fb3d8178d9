#include "config/family/loader.hpp"

#include "base/digest.hpp"
#include "base/text.hpp"
#include "config/family/limits.hpp"
#include "config/family/pack_files.hpp"

#include <algorithm>
#include <cstring>
#include <fstream>
#include <functional>

namespace offhook::config {
namespace {

std::uint64_t revision_of(const PackText& text) {
    std::string all;
    for (const auto* part : {&text.family, &text.models, &text.parameters, &text.settings})
        (all += std::to_string(part->size()) + '\n') += *part;
    if (text.discovery) (all += std::to_string(text.discovery->size()) + '\n') += *text.discovery;
    const Sha256 digest = sha256(all);
    std::uint64_t revision = 0;
    std::memcpy(&revision, digest.data(), sizeof revision);
    return revision;
}

/// Nullopt for a file that is no TOML at all; the problem is reported.
std::optional<toml::table> parse(Problems& problems, const std::string& name, const std::string& text) {
    if (text.size() > pack_limits::pack_file_bytes_max) {
        problems.add(name, "the file is larger than 1 MiB", ErrorCode::too_large);
        return std::nullopt;
    }
    try {
        return toml::parse(std::string_view(text));
    } catch (const toml::parse_error& error) {
        problems.add(name + ":" + std::to_string(error.source().begin.line), std::string(error.description()));
        return std::nullopt;
    }
}

std::optional<std::string> read_file(Problems& problems, const std::filesystem::path& path) {
    std::ifstream file(path, std::ios::binary);
    std::string text(pack_limits::pack_file_bytes_max + 1, '\0');
    if (file) file.read(text.data(), static_cast<std::streamsize>(text.size()));
    if (!file && !file.eof()) {
        problems.add(path.string(), "cannot be read", ErrorCode::not_found);
        return std::nullopt;
    }
    text.resize(static_cast<std::size_t>(file.gcount()));
    return text;
}

} // namespace

Checked<std::shared_ptr<const Family>> load_family(const PackText& text) {
    Problems problems;
    PackContent content;
    content.revision = revision_of(text);
    const auto read = [&](std::string_view file, const std::string& body,
                          void (*reader)(const PackFile&, PackContent&)) {
        const std::string name = text.folder.empty() ? std::string(file) : text.folder + "/" + std::string(file);
        if (const auto root = parse(problems, name, body)) reader({problems, name, *root}, content);
    };
    read("parameters.toml", text.parameters, read_parameters);
    read("models.toml", text.models, read_models);
    read("family.toml", text.family, read_family);
    read("settings.toml", text.settings, read_settings);
    if (text.discovery) read("discovery.toml", *text.discovery, read_discovery);
    if (!problems.empty()) return tl::unexpected(problems.take());
    return std::shared_ptr<const Family>(std::make_shared<Pack>(std::move(content)));
}

Checked<std::shared_ptr<const Family>> load_family(const std::filesystem::path& folder) {
    Problems problems;
    std::error_code trouble;
    if (!std::filesystem::is_directory(folder, trouble)) {
        problems.add(folder.string(), "there is no such folder", ErrorCode::not_found);
        return tl::unexpected(problems.take());
    }
    if (!std::filesystem::exists(folder / "family.toml", trouble)) {
        problems.add(folder.string(),
                     "there is no family.toml here, so it is no pack; one is a folder such as families/polycom",
                     ErrorCode::not_found);
        return tl::unexpected(problems.take());
    }
    PackText text;
    text.folder = folder.string();
    const std::pair<const char*, std::string PackText::*> files[] = {{"family.toml", &PackText::family},
                                                                     {"models.toml", &PackText::models},
                                                                     {"parameters.toml", &PackText::parameters},
                                                                     {"settings.toml", &PackText::settings}};
    for (const auto& [name, member] : files)
        if (auto body = read_file(problems, folder / name)) text.*member = std::move(*body);
    std::error_code error;
    if (std::filesystem::exists(folder / "discovery.toml", error))
        text.discovery = read_file(problems, folder / "discovery.toml");
    if (!problems.empty()) return tl::unexpected(problems.take());
    return load_family(text);
}

Checked<Families> load_families(const std::filesystem::path& dir) {
    std::vector<std::filesystem::path> folders;
    std::error_code error;
    for (const auto& entry : std::filesystem::directory_iterator(dir, error))
        if (std::filesystem::exists(entry.path() / "family.toml", error)) folders.push_back(entry.path());
    std::sort(folders.begin(), folders.end());
    std::vector<Error> errors;
    if (folders.empty()) errors.push_back({ErrorCode::not_found, "no family packs here", dir.string()});
    Families families;
    for (const auto& folder : folders) {
        auto family = load_family(folder);
        if (!family) {
            errors.insert(errors.end(), family.error().begin(), family.error().end());
            continue;
        }
        if (find_family(families, (*family)->name()) != nullptr)
            errors.push_back({ErrorCode::conflict, "a family of this name is there already", folder.string()});
        families.push_back(std::move(*family));
    }
    if (!errors.empty()) return tl::unexpected(std::move(errors));
    return families;
}

} // namespace offhook::config
