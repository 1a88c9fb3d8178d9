#include "base/mac_address.hpp"

#include "base/hex.hpp"

namespace offhook {

std::optional<MacAddress> MacAddress::from_digits(std::string_view text) {
    if (text.size() < 12) return std::nullopt;
    std::uint64_t bits = 0;
    for (std::size_t i = 0; i < 12; ++i) {
        const int digit = hex_digit(text[i]);
        if (digit < 0) return std::nullopt;
        bits = (bits << 4U) | static_cast<unsigned>(digit);
    }
    return MacAddress(bits);
}

std::optional<MacAddress> MacAddress::from_text(std::string_view text) {
    if (text.size() == 12) return from_digits(text);
    // Separators every two digits (':' or '-') or every four ('.').
    std::size_t group = 0;
    if (text.size() == 17) group = 2;
    if (text.size() == 14) group = 4;
    if (group == 0) return std::nullopt;
    const char separator = text[group];
    if (group == 2 ? (separator != ':' && separator != '-') : separator != '.') return std::nullopt;
    std::array<char, 12> digits{};
    std::size_t count = 0;
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (i % (group + 1) == group) {
            if (text[i] != separator) return std::nullopt;
        } else {
            digits[count++] = text[i];
        }
    }
    return from_digits({digits.data(), digits.size()});
}

void MacAddress::write_digits(std::array<char, 12>& out) const {
    static constexpr std::string_view digits = "0123456789abcdef";
    for (unsigned i = 0; i < 12; ++i) out[i] = digits[(bits_ >> (44U - 4U * i)) & 0xfU];
}

std::string MacAddress::text() const {
    std::array<char, 12> out{};
    write_digits(out);
    return {out.data(), out.size()};
}

std::string MacAddress::text_upper() const {
    std::string out = text();
    for (char& c : out)
        if (c >= 'a') c = static_cast<char>(c - 'a' + 'A');
    return out;
}

std::string MacAddress::text_colons() const {
    const std::string plain = text();
    std::string out;
    for (std::size_t i = 0; i < 12; i += 2) {
        if (i != 0) out += ':';
        out.append(plain, i, 2);
    }
    return out;
}

} // namespace offhook
