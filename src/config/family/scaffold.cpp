#include "config/family/scaffold.hpp"

#include "base/text.hpp"
#include "config/family/scaffold_text.hpp"

#include <algorithm>
#include <fstream>

namespace offhook::config {
namespace {

constexpr std::size_t name_bytes_max = 32;
constexpr std::size_t title_bytes_max = 80;

/// A folder, a word of commands and addresses, and what stands in front of the example's file names.
bool is_name(std::string_view name) {
    const auto is_letter = [](char c) { return c >= 'a' && c <= 'z'; };
    return name.size() >= 2 && name.size() <= name_bytes_max && is_letter(name.front()) && name.back() != '-' &&
           std::all_of(name.begin(), name.end(), [&](char c) { return is_letter(c) || ascii_digit(c) || c == '-'; });
}

/// It stands between quotation marks in family.toml, in comments, and as the README's heading.
bool is_title(std::string_view title) {
    return !title.empty() && title.size() <= title_bytes_max && trim(title) == title && is_printable_utf8(title) &&
           title.find_first_of("\"\\") == std::string_view::npos;
}

std::string filled(std::string_view text, std::string_view name, std::string_view title) {
    std::string out(text);
    const std::pair<std::string_view, std::string_view> words[] = {{"@NAME@", name}, {"@TITLE@", title}};
    for (const auto& [word, value] : words)
        for (auto at = out.find(word); at != std::string::npos; at = out.find(word, at + value.size()))
            out.replace(at, word.size(), value);
    return out;
}

Result<void> write_files(const std::filesystem::path& folder, const std::vector<ScaffoldFile>& files) {
    std::error_code error;
    for (const ScaffoldFile& file : files) {
        const auto path = folder / file.path;
        std::filesystem::create_directories(path.parent_path(), error);
        std::ofstream out(path, std::ios::binary);
        out << file.text;
        out.close();
        if (!out) return fail(ErrorCode::not_found, "cannot be written", path.string());
    }
    return {};
}

} // namespace

Result<std::vector<ScaffoldFile>> scaffold_files(std::string_view name, std::string_view title) {
    if (!is_name(name))
        return fail(ErrorCode::invalid,
                    "a family's name is 2 to 32 lower-case letters, digits and '-', a letter first and no '-' last",
                    printable(name, 40));
    if (!is_title(title))
        return fail(ErrorCode::invalid, "a title is 1 to 80 bytes of text without quotation marks and backslashes",
                    printable(title, 40));
    std::vector<ScaffoldFile> out;
    for (const auto& [path, text] : scaffold_texts) out.push_back({std::string(path), filled(text, name, title)});
    return out;
}

Result<std::filesystem::path> scaffold(const std::filesystem::path& directory, std::string_view name,
                                       std::string_view title) {
    const auto files = scaffold_files(name, title);
    if (!files) return tl::unexpected(files.error());
    const auto folder = directory / name;
    std::error_code error;
    // It makes the folder or says that something of that name is there: a pack is never written over.
    const bool made = std::filesystem::create_directory(folder, error);
    if (!made && (!error || std::filesystem::exists(std::filesystem::symlink_status(folder, error))))
        return fail(ErrorCode::conflict, "it is there already; nothing was changed", folder.string());
    if (!made) return fail(ErrorCode::not_found, "the folder cannot be made", folder.string());
    if (const auto done = write_files(folder, *files); !done) {
        std::filesystem::remove_all(folder, error);
        return tl::unexpected(done.error());
    }
    return folder;
}

} // namespace offhook::config
