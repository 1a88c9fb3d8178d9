#pragma once
/// @file  Release: a firmware's number as it is compared: dotted numbers, a missing one is 0.
///
/// What a row of parameters.toml says brought it, and what firmware.version states of a phone.
/// Limits  numbers_max numbers of at most 9 digits each.
#include <array>
#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace offhook::config {

struct Release {
    static constexpr std::size_t numbers_max = 6;
    std::array<std::uint32_t, numbers_max> numbers{};

    friend auto operator<=>(const Release&, const Release&) = default;
};

/// "3.2": numbers and dots, nothing else.
[[nodiscard]] std::optional<Release> parse_release(std::string_view text);
[[nodiscard]] std::string to_text(const Release& release); ///< "3.2"
/// The first number of what people and phones write, and what follows it: "SIP 3.2.1", "UCS 4.0", "2.2.0.0047 (rev 2)",
/// "V02.061". Nullopt: no number is in it.
[[nodiscard]] std::optional<Release> find_release(std::string_view text);

} // namespace offhook::config
