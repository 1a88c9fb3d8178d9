#include "base/text.hpp"

#include <algorithm>

namespace offhook {

std::string to_lower(std::string_view text) {
    std::string out(text);
    std::transform(out.begin(), out.end(), out.begin(), ascii_lower);
    return out;
}

bool equal_ignoring_case(std::string_view a, std::string_view b) {
    return a.size() == b.size() &&
           std::equal(a.begin(), a.end(), b.begin(), [](char x, char y) { return ascii_lower(x) == ascii_lower(y); });
}

bool starts_with_ignoring_case(std::string_view text, std::string_view prefix) {
    return text.size() >= prefix.size() && equal_ignoring_case(text.substr(0, prefix.size()), prefix);
}

std::string_view trim(std::string_view text) {
    while (!text.empty() && ascii_blank(text.front())) text.remove_prefix(1);
    while (!text.empty() && ascii_blank(text.back())) text.remove_suffix(1);
    return text;
}

std::vector<std::string_view> split(std::string_view text, char separator) {
    std::vector<std::string_view> pieces;
    for (;;) {
        const auto at = text.find(separator);
        pieces.push_back(text.substr(0, at));
        if (at == std::string_view::npos) return pieces;
        text.remove_prefix(at + 1);
    }
}

std::string join(const std::vector<std::string>& pieces, std::string_view separator) {
    std::string out;
    for (std::size_t i = 0; i < pieces.size(); ++i) {
        if (i != 0) out += separator;
        out += pieces[i];
    }
    return out;
}

bool is_printable_utf8(std::string_view text, LineBreaks lines) {
    std::size_t i = 0;
    while (i < text.size()) {
        const auto lead = static_cast<unsigned char>(text[i]);
        if (lead < 0x80) {
            const bool line_break = lead == '\n' || lead == '\r';
            if (lead == 0x7f || (lead < 0x20 && lead != '\t' && !(line_break && lines == LineBreaks::allowed)))
                return false;
            ++i;
            continue;
        }
        std::size_t more = 0;
        std::uint32_t code = 0;
        if ((lead & 0xe0U) == 0xc0U)
            more = 1, code = lead & 0x1fU;
        else if ((lead & 0xf0U) == 0xe0U)
            more = 2, code = lead & 0x0fU;
        else if ((lead & 0xf8U) == 0xf0U)
            more = 3, code = lead & 0x07U;
        else
            return false;
        if (i + more >= text.size()) return false;
        for (std::size_t k = 1; k <= more; ++k) {
            const auto next = static_cast<unsigned char>(text[i + k]);
            if ((next & 0xc0U) != 0x80U) return false;
            code = (code << 6U) | (next & 0x3fU);
        }
        static constexpr std::uint32_t least[] = {0, 0x80, 0x800, 0x10000};
        const bool surrogate = code >= 0xd800 && code <= 0xdfff;
        const bool control = code >= 0x80 && code < 0xa0;
        const bool noncharacter = code == 0xfffe || code == 0xffff; // not allowed in XML
        if (code < least[more] || code > 0x10ffff || surrogate || control || noncharacter) return false;
        i += more + 1;
    }
    return true;
}

std::string printable(std::string_view text, std::size_t bytes_max) {
    static constexpr std::string_view digits = "0123456789abcdef";
    std::string out;
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (i == bytes_max) return out + "…";
        const auto c = static_cast<unsigned char>(text[i]);
        if (c >= 0x20 && c < 0x7f) {
            out += static_cast<char>(c);
        } else {
            out += "\\x";
            out += digits[c >> 4U];
            out += digits[c & 0xfU];
        }
    }
    return out;
}

} // namespace offhook
