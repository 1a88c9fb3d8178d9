#include "config/syntax/xml_text.hpp"

#include "base/limits.hpp"
#include "base/text.hpp"

#include <fmt/format.h>

namespace offhook::config {
namespace {

bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_'; }

/// Bytes of the XML character that starts `text`, which is not ASCII; 0 when there is none.
std::size_t wide_char_bytes(std::string_view text) {
    const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
    const unsigned lead = byte(0);
    const std::size_t size = lead >= 0xf0 ? 4 : lead >= 0xe0 ? 3 : 2;
    if (lead < 0xc2 || lead > 0xf4 || size > text.size()) return 0;
    std::uint32_t code = lead & (size == 4 ? 0x07U : size == 3 ? 0x0fU : 0x1fU);
    for (std::size_t i = 1; i < size; ++i) {
        if ((byte(i) & 0xc0U) != 0x80U) return 0;
        code = (code << 6U) | (byte(i) & 0x3fU);
    }
    const std::uint32_t least = size == 4 ? 0x10000 : size == 3 ? 0x800 : 0x80;
    if (code < least || code > 0x10ffff || (code >= 0xd800 && code <= 0xdfff) || code == 0xfffe || code == 0xffff)
        return 0;
    return size;
}

} // namespace

bool append_xml_value(std::string& out, std::string_view value) {
    for (std::size_t i = 0; i < value.size();) {
        const char c = value[i];
        if (static_cast<unsigned char>(c) >= 0x80) {
            const std::size_t size = wide_char_bytes(value.substr(i));
            if (size == 0) return false;
            out.append(value, i, size);
            i += size;
            continue;
        }
        ++i;
        switch (c) {
        case '&':
            out += "&amp;";
            break;
        case '<':
            out += "&lt;";
            break;
        case '>':
            out += "&gt;";
            break;
        case '"':
            out += "&quot;";
            break;
        case '\'':
            out += "&#39;";
            break;
        // As themselves a reader would turn these three into blanks.
        case '\t':
            out += "&#9;";
            break;
        case '\n':
            out += "&#10;";
            break;
        case '\r':
            out += "&#13;";
            break;
        default:
            if (static_cast<unsigned char>(c) < 0x20) return false;
            out += c;
        }
    }
    return true;
}

bool is_utf8(std::string_view text) {
    for (std::size_t i = 0; i < text.size();) {
        const std::size_t size = static_cast<unsigned char>(text[i]) < 0x80 ? 1 : wide_char_bytes(text.substr(i));
        if (size == 0) return false;
        i += size;
    }
    return true;
}

bool is_plain_xml_name(std::string_view name) {
    if (name.empty() || !is_letter(name.front())) return false;
    for (const char c : name)
        if (!is_letter(c) && !ascii_digit(c) && c != '.' && c != '-') return false;
    return true;
}

Result<void> append_xml_attribute(std::string& out, std::string_view name, std::string_view value) {
    if (name.size() > limits::name_bytes_max)
        return fail(ErrorCode::too_large, fmt::format("a name has at most {} bytes", limits::name_bytes_max),
                    printable(name, 40));
    if (!is_plain_xml_name(name))
        return fail(ErrorCode::invalid, "not a name that an XML attribute can have", printable(name));
    if (value.size() > limits::value_bytes_max)
        return fail(ErrorCode::too_large, fmt::format("a value has at most {} bytes", limits::value_bytes_max),
                    std::string(name));
    out += ' ';
    out += name;
    out += "=\"";
    if (!append_xml_value(out, value))
        return fail(ErrorCode::invalid,
                    "the value holds a control character or bytes that are no UTF-8; XML has no "
                    "place for them",
                    std::string(name));
    out += '"';
    return {};
}

} // namespace offhook::config
