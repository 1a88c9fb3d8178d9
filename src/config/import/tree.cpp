#include "config/import/tree.hpp"

#include "base/text.hpp"
#include "config/import/limits.hpp"

#include <algorithm>

namespace offhook::config {
namespace {

constexpr std::size_t name_mac_digits = 12;
constexpr std::size_t sniffed_bytes = 4096;

bool is_hex(char c) { return ascii_digit(c) || (ascii_lower(c) >= 'a' && ascii_lower(c) <= 'f'); }

/// "00:0e:08:aa:bb:cc", with '-' too, and neither digits nor more of them around it.
std::optional<MacAddress> mac_with_borders(std::string_view name) {
    constexpr std::size_t length = name_mac_digits + 5;
    const auto is_border = [&](std::size_t at) { return name[at] == ':' || name[at] == '-'; };
    for (std::size_t at = 0; at + length <= name.size(); ++at) {
        const std::size_t end = at + length;
        if (at > 0 && (is_hex(name[at - 1]) || is_border(at - 1))) continue;
        if (end < name.size() && (is_hex(name[end]) || is_border(end))) continue;
        std::string digits;
        for (std::size_t i = at; i < end; ++i) {
            const bool border = (i - at) % 3 == 2;
            if (border ? !is_border(i) : !is_hex(name[i])) break;
            if (!border) digits += name[i];
        }
        if (digits.size() == name_mac_digits) return MacAddress::from_digits(digits);
    }
    return std::nullopt;
}

/// "folder/name" without empty, "." and ".." pieces; nullopt where ".." stands.
std::optional<std::string> joined(std::string_view folder, std::string_view name) {
    std::string out(folder);
    for (const std::string_view piece : split(name, '/')) {
        if (piece.empty() || piece == ".") continue;
        if (piece == "..") return std::nullopt;
        if (!out.empty()) out += '/';
        out += piece;
    }
    return out;
}

} // namespace

Tree::Tree(std::vector<TreeFile> files) : files_(std::move(files)) {
    if (files_.size() > limits::tree_files_max) files_.resize(limits::tree_files_max);
    std::stable_sort(files_.begin(), files_.end(),
                     [](const TreeFile& a, const TreeFile& b) { return a.path < b.path; });
    for (std::size_t i = 0; i < files_.size(); ++i) {
        exact_.emplace(files_[i].path, i);
        folded_.emplace(to_lower(files_[i].path), i);
    }
}

std::optional<std::size_t> Tree::find(std::string_view folder, std::string_view name) const {
    const auto path = joined(folder, name);
    if (!path || path->empty()) return std::nullopt;
    auto found = exact_.find(*path);
    if (found == exact_.end()) {
        found = folded_.find(to_lower(*path));
        if (found == folded_.end()) return std::nullopt;
    }
    if (files_[found->second].kind != TreeFile::Kind::regular) return std::nullopt;
    return found->second;
}

std::string_view folder_of(std::string_view path) {
    const auto slash = path.rfind('/');
    return slash == std::string_view::npos ? std::string_view{} : path.substr(0, slash);
}

std::string_view base_name(std::string_view path) {
    const auto slash = path.rfind('/');
    return slash == std::string_view::npos ? path : path.substr(slash + 1);
}

std::optional<MacAddress> mac_in_name(std::string_view path) {
    std::string_view name = base_name(path);
    if (starts_with_ignoring_case(name, "spa")) name.remove_prefix(3); // its last letter is a digit, too
    for (std::size_t at = 0; at < name.size();) {
        if (!is_hex(name[at])) {
            ++at;
            continue;
        }
        std::size_t end = at;
        while (end < name.size() && is_hex(name[end])) ++end;
        if (end - at == name_mac_digits) return MacAddress::from_digits(name.substr(at));
        at = end;
    }
    return mac_with_borders(name);
}

bool is_log(std::string_view path) { return to_lower(base_name(path)).find(".log") != std::string::npos; }

bool is_binary(std::string_view bytes) {
    const std::string_view head = bytes.substr(0, sniffed_bytes);
    if (head.starts_with("\xff\xfe") || head.starts_with("\xfe\xff")) return false; // UTF-16: a reader says so
    return std::any_of(head.begin(), head.end(), [](char c) {
        const auto u = static_cast<unsigned char>(c);
        return u < 0x20 && c != '\t' && c != '\n' && c != '\r' && c != '\f' && u != 0x1b;
    });
}

} // namespace offhook::config
