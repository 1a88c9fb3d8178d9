#pragma once
/// @file  Small pieces of SIP's grammar that all its readers need.
///
/// Source  RFC 3261 25.1.
#include "base/text.hpp"

#include <array>
#include <cstddef>
#include <string_view>

namespace offhook::protocol::sip {

inline constexpr auto token_characters = [] {
    std::array<bool, 256> out{};
    for (char c = '0'; c <= '9'; ++c) out[static_cast<unsigned char>(c)] = true;
    for (char c = 'a'; c <= 'z'; ++c) out[static_cast<unsigned char>(c)] = true;
    for (char c = 'A'; c <= 'Z'; ++c) out[static_cast<unsigned char>(c)] = true;
    for (const char c : std::string_view("-.!%*_+`'~")) out[static_cast<unsigned char>(c)] = true;
    return out;
}();

[[nodiscard]] constexpr bool is_token(std::string_view text) {
    for (const char c : text)
        if (!token_characters[static_cast<unsigned char>(c)]) return false;
    return !text.empty();
}

/// Where the first `stop` stands that is in no quoted text and in no <...>; the text's size: nowhere.
[[nodiscard]] constexpr std::size_t find_outside_quotes(std::string_view text, char stop) {
    bool quoted = false, angled = false;
    for (std::size_t i = 0; i < text.size(); ++i) {
        const char c = text[i];
        if (quoted) {
            if (c == '\\') ++i;
            if (c == '"') quoted = false;
        } else if (angled) {
            if (c == '>') angled = false;
        } else if (c == stop) {
            return i;
        } else if (c == '"') {
            quoted = true;
        } else if (c == '<') {
            angled = true;
        }
    }
    return text.size();
}

/// Takes one parameter off a list like `a=b;c="d;e"; f`, with blanks around it removed.
struct Parameter {
    std::string_view name, value; ///< the value without quotes
    bool has_value = false;
};
[[nodiscard]] constexpr Parameter take_parameter(std::string_view& list) {
    const auto end = find_outside_quotes(list, ';');
    const auto piece = list.substr(0, end);
    list.remove_prefix(end < list.size() ? end + 1 : end);
    const auto trimmed = [](std::string_view text) {
        while (!text.empty() && ascii_blank(text.front())) text.remove_prefix(1);
        while (!text.empty() && ascii_blank(text.back())) text.remove_suffix(1);
        return text;
    };
    Parameter out;
    const auto equals = piece.find('=');
    out.name = trimmed(piece.substr(0, equals));
    if (equals == std::string_view::npos) return out;
    out.has_value = true;
    out.value = trimmed(piece.substr(equals + 1));
    if (!out.value.empty() && out.value.front() == '"') {
        out.value.remove_prefix(1);
        if (!out.value.empty() && out.value.back() == '"') out.value.remove_suffix(1);
    }
    return out;
}

} // namespace offhook::protocol::sip
