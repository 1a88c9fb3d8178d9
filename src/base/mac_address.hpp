#pragma once
/// @file  MacAddress: the 48-bit name that a phone is known by.
///
/// Shape   twelve hexadecimal digits; read in every spelling phones and people use, written lower-case without
/// separators. Limits  exactly 48 bits. 00:00:00:00:00:00 is a valid value: vendors name their default file after it.
#include <array>
#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace offhook {

class MacAddress {
public:
    constexpr MacAddress() = default;
    /// The low 48 bits of `bits`.
    constexpr explicit MacAddress(std::uint64_t bits) : bits_(bits & 0xffff'ffff'ffffULL) {}

    /// Accepts 0004f2abcdef, 00:04:f2:ab:cd:ef, 00-04-F2-…, 0004.f2ab.cdef, in either case.
    /// Errors: nullopt for anything else, surrounding white space and mixed separators included.
    [[nodiscard]] static std::optional<MacAddress> from_text(std::string_view text);

    /// Exactly twelve hexadecimal digits at the front of `text`; more may follow. The hot path's reader.
    [[nodiscard]] static std::optional<MacAddress> from_digits(std::string_view text);

    [[nodiscard]] constexpr std::uint64_t bits() const { return bits_; }
    /// The first 24 bits, which name the maker.
    [[nodiscard]] constexpr std::uint32_t oui() const { return static_cast<std::uint32_t>(bits_ >> 24U); }

    [[nodiscard]] std::string text() const;        ///< 0004f2abcdef
    [[nodiscard]] std::string text_upper() const;  ///< 0004F2ABCDEF
    [[nodiscard]] std::string text_colons() const; ///< 00:04:f2:ab:cd:ef
    void write_digits(std::array<char, 12>& out) const;

    friend constexpr auto operator<=>(const MacAddress&, const MacAddress&) = default;

private:
    std::uint64_t bits_ = 0;
};

} // namespace offhook

template <>
struct std::hash<offhook::MacAddress> {
    std::size_t operator()(const offhook::MacAddress& mac) const noexcept {
        // Fibonacci mixing: makers hand out addresses in runs, so the low bits alone collide in tables.
        return static_cast<std::size_t>((mac.bits() * 0x9e37'79b9'7f4a'7c15ULL) >> 16U);
    }
};
