#pragma once
/// @file  Small questions about text: ASCII only, no locale, no allocation unless a string is returned.
#include <charconv>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace offhook {

[[nodiscard]] constexpr char ascii_lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }
[[nodiscard]] constexpr bool ascii_digit(char c) { return c >= '0' && c <= '9'; }
[[nodiscard]] constexpr bool ascii_blank(char c) { return c == ' ' || c == '\t' || c == '\r' || c == '\n'; }

[[nodiscard]] std::string to_lower(std::string_view text);
[[nodiscard]] bool equal_ignoring_case(std::string_view a, std::string_view b);
[[nodiscard]] bool starts_with_ignoring_case(std::string_view text, std::string_view prefix);
/// Without blanks (space, tab, CR, LF) at either end.
[[nodiscard]] std::string_view trim(std::string_view text);
/// The pieces between separators; an empty text is one empty piece.
[[nodiscard]] std::vector<std::string_view> split(std::string_view text, char separator);
[[nodiscard]] std::string join(const std::vector<std::string>& pieces, std::string_view separator);
/// Valid UTF-8 without control characters other than tab (and CR, LF where `lines` says so).
enum class LineBreaks : std::uint8_t { refused, allowed };
[[nodiscard]] bool is_printable_utf8(std::string_view text, LineBreaks lines = LineBreaks::refused);
/// For showing a peer's bytes to a person: printable ASCII as it is, the rest as \xNN, cut at `bytes_max` with "…".
[[nodiscard]] std::string printable(std::string_view text, std::size_t bytes_max = 120);

/// The whole of `text` as a decimal number. Errors: nullopt for a sign where T has none, overflow, anything left over.
template <class T>
[[nodiscard]] std::optional<T> to_number(std::string_view text) {
    T value{};
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc{} || end != text.data() + text.size() || text.empty()) return std::nullopt;
    return value;
}

} // namespace offhook
