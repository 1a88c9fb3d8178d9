#include "protocol/ftp/ftp_ascii.hpp"

#include <algorithm>

namespace offhook::protocol {

void FtpAsciiEncoder::encode(std::string_view text, std::string& out) {
    while (!text.empty()) {
        const auto end = std::min(text.find('\n'), text.size());
        out += text.substr(0, end);
        if (end != 0) before_ = text[end - 1];
        if (end == text.size()) return;
        if (before_ != '\r') out += '\r';
        out += '\n';
        before_ = '\n';
        text.remove_prefix(end + 1);
    }
}

void FtpAsciiDecoder::decode(std::string_view text, std::string& out) {
    while (!text.empty()) {
        if (carriage_return_ && text.front() != '\n') out += '\r';
        carriage_return_ = false;
        const auto end = std::min(text.find('\r'), text.size());
        out += text.substr(0, end);
        if (end == text.size()) return;
        carriage_return_ = true;
        text.remove_prefix(end + 1);
    }
}

void FtpAsciiDecoder::finish(std::string& out) {
    if (carriage_return_) out += '\r';
    carriage_return_ = false;
}

std::uint64_t ftp_ascii_bytes(std::string_view text) {
    std::uint64_t bytes = text.size();
    for (auto at = text.find('\n'); at != std::string_view::npos; at = text.find('\n', at + 1))
        if (at == 0 || text[at - 1] != '\r') ++bytes;
    return bytes;
}

} // namespace offhook::protocol
