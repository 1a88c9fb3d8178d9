#include "phone/discovery/told_text.hpp"

#include "base/text.hpp"

#include <algorithm>
#include <fmt/format.h>

namespace offhook::phone {
namespace {

constexpr std::size_t shown_bytes_max = 400; // a whole URL of the longest family, and no more

} // namespace

Result<std::string> told_text(std::string_view value, std::size_t bytes_max) {
    while (!value.empty() && value.back() == '\0') value.remove_suffix(1);
    value = trim(value);
    if (value.empty()) return fail(ErrorCode::not_found, "it is empty");
    if (value.size() > bytes_max)
        return fail(ErrorCode::too_large,
                    fmt::format("it is {} characters long, the phone takes {}", value.size(), bytes_max));
    const bool is_text = std::all_of(value.begin(), value.end(), [](char c) { return c >= ' ' && c <= '~'; });
    if (!is_text)
        return fail(ErrorCode::invalid,
                    fmt::format("its {} bytes are no text: {}", value.size(), printable(value, 40)));
    return std::string(value);
}

std::string shown_address(std::string_view text) {
    const auto scheme = text.find("://");
    if (scheme == std::string_view::npos) return printable(text, shown_bytes_max);
    const auto start = scheme + 3;
    const auto path = std::min(text.find('/', start), text.size());
    const auto at = text.substr(start, path - start).rfind('@');
    if (at == std::string_view::npos) return printable(text, shown_bytes_max);
    const auto colon = text.substr(start, at).find(':');
    if (colon == std::string_view::npos) return printable(text, shown_bytes_max);
    return printable(fmt::format("{}:***{}", text.substr(0, start + colon), text.substr(start + at)), shown_bytes_max);
}

} // namespace offhook::phone
