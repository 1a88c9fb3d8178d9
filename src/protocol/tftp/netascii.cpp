#include "protocol/tftp/netascii.hpp"

namespace offhook::protocol::tftp {

void append_netascii(std::string& out, std::string_view text) {
    using namespace std::string_view_literals;
    for (;;) {
        const auto at = text.find_first_of("\r\n");
        out += text.substr(0, at);
        if (at == std::string_view::npos) return;
        out += text[at] == '\n' ? "\r\n"sv : "\r\0"sv;
        text.remove_prefix(at + 1);
    }
}

void NetasciiDecoder::append(std::string& out, std::string_view piece) {
    for (const char c : piece) {
        if (after_cr_) {
            after_cr_ = false;
            if (c == '\n' || c == '\0') {
                out += c == '\n' ? '\n' : '\r';
                continue;
            }
            out += '\r';
        }
        if (c == '\r')
            after_cr_ = true;
        else
            out += c;
    }
}

void NetasciiDecoder::finish(std::string& out) {
    if (after_cr_) out += '\r';
    after_cr_ = false;
}

} // namespace offhook::protocol::tftp
