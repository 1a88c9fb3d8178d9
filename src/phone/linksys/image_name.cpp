#include "phone/linksys/image_name.hpp"

#include "base/text.hpp"

#include <algorithm>
#include <fmt/format.h>

namespace offhook::phone::linksys {
namespace {

bool is_number(std::string_view text) {
    return !text.empty() && text.size() <= 5 && std::all_of(text.begin(), text.end(), ascii_digit);
}

bool is_suffix(std::string_view text) {
    return !text.empty() && text.size() <= 8 && std::all_of(text.begin(), text.end(), [](char c) {
        const char lower = ascii_lower(c);
        return ascii_digit(c) || (lower >= 'a' && lower <= 'z');
    });
}

} // namespace

std::string version_in_name(std::string_view file_name) {
    const auto parts = split(file_name.substr(0, file_name.rfind('.')), '-');
    if (parts.size() < 4) return "";
    // Three numbers, counted from the end: the product's name may have hyphens and digits itself.
    const bool has_word_behind = parts.size() > 4 && !ascii_digit(parts.back().empty() ? 'x' : parts.back().front());
    const std::size_t first = parts.size() - (has_word_behind ? 4 : 3);
    const auto last = parts[first + 2];
    const auto letters = std::find_if_not(last.begin(), last.end(), ascii_digit);
    const auto digits = static_cast<std::size_t>(letters - last.begin());
    if (!is_number(parts[first]) || !is_number(parts[first + 1]) || !is_number(last.substr(0, digits))) return "";
    std::string_view suffix = last.substr(digits);
    if (has_word_behind && suffix.empty()) suffix = parts.back();
    const std::string version = fmt::format("{}.{}.{}", parts[first], parts[first + 1], last.substr(0, digits));
    if (suffix.empty()) return version;
    return is_suffix(suffix) ? fmt::format("{}({})", version, suffix) : "";
}

} // namespace offhook::phone::linksys
