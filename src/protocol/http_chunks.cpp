#include "protocol/http_chunks.hpp"

#include "base/hex.hpp"

#include <algorithm>

namespace offhook::protocol {

HttpChunkReader::Step HttpChunkReader::read(std::string_view bytes) {
    std::size_t used = 0;
    for (;;) {
        if (place_ == Place::data) {
            const auto rest = bytes.substr(used);
            if (rest.empty()) return end_of(used, State::needs_more);
            const auto taken = static_cast<std::size_t>(std::min<std::uint64_t>(left_, rest.size()));
            left_ -= taken;
            if (left_ == 0) place_ = Place::data_end;
            return {State::data, used + taken, rest.substr(0, taken)};
        }
        const auto line = take_line(bytes, used, place_ == Place::trailer ? trailer_bytes_max : line_bytes_max);
        if (line == Line::part) return end_of(used, State::needs_more);
        if (line == Line::broken) return end_of(used, State::broken);
        if (place_ == Place::size_line) {
            if (!read_size()) return end_of(used, State::broken);
            place_ = left_ == 0 ? Place::trailer : Place::data;
        } else if (place_ == Place::data_end) {
            if (!line_.empty()) return end_of(used, State::broken);
            place_ = Place::size_line;
        } else if (line_.empty()) {
            return end_of(used, State::done);
        } else if ((trailer_bytes_ += line_.size() + 2) > trailer_bytes_max) {
            return end_of(used, State::broken);
        }
        line_.clear();
    }
}

HttpChunkReader::Line HttpChunkReader::take_line(std::string_view bytes, std::size_t& used, std::size_t bytes_max) {
    const auto rest = bytes.substr(used);
    const auto feed = rest.find('\n');
    const auto taken = feed == std::string_view::npos ? rest.size() : feed + 1;
    if (line_.size() + taken > bytes_max + 2) return Line::broken;
    line_ += rest.substr(0, taken);
    used += taken;
    if (feed == std::string_view::npos) return Line::part;
    if (!line_.ends_with("\r\n")) return Line::broken;
    line_.resize(line_.size() - 2);
    return line_.find('\r') == std::string::npos ? Line::whole : Line::broken;
}

bool HttpChunkReader::read_size() {
    const auto digits = std::min(line_.find_first_of("; \t"), line_.size());
    if (digits == 0 || digits > 15) return false; // 15 digits: no overflow, and more than any disk holds
    left_ = 0;
    for (std::size_t i = 0; i < digits; ++i) {
        const int digit = hex_digit(line_[i]);
        if (digit < 0) return false;
        left_ = left_ * 16 + static_cast<unsigned>(digit);
    }
    const auto rest = std::string_view(line_).substr(digits);
    const auto extension = rest.find_first_not_of(" \t");
    return extension == std::string_view::npos || rest[extension] == ';';
}

} // namespace offhook::protocol
