#include "protocol/http_range.hpp"

#include "base/text.hpp"

#include <algorithm>
#include <limits>

namespace offhook::protocol {
namespace {

/// Digits only; a number too large for 64 bits counts as the largest, which lies behind every file's end.
std::optional<std::uint64_t> read_offset(std::string_view text) {
    if (text.empty() || !std::all_of(text.begin(), text.end(), ascii_digit)) return std::nullopt;
    return to_number<std::uint64_t>(text).value_or(std::numeric_limits<std::uint64_t>::max());
}

} // namespace

HttpRange read_http_range(std::optional<std::string_view> value, std::uint64_t file_bytes) {
    constexpr std::string_view unit = "bytes=";
    if (!value || !starts_with_ignoring_case(*value, unit)) return {};
    const auto spec = trim(value->substr(unit.size()));
    const auto dash = spec.find('-');
    if (dash == std::string_view::npos) return {};
    const auto first_text = spec.substr(0, dash);
    const auto last_text = spec.substr(dash + 1);
    if (first_text.empty()) { // the last so many bytes
        const auto count = read_offset(last_text);
        if (!count) return {};
        if (*count == 0) return {HttpRange::Kind::unsatisfiable, 0, 0};
        if (file_bytes == 0) return {}; // all of nothing: 206 cannot say that
        const auto bytes = std::min(*count, file_bytes);
        return {HttpRange::Kind::part, file_bytes - bytes, bytes};
    }
    const auto first = read_offset(first_text);
    const auto last = last_text.empty() ? std::numeric_limits<std::uint64_t>::max() : read_offset(last_text);
    if (!first || !last || *last < *first) return {};
    if (*first >= file_bytes) return {HttpRange::Kind::unsatisfiable, 0, 0};
    return {HttpRange::Kind::part, *first, std::min(*last, file_bytes - 1) - *first + 1};
}

std::optional<HttpContentRange> read_http_content_range(std::string_view value) {
    constexpr std::string_view unit = "bytes ";
    if (!starts_with_ignoring_case(value, unit)) return std::nullopt;
    const auto spec = trim(value.substr(unit.size()));
    const auto dash = spec.find('-');
    const auto slash = spec.find('/');
    if (dash == std::string_view::npos || slash == std::string_view::npos || dash > slash) return std::nullopt;
    const auto first = to_number<std::uint64_t>(spec.substr(0, dash));
    const auto last = to_number<std::uint64_t>(spec.substr(dash + 1, slash - dash - 1));
    if (!first || !last || *last < *first || *last == std::numeric_limits<std::uint64_t>::max()) return std::nullopt;
    HttpContentRange range{*first, *last - *first + 1, std::nullopt};
    const auto whole = spec.substr(slash + 1);
    if (whole == "*") return range;
    range.whole = to_number<std::uint64_t>(whole);
    if (!range.whole || *range.whole <= *last) return std::nullopt;
    return range;
}

} // namespace offhook::protocol
