#include "cli/firmware_bundle.hpp"

#include "base/text.hpp"
#include "cli/output.hpp"
#include "config/family/loader.hpp"
#include "config/syntax/version_file.hpp"

#include <algorithm>
#include <filesystem>
#include <fmt/format.h>
#include <fstream>
#include <iostream>
#include <set>
#include <vector>

namespace offhook::cli {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t version_file_bytes_max = 64U << 10U; // as the server has it

bool is_list(const config::Family& family, const fs::path& path) {
    const auto match = family.match_path(path.filename().string());
    return match && match->other != nullptr && !match->other->lists.empty();
}

/// As files are called that lie in a folder, for each model.
std::set<std::string> names_of_lists(const config::Family& family) {
    constexpr std::string_view part = "{part}";
    std::set<std::string> out;
    for (const auto& other : family.other_files()) {
        if (other.lists.empty()) continue;
        for (const std::string& path : other.paths) {
            const auto name = path.substr(path.rfind('/') == std::string::npos ? 0 : path.rfind('/') + 1);
            const auto at = name.find(part);
            if (at == std::string::npos) out.insert(name);
            for (const auto& model : family.models())
                for (const auto& number : model.part_numbers)
                    if (at != std::string::npos) out.insert(std::string(name).replace(at, part.size(), number));
        }
    }
    return out;
}

Result<std::vector<fs::path>> lists_in(const config::Family& family, const fs::path& where) {
    std::vector<fs::path> out;
    if (fs::is_regular_file(where) && is_list(family, where)) out.push_back(where);
    if (fs::is_directory(where))
        for (const auto& entry : fs::directory_iterator(where))
            if (entry.is_regular_file() && is_list(family, entry.path())) out.push_back(entry.path());
    std::sort(out.begin(), out.end());
    if (!out.empty()) return out;
    const auto names = names_of_lists(family);
    if (names.empty())
        return fail(ErrorCode::invalid,
                    fmt::format("phones of {} have no version file; add the image with FILE --name", family.name()),
                    where.string());
    return fail(ErrorCode::not_found,
                fmt::format("there is no version file of {}'s phones: it is called {}", family.name(),
                            join(std::vector<std::string>(names.begin(), names.end()), ", ")),
                where.string());
}

Result<config::VersionFile> read_list(const fs::path& path) {
    std::ifstream in(path, std::ios::binary);
    std::string text(version_file_bytes_max + 1, '\0');
    in.read(text.data(), static_cast<std::streamsize>(text.size()));
    text.resize(static_cast<std::size_t>(in.gcount()));
    if (text.size() > version_file_bytes_max)
        return fail(ErrorCode::too_large,
                    fmt::format("a version file is no longer than {} bytes", version_file_bytes_max), path.string());
    auto file = config::read_version_file(text);
    if (file.version.empty()) return fail(ErrorCode::invalid, "it names no version", path.string());
    std::set<std::string> missing;
    for (const auto& load : file.loads)
        if (!fs::is_regular_file(path.parent_path() / load.name)) missing.insert(load.name);
    if (!missing.empty())
        return fail(ErrorCode::not_found,
                    fmt::format("it names {}, which {} not beside it; nothing was stored",
                                join(std::vector<std::string>(missing.begin(), missing.end()), ", "),
                                missing.size() == 1 ? "is" : "are"),
                    path.string());
    return file;
}

} // namespace

int add_bundle(const Cli& cli, const StoredFileArguments& arguments, const std::string& where) {
    const auto families = config::load_families(cli.packs_directory);
    if (!families) {
        for (const auto& error : families.error()) failed(error);
        return exit_wrong_use;
    }
    const auto* family = config::find_family(*families, arguments.family);
    if (family == nullptr)
        return failed(
            Error{ErrorCode::not_found, "there is no family '" + printable(arguments.family, 40) + "'", "--family"});
    const auto lists = lists_in(*family, where);
    if (!lists) return failed(lists.error());
    std::vector<config::VersionFile> read;
    for (const auto& path : *lists) {
        auto file = read_list(path);
        if (!file) return failed(file.error());
        read.push_back(std::move(*file));
    }
    std::set<fs::path> stored; // two models' lists may name the same image
    for (std::size_t i = 0; i < read.size(); ++i) {
        const fs::path& list = (*lists)[i];
        StoredFileArguments each = arguments;
        if (each.version.empty()) each.version = read[i].version;
        each.listed_by = list.filename().string();
        for (const auto& load : read[i].loads) {
            each.file = (list.parent_path() / load.name).string(), each.name = load.name;
            if (!stored.insert(each.file).second) continue;
            if (const int code = add_stored_file(cli, "firmware", each); code != exit_done) return code;
        }
        each.file = list.string(), each.name = each.listed_by, each.listed_by.clear();
        if (const int code = add_stored_file(cli, "firmware", each); code != exit_done) return code;
    }
    return exit_done;
}

} // namespace offhook::cli
