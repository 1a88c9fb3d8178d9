#include "protocol/tftp/name.hpp"

namespace offhook::protocol::tftp {

std::optional<std::string_view> tidy_name(std::string_view file_name, NameScratch& scratch) {
    if (file_name.size() > scratch.size()) return std::nullopt;
    std::size_t size = 0;
    std::size_t segment = 0; // where the segment under way begins
    const auto end_segment = [&] {
        const std::string_view text(scratch.data() + segment, size - segment);
        if (text == ".") size = segment;
        return text != "..";
    };
    for (const char sent : file_name) {
        const char c = sent == '\\' ? '/' : sent;
        if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f) return std::nullopt;
        if (c == '/') {
            if (!end_segment()) return std::nullopt;
            if (size == segment) continue; // a slash in front, or doubled, or behind a dot
        }
        scratch[size++] = c;
        if (c == '/') segment = size;
    }
    if (!end_segment() || size == 0) return std::nullopt;
    return std::string_view(scratch.data(), size);
}

} // namespace offhook::protocol::tftp
