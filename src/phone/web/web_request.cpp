#include "phone/web/web_request.hpp"

#include "base/text.hpp"

#include <algorithm>

namespace offhook::phone {
namespace {

constexpr std::size_t method_bytes_max = 16, fields_max = 64;

/// Cuts the line in front of the next CRLF off; nullopt: there is none, or a control character is in it.
std::optional<std::string_view> take_line(std::string_view& rest) {
    const auto end = rest.find("\r\n");
    if (end == std::string_view::npos) return std::nullopt;
    const auto line = rest.substr(0, end);
    rest.remove_prefix(end + 2);
    const bool is_plain =
        std::none_of(line.begin(), line.end(), [](unsigned char c) { return (c < ' ' && c != '\t') || c == 0x7f; });
    return is_plain ? std::optional(line) : std::nullopt;
}

bool is_graphic(std::string_view text) {
    return std::all_of(text.begin(), text.end(), [](unsigned char c) { return c > ' ' && c < 0x7f; });
}

bool is_field_name(std::string_view name) {
    return !name.empty() && std::all_of(name.begin(), name.end(), [](char c) {
        return (ascii_lower(c) >= 'a' && ascii_lower(c) <= 'z') || ascii_digit(c) ||
               std::string_view("!#$%&'*+-.^_`|~").find(c) != std::string_view::npos;
    });
}

bool read_request_line(std::string_view line, WebRequest& out) {
    const auto words = split(line, ' ');
    if (words.size() != 3 || (words[2] != "HTTP/1.1" && words[2] != "HTTP/1.0")) return false;
    const bool is_sound = is_field_name(words[0]) && words[0].size() <= method_bytes_max && words[1].starts_with('/') &&
                          is_graphic(words[1]);
    if (!is_sound) return false;
    out.method = words[0];
    out.target = words[1];
    return true;
}

std::optional<unsigned> hex_digit(char c) {
    if (c >= '0' && c <= '9') return c - '0';
    if (c >= 'a' && c <= 'f') return c - 'a' + 10;
    if (c >= 'A' && c <= 'F') return c - 'A' + 10;
    return std::nullopt;
}

} // namespace

Result<WebRequest> read_web_request(std::string_view head) {
    const auto wrong = [] { return fail(ErrorCode::invalid, "no HTTP request"); };
    if (head.size() > web_head_bytes_max) return wrong();
    WebRequest out;
    const auto first = take_line(head);
    if (!first || !read_request_line(*first, out)) return wrong();
    bool has_authorization = false;
    for (std::size_t fields = 0; fields <= fields_max; ++fields) {
        const auto line = take_line(head);
        if (!line) return wrong();
        if (line->empty()) return out;
        const auto colon = line->find(':');
        if (colon == std::string_view::npos || !is_field_name(line->substr(0, colon)))
            return wrong(); // folded ones too
        if (!equal_ignoring_case(line->substr(0, colon), "authorization")) continue;
        if (has_authorization) return wrong(); // two readers could differ
        has_authorization = true;
        out.authorization = trim(line->substr(colon + 1));
    }
    return wrong();
}

std::optional<std::string> undo_url_encoding(std::string_view text) {
    std::string out;
    for (std::size_t i = 0; i < text.size(); ++i) {
        char c = text[i] == '+' ? ' ' : text[i];
        if (c == '%' && i + 2 < text.size()) {
            const auto high = hex_digit(text[i + 1]), low = hex_digit(text[i + 2]);
            if (high && low) c = static_cast<char>(*high << 4U | *low), i += 2;
        }
        const auto byte = static_cast<unsigned char>(c);
        if (byte < ' ' || byte == 0x7f) return std::nullopt;
        out += c;
    }
    return out;
}

} // namespace offhook::phone
