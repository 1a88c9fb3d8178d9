#include "protocol/ftp/ftp_reply.hpp"

#include "base/assert.hpp"

namespace offhook::protocol {
namespace {

void append_code(std::string& out, std::uint16_t code, char behind) {
    OFFHOOK_ASSERT(code >= 100 && code <= 659);
    out += static_cast<char>('0' + code / 100);
    out += static_cast<char>('0' + code / 10 % 10);
    out += static_cast<char>('0' + code % 10);
    out += behind;
}

} // namespace

void append_ftp_reply(std::string& out, std::uint16_t code, std::string_view text) {
    append_code(out, code, ' ');
    out += text;
    out += "\r\n";
}

void append_ftp_reply(std::string& out, std::uint16_t code, std::string_view first,
                      std::span<const std::string_view> lines, std::string_view last) {
    append_code(out, code, '-');
    out += first;
    out += "\r\n";
    for (const auto line : lines) {
        out += ' ';
        out += line;
        out += "\r\n";
    }
    append_ftp_reply(out, code, last);
}

std::string quoted_ftp_path(std::string_view path) {
    std::string out = "\"";
    for (const char c : path) {
        if (c == '"') out += '"';
        out += c;
    }
    return out += '"';
}

} // namespace offhook::protocol
