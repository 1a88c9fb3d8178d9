#include "config/syntax/version_file.hpp"

#include "base/hex.hpp"
#include "base/text.hpp"

#include <algorithm>
#include <fmt/format.h>

namespace offhook::config {
namespace {

std::vector<std::string_view> words_of(std::string_view line) {
    std::vector<std::string_view> words;
    while (!(line = trim(line)).empty()) {
        const auto end = std::min(line.find_first_of(" \t"), line.size());
        words.push_back(line.substr(0, end));
        line.remove_prefix(end);
    }
    return words;
}

std::optional<std::uint32_t> sum_of(std::string_view word) {
    const auto bytes = word.size() == 8 ? from_hex(word) : std::nullopt;
    if (!bytes) return std::nullopt;
    std::uint32_t out = 0;
    for (const std::byte byte : *bytes) out = out << 8U | std::to_integer<std::uint32_t>(byte);
    return out;
}

/// A name that can stand behind a base address: visible ASCII, no way out of the folder.
bool is_file_name(std::string_view name) {
    return !name.empty() && name.size() <= VersionFile::name_bytes_max && name.find("..") == std::string_view::npos &&
           name.find("://") == std::string_view::npos && name.front() != '/' &&
           std::all_of(name.begin(), name.end(), [](char c) { return c > ' ' && c <= '~'; });
}

/// Nullopt: none of the three forms.
std::optional<VersionFile::Load> load_of(const std::vector<std::string_view>& words) {
    VersionFile::Load load;
    if (words.size() == 1) load.name = words[0];
    if (words.size() == 2) {
        load.sum = sum_of(words[1]);
        load.tag = load.sum ? std::string_view() : words[0];
        load.name = load.sum ? words[0] : words[1];
    }
    if (words.size() == 3) {
        load.tag = words[0], load.name = words[1], load.sum = sum_of(words[2]);
        if (!load.sum) return std::nullopt;
    }
    if (!is_file_name(load.name) || load.tag.size() > VersionFile::name_bytes_max) return std::nullopt;
    return load;
}

} // namespace

VersionFile read_version_file(std::string_view text) {
    VersionFile out;
    std::string first;
    bool has_version = false, first_is_load = false;
    std::size_t number = 0;
    for (const auto line : split(text, '\n')) {
        ++number;
        const auto words = words_of(line);
        if (words.empty() || line.starts_with('#')) continue;
        const auto whole = trim(line);
        if (equal_ignoring_case(words[0], "version")) {
            if (!has_version) out.version = trim(whole.substr(words[0].size()));
            has_version = true;
            continue;
        }
        auto load = load_of(words);
        if (first.empty()) first = whole, first_is_load = load.has_value();
        if (load && out.loads.size() < VersionFile::files_max)
            out.loads.push_back(std::move(*load));
        else if (out.notes.size() < 3)
            out.notes.push_back(fmt::format("line {} names no file that could be fetched", number));
    }
    if (!has_version) {
        out.version = first;
        if (first_is_load)
            out.loads.erase(out.loads.begin());
        else if (!out.notes.empty())
            out.notes.erase(out.notes.begin()); // it is the version
    }
    if (out.version.size() > VersionFile::name_bytes_max || !is_printable_utf8(out.version)) out.version.clear();
    return out;
}

std::string write_version_file(const VersionFile& file, std::string_view remark) {
    std::string out = fmt::format("# {}\nversion {}\n", remark, file.version);
    for (const VersionFile::Load& load : file.loads) {
        if (!load.tag.empty()) out += load.tag + ' ';
        out += load.name;
        if (load.sum) out += fmt::format(" {:08x}", *load.sum);
        out += '\n';
    }
    return out;
}

} // namespace offhook::config
