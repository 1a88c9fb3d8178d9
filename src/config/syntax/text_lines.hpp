#pragma once
/// @file  TextLines: a file line by line, whatever ends its lines: CR LF, LF, or CR.
#include <cstddef>
#include <optional>
#include <string_view>

namespace offhook::config {

class TextLines {
public:
    struct Line {
        std::string_view text;
        std::size_t number; ///< from 1
    };
    explicit TextLines(std::string_view text) : rest_(text) {}

    /// The next one. Behind the last line end there is none.
    [[nodiscard]] std::optional<Line> next() {
        if (rest_.empty()) return std::nullopt;
        const auto end = rest_.find_first_of("\r\n");
        const Line line{rest_.substr(0, end), ++number_};
        if (end == std::string_view::npos) {
            rest_ = {};
            return line;
        }
        const bool two = rest_[end] == '\r' && rest_.substr(end + 1).starts_with('\n');
        rest_.remove_prefix(end + (two ? 2 : 1));
        return line;
    }

private:
    std::string_view rest_;
    std::size_t number_ = 0;
};

} // namespace offhook::config
