#include "phone/discovery/told_text.hpp"

#include "base/text.hpp"
#include "protocol/url.hpp"

#include <algorithm>
#include <fmt/format.h>

namespace offhook::phone {
namespace {

constexpr std::size_t shown_bytes_max = 400; // a whole URL of the longest family, and no more

/// Behind "scheme://", where the word has one that phones speak: "u://p@h" is a user and a password.
std::size_t host_begin(std::string_view word) {
    constexpr std::string_view mark = "://";
    const auto scheme = word.find(mark);
    if (scheme == std::string_view::npos || !protocol::scheme_from_text(word.substr(0, scheme))) return 0;
    return scheme + mark.size();
}

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
        return fail(ErrorCode::invalid, fmt::format("its {} bytes are no text", value.size())); // and may hold a secret
    return std::string(value);
}

std::string shown_address(std::string_view text) {
    std::string out;
    while (!text.empty()) {
        const auto blank = std::find_if(text.begin(), text.end(), [](char c) { return c >= '\0' && c <= ' '; });
        auto word = text.substr(0, static_cast<std::size_t>(blank - text.begin()));
        const auto colon = word.find(':', host_begin(word));
        auto at = word.rfind('@');
        if (colon != std::string_view::npos && (at == std::string_view::npos || at < colon)) {
            at = text.rfind('@'); // a password may have blanks in it: better too much is hidden
            if (at != std::string_view::npos) word = text;
        }
        if (colon != std::string_view::npos && at != std::string_view::npos && at > colon)
            out += fmt::format("{}:***{}", word.substr(0, colon), word.substr(at));
        else
            out += word;
        text.remove_prefix(word.size());
        if (!text.empty()) out += text.front();
        text.remove_prefix(std::min<std::size_t>(1, text.size()));
    }
    return printable(out, shown_bytes_max);
}

} // namespace offhook::phone
