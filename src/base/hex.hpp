#pragma once
/// @file  Hexadecimal text: one digit, and whole byte strings.
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace offhook {

/// 0..15, or -1 for what is no hexadecimal digit.
[[nodiscard]] constexpr int hex_digit(char c) {
    if (c >= '0' && c <= '9') return c - '0';
    if (c >= 'a' && c <= 'f') return c - 'a' + 10;
    if (c >= 'A' && c <= 'F') return c - 'A' + 10;
    return -1;
}

[[nodiscard]] std::string to_hex(std::span<const std::byte> bytes);
/// Errors: nullopt for an odd count of digits or anything that is no digit.
[[nodiscard]] std::optional<std::vector<std::byte>> from_hex(std::string_view text);

} // namespace offhook
